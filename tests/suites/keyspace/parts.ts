/** What the calls do that read and write a part of a value. */

import { assertEquals } from "@std/assert";
import type { Keyspace, StoredValue } from "../../../src/redis/keyspace.ts";
import type { KeyspaceTest } from "./suite.ts";

const encoder = new TextEncoder();

function bytesOf(value: StoredValue | undefined): Uint8Array {
  return typeof value === "string"
    ? encoder.encode(value)
    : value ?? new Uint8Array(0);
}

/** Random numbers below some number, the same ones each time. */
function makeRandom(seed: number): (below: number) => number {
  return (below) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor(seed / 2 ** 32 * below);
  };
}

const ALPHABET = ["a", "b", "\n", "\0", "é", "\u20ac", "\u{1F389}"];

function randomText(random: (below: number) => number): string {
  // Past a few hundred bytes a keyspace may hold a value otherwise.
  const most = [3, 30, 700][random(3)]!;
  const length = random(most);
  let text = "";
  while (text.length < length) text += ALPHABET[random(ALPHABET.length)]!;
  return text;
}

/** Compares one value with what it has to be. */
function assertValue(
  keyspace: Keyspace,
  bytes: Uint8Array,
  random: (below: number) => number,
): void {
  assertEquals(keyspace.length("a"), bytes.length);
  const from = random(bytes.length + 1);
  const to = from + random(bytes.length + 1 - from);
  assertEquals(
    bytesOf(keyspace.range("a", from, to)),
    bytes.slice(from, to),
    `bytes ${from} to ${to}`,
  );
  // Not always: what was read as a whole may be held otherwise afterwards.
  if (random(2) === 0) assertEquals(bytesOf(keyspace.get("a")), bytes);
}

/** Some bytes with others written over them. */
function written(
  bytes: Uint8Array,
  offset: number,
  part: Uint8Array,
): Uint8Array {
  const sum = new Uint8Array(Math.max(bytes.length, offset + part.length));
  sum.set(bytes);
  sum.set(part, offset);
  return sum;
}

export function describeParts(test: KeyspaceTest): void {
  test("reads and writes parts of values as one would expect, kept or undone", ({ keyspace }) => {
    const random = makeRandom(7);
    let bytes: Uint8Array = new Uint8Array(0);
    keyspace.set("a", "", Infinity);
    const change = (): Uint8Array => {
      const text = randomText(random);
      switch (random(5)) {
        case 0: {
          const value = encoder.encode(text);
          keyspace.set("a", text, Infinity);
          return value;
        }
        case 1: {
          const offset = random(bytes.length + 20);
          const part = encoder.encode(text || "x");
          const sum = written(bytes, offset, part);
          assertEquals(
            keyspace.overwrite("a", offset, text || "x"),
            sum.length,
          );
          return sum;
        }
        case 2: {
          const part = Uint8Array.of(0xe2, 0x82, random(2) ? 0xac : 0x41);
          const sum = written(bytes, bytes.length, part);
          assertEquals(keyspace.append("a", part), sum.length);
          return sum;
        }
        default: {
          const part = encoder.encode(text);
          const sum = written(bytes, bytes.length, part);
          assertEquals(keyspace.append("a", text), sum.length);
          return sum;
        }
      }
    };
    for (let i = 0; i < 600; i++) {
      if (random(4) === 0) {
        const before = bytes;
        try {
          keyspace.atomically("write", () => {
            for (let n = random(4); n >= 0; n--) {
              bytes = change();
              assertValue(keyspace, bytes, random);
            }
            throw new Error("undone");
          });
        } catch (error) {
          assertEquals((error as Error).message, "undone");
        }
        bytes = before;
      } else {
        bytes = change();
      }
      assertValue(keyspace, bytes, random);
      if (bytes.length > 5000) {
        keyspace.delete("a");
        keyspace.set("a", "", Infinity);
        bytes = new Uint8Array(0);
      }
    }
  });

  test("keeps the deadline of a value that it writes a part of", ({ keyspace, clock }) => {
    const end = clock.time + 1000;
    for (const value of ["short", "long".repeat(1000)]) {
      keyspace.set("a", value, end);
      keyspace.append("a", "é");
      keyspace.overwrite("a", 1, "é");
      assertEquals(keyspace.deadline("a"), end);
    }
    clock.time = end;
    assertEquals(keyspace.append("a", "x"), 1);
    assertEquals(keyspace.entry("a"), { value: "x", deadline: Infinity });
    assertEquals(keyspace.overwrite("b", 2, "x"), 3);
    assertEquals(keyspace.entry("b"), { value: "\0\0x", deadline: Infinity });
    assertEquals(keyspace.append("c", ""), 0);
    assertEquals(keyspace.get("c"), "");
  });

  test("gives away no view of what it holds", ({ keyspace }) => {
    const given = new Uint8Array(5000).fill(0xff);
    keyspace.set("a", given, Infinity);
    given.fill(0);
    keyspace.append("a", Uint8Array.of(0xff));
    const read = keyspace.get("a") as Uint8Array;
    const part = keyspace.range("a", 10, 20) as Uint8Array;
    keyspace.overwrite("a", 0, "x".repeat(100));
    assertEquals(read, new Uint8Array(5001).fill(0xff));
    assertEquals(part, new Uint8Array(10).fill(0xff));
    read.fill(0);
    assertEquals(bytesOf(keyspace.range("a", 200, 201)), Uint8Array.of(0xff));
  });

  test("gives a value that is text again as text", ({ keyspace }) => {
    keyspace.set("a", "x".repeat(1000), Infinity);
    keyspace.append("a", Uint8Array.of(0xc3));
    assertEquals(keyspace.get("a") instanceof Uint8Array, true);
    keyspace.append("a", Uint8Array.of(0xa9));
    assertEquals(keyspace.get("a"), "x".repeat(1000) + "é");
  });
}
