/** Takes stock of a storage: walks over its keys, and keeps sums and the few that stand out. */

import { listKeys, type StorageBackend } from "@mayfly/store";

/** What to look at. */
export interface StockOptions {
  /** The glob pattern of the keys. */
  match?: string;
  /** How many keys to name in each list. */
  top?: number;
  /** Whether to show the values of the keys that are named. */
  values?: boolean;
}

/** A key that stands out. */
export interface NamedKey {
  key: string;
  /** The length of its value in bytes. */
  bytes: number;
  /** What it has left to live in ms; `null` for ever. */
  ttl: number | null;
  /** Its value, where values are asked for. */
  value?: string | null;
}

/** A group of keys. */
export interface Group {
  name: string;
  keys: number;
  bytes: number;
}

/** What is in a storage. */
export interface Stock {
  keys: number;
  /** The bytes of all values; keys and whatever surrounds them come on top. */
  bytes: number;
  /** Keys that hold no string, which have no length here. */
  otherTypes: number;
  /** By what stands before the first colon, the largest first. */
  prefixes: Group[];
  /** By what they have left to live. */
  ttls: Group[];
  /** The next to expire, the nearest first: of keys with one ttl, the oldest. */
  soonest: NamedKey[];
  /** The largest values. */
  largest: NamedKey[];
}

const STEP = 100;
const MAX_PREFIXES = 1000;
const OTHERS = "(others)";
const NO_PREFIX = "(no prefix)";
const FOR_EVER = "for ever";
const SECOND = 1000;
const HOUR = 3600 * SECOND;

/** The bars of the histogram: up to how many ms. */
const BARS: readonly (readonly [name: string, upTo: number])[] = [
  ["up to 1 min", 60 * SECOND],
  ["up to 10 min", 600 * SECOND],
  ["up to 1 h", HOUR],
  ["up to 3 h", 3 * HOUR],
  ["up to 1 day", 24 * HOUR],
  ["up to 7 days", 7 * 24 * HOUR],
  ["longer", Infinity],
];

/** Walks over all keys that match. */
export async function takeStock(
  storage: StorageBackend,
  { match = "*", top = 5, values = false }: StockOptions = {},
): Promise<Stock> {
  const prefixes = new Map<string, Group>();
  const ttls = new Map<string, Group>(
    [...BARS.map(([name]) => name), FOR_EVER].map((name) => [
      name,
      { name, keys: 0, bytes: 0 },
    ]),
  );
  const stock: Stock = {
    ...{ keys: 0, bytes: 0, otherTypes: 0 },
    ...{ prefixes: [], ttls: [], soonest: [], largest: [] },
  };

  const count = ({ key, bytes, ttl }: NamedKey): void => {
    stock.keys++;
    stock.bytes += bytes;
    add(groupOf(prefixes, prefixOf(key)), bytes);
    add(ttls.get(barOf(ttl))!, bytes);
  };

  let waiting: string[] = [];
  const look = async (): Promise<void> => {
    const found = await Promise.all(waiting.map((key) => ask(storage, key)));
    waiting = [];
    for (const facts of found) {
      if (facts === undefined) continue; // it has gone meanwhile
      if (facts.bytes === undefined) stock.otherTypes++;
      const named: NamedKey = { ...facts, bytes: facts.bytes ?? 0 };
      count(named);
      keepBest(
        stock.largest,
        named,
        top,
        (a, b) => b.bytes - a.bytes || byText(a.key, b.key),
      );
      if (named.ttl !== null) {
        keepBest(
          stock.soonest,
          named,
          top,
          (a, b) => a.ttl! - b.ttl! || byText(a.key, b.key),
        );
      }
    }
  };
  for await (const key of listKeys(storage, match)) {
    waiting.push(key);
    if (waiting.length === STEP) await look();
  }
  await look();

  stock.prefixes = [...prefixes.values()].sort((a, b) =>
    b.bytes - a.bytes || b.keys - a.keys || byText(a.name, b.name)
  );
  stock.ttls = [...ttls.values()].filter(({ keys }) => keys > 0);
  if (values) {
    for (const named of new Set([...stock.soonest, ...stock.largest])) {
      named.value = await valueOf(storage, named.key);
    }
  }
  return stock;
}

/** What there is to know of a key without reading it. */
async function ask(
  storage: StorageBackend,
  key: string,
): Promise<
  { key: string; bytes: number | undefined; ttl: number | null } | undefined
> {
  const [left, type] = await Promise.all([
    storage.pttl(key),
    storage.type(key),
  ]);
  if (type === "none") return undefined;
  const bytes = type === "string" ? await storage.strlen(key) : undefined;
  return { key, bytes, ttl: left < 0 ? null : left };
}

/** The value, if it is a string. */
async function valueOf(
  storage: StorageBackend,
  key: string,
): Promise<string | null> {
  const type = await storage.type(key);
  return type === "string" ? await storage.get(key) : null;
}

function add(group: Group, bytes: number): void {
  group.keys++;
  group.bytes += bytes;
}

function groupOf(groups: Map<string, Group>, prefix: string): Group {
  const name = groups.has(prefix) || groups.size < MAX_PREFIXES
    ? prefix
    : OTHERS;
  let group = groups.get(name);
  if (group === undefined) {
    group = { name, keys: 0, bytes: 0 };
    groups.set(name, group);
  }
  return group;
}

function prefixOf(key: string): string {
  const end = key.indexOf(":");
  return end < 0 ? NO_PREFIX : key.slice(0, end + 1);
}

function barOf(ttl: number | null): string {
  if (ttl === null) return FOR_EVER;
  return BARS.find(([, upTo]) => ttl <= upTo)![0];
}

/** So that equals stand in one order, whatever order a storage walks in. */
function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Keeps the first few by an order. */
function keepBest(
  list: NamedKey[],
  named: NamedKey,
  top: number,
  order: (a: NamedKey, b: NamedKey) => number,
): void {
  list.push(named);
  list.sort(order);
  if (list.length > top) list.pop();
}
