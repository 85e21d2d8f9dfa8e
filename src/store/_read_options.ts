/** Reads and checks the options of an `ExpiringStore` and of its `set`. */

import {
  checkCount,
  checkOneOf,
  checkPositive,
  checkType,
  MILLISECONDS,
  quote,
  quoteNumber,
  refuse,
} from "../base/_checks.ts";
import { readOptions } from "../base/_options.ts";
import { Bounds, isBounded } from "./_bounds.ts";
import type { MapWrites } from "./_map_writes.ts";
import type { MapOptions } from "./_map_reads.ts";
import type {
  EvictionPolicy,
  ExpiringStoreOptions,
  SetOptions,
} from "./options.ts";

const MAKE = "make the store";
const SET = "set the entry";

const POLICIES: readonly EvictionPolicy[] = [
  "sieve",
  "lru",
  "soonest",
  "reject",
];

/** Throws unless an option has a value that it may have. */
type Check = (action: string, name: string, value: unknown) => void;

function checkDuration(action: string, name: string, value: unknown): void {
  checkPositive(action, name, value, MILLISECONDS);
}

function checkFlag(action: string, name: string, value: unknown): void {
  checkType(action, name, value, "boolean");
}

function checkCallback(action: string, name: string, value: unknown): void {
  checkType(action, name, value, "function");
}

function checkDeadline(action: string, name: string, value: unknown): void {
  if (typeof value === "number" && value > -Infinity) return;
  const must = "be a number of milliseconds since the epoch";
  refuse(action, name, must, value, typeof value === "number");
}

const STORE_OPTIONS: Record<
  keyof ExpiringStoreOptions<unknown, unknown>,
  Check
> = {
  ttl: checkDuration,
  sliding: checkFlag,
  maxAge: checkDuration,
  sweepInterval: checkDuration,
  onRemove: checkCallback,
  onError: checkCallback,
  now: checkCallback,
  maxEntries: (...given) => checkCount(...given, "entries"),
  maxWeight: (...given) => checkPositive(...given, "a positive number"),
  weigh: checkCallback,
  eviction: (...given) => checkOneOf(...given, POLICIES),
};

const SET_OPTIONS: Record<keyof SetOptions, Check> = {
  ttl: checkDuration,
  expiresAt: checkDeadline,
  keepTtl: checkFlag,
  maxAge: checkDuration,
};

/** The options that were given, checked; `undefined` is as not given. */
function readChecked<T extends object>(
  action: string,
  options: T | undefined,
  checks: Record<keyof T, Check>,
): Partial<T> {
  const names = Object.keys(checks) as (keyof T & string)[];
  const given = readOptions(action, options, names);
  for (const name in given) {
    if (given[name] === undefined) delete given[name];
    else checks[name](action, name, given[name]);
  }
  return given;
}

/** The options of a store that were given, checked. */
export function readGiven<K, V>(
  options: ExpiringStoreOptions<K, V> | undefined,
): ExpiringStoreOptions<K, V> {
  const given = readChecked(MAKE, options, STORE_OPTIONS);
  const { maxWeight } = given;
  if (maxWeight! < Infinity && given.weigh === undefined) {
    throw new TypeError(
      `Cannot ${MAKE}: "maxWeight" needs "weigh", which tells what an entry weighs: received maxWeight ${maxWeight} alone`,
    );
  }
  return given;
}

/** The options of a store's map, with the defaults. */
export function mapOptions<K, V>(
  given: ExpiringStoreOptions<K, V>,
): MapOptions<K, V> {
  // Without a prototype, as the options that were given.
  const options = Object.assign(Object.create(null), {
    ttl: Infinity,
    sliding: false,
    maxAge: Infinity,
    sweepInterval: 1000,
    maxEntries: Infinity,
    maxWeight: Infinity,
    eviction: "sieve",
  }, given);
  if (isBounded(options)) options.bounds = new Bounds(options);
  return options;
}

/** Sets an entry with the options of `set`. */
export function setFor<K, V>(
  map: MapWrites<K, V>,
  key: K,
  value: V,
  options: SetOptions,
): void {
  // Not an object: a wrong ttl, or a value in the wrong place, which must not be shown.
  if (typeof options !== "object" || options === null) {
    checkPositive(SET, "ttl", options, MILLISECONDS, quoteNumber);
  }
  const given = readChecked(SET, options, SET_OPTIONS);
  const { ttl, expiresAt, keepTtl = false, maxAge } = given;
  const ways = [ttl, expiresAt, keepTtl || undefined];
  if (ways.filter((way) => way !== undefined).length > 1) {
    throw new TypeError(
      `Cannot ${SET}: only one of "ttl", "expiresAt" and "keepTtl" can be given: received ttl ${
        quote(ttl)
      }, expiresAt ${quote(expiresAt)}, keepTtl ${keepTtl}`,
    );
  }
  if (keepTtl) map.setKeepingTtl(key, value, maxAge);
  else if (expiresAt === undefined) map.set(key, value, ttl, maxAge);
  else map.setUntil(key, value, expiresAt, maxAge);
}
