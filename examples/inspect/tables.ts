/** Writes what is in a storage as tables for a terminal. */

import type { Group, NamedKey, Stock } from "./stock.ts";

const BAR_WIDTH = 30;
const VALUE_WIDTH = 200;

/** The tables, one below the other. */
export function writeTables(stock: Stock): string {
  const { keys, bytes, otherTypes } = stock;
  const parts = [
    `${amount(keys, "key")}, ${size(bytes)} of values${
      otherTypes > 0 ? `, ${otherTypes} that hold no string` : ""
    }`,
  ];
  if (keys > 0) {
    parts.push(
      title("By prefix", [
        ["prefix", "keys", "bytes"],
        ...stock.prefixes.map(({ name, keys, bytes }) => [
          ...[printable(name), String(keys), size(bytes)],
        ]),
      ]),
      histogram(stock.ttls, keys),
      title("Next to expire", named(stock.soonest)),
      title("Largest", named(stock.largest)),
    );
  }
  return parts.filter((part) => part !== "").join("\n\n");
}

function named(list: NamedKey[]): string[][] {
  if (list.length === 0) return [];
  const hasValues = list.some(({ value }) => value !== undefined);
  return [
    ["key", "bytes", "left", ...hasValues ? ["value"] : []],
    ...list.map(({ key, bytes, ttl, value }) => [
      ...[printable(key), size(bytes), left(ttl)],
      ...hasValues ? [printable((value ?? "").slice(0, VALUE_WIDTH))] : [],
    ]),
  ];
}

function histogram(groups: Group[], all: number): string {
  return title("Left to live", [
    ["", "keys", ""],
    ...groups.map(({ name, keys }) => [
      ...[name, String(keys)],
      "#".repeat(Math.max(1, Math.round(keys / all * BAR_WIDTH))),
    ]),
  ]);
}

/** Columns as wide as they must be; what is a number stands on the right. */
function title(text: string, rows: string[][]): string {
  if (rows.length < 2) return "";
  const widths = rows[0]!.map((_, i) =>
    Math.max(...rows.map((row) => row[i]!.length))
  );
  const isNumber = (i: number) =>
    rows.slice(1).every((row) => /^[\d.,]+(?: [a-zA-Z]+)?$/.test(row[i]!));
  const lines = rows.map((row) =>
    row.map((cell, i) =>
      isNumber(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)
    ).join("  ").trimEnd()
  );
  return [text, ...lines.map((line) => `  ${line}`)].join("\n");
}

function amount(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let at = 0;
  let value = bytes;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at++;
  }
  return `${at === 0 ? value : value.toFixed(1)} ${units[at]}`;
}

function left(ttl: number | null): string {
  if (ttl === null) return "for ever";
  const seconds = Math.round(ttl / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** A key may hold anything: what would steer the terminal is escaped. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) =>
      `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
