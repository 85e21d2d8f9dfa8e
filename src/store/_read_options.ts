/** Reads and checks what an `ExpiringStore` and its `set` are given. */

import {
  checkCount,
  checkOneOf,
  checkPositive,
  checkType,
  MILLISECONDS,
  quote,
  quoteNumber,
} from "../_checks.ts";
import { readOptions } from "../_own_options.ts";
import { type Bounds, makeBounds } from "./_bounds.ts";
import type { MortalMap, MortalMapOptions } from "./_mortal_map.ts";
import type {
  EvictionPolicy,
  ExpiringStoreOptions,
  SetOptions,
} from "./store_options.ts";

const MAKE = "make the store";
const SET = "set the entry";

const STORE_OPTIONS = [
  ...["ttl", "sliding", "maxAge", "sweepInterval"] as const,
  ...["onRemove", "onError", "now"] as const,
  ...["maxEntries", "maxWeight", "weigh", "eviction"] as const,
];
const SET_OPTIONS = ["ttl", "expiresAt", "keepTtl", "maxAge"] as const;
const POLICIES: readonly EvictionPolicy[] = [
  "sieve",
  "lru",
  "soonest",
  "reject",
];

/** The options of a store that were given, checked. */
export function readGiven<K, V>(
  options: ExpiringStoreOptions<K, V> | undefined,
): ExpiringStoreOptions<K, V> {
  const given = readOptions(MAKE, options, STORE_OPTIONS);
  for (const name of ["ttl", "maxAge", "sweepInterval"] as const) {
    const value = given[name];
    if (value !== undefined) checkPositive(MAKE, name, value, MILLISECONDS);
  }
  const { sliding } = given;
  if (sliding !== undefined) checkType(MAKE, "sliding", sliding, "boolean");
  for (const name of ["onRemove", "onError", "now", "weigh"] as const) {
    const value = given[name];
    if (value !== undefined) checkType(MAKE, name, value, "function");
  }
  return given;
}

/** What the map of a store is made of. */
export function mapOptions<K, V>(
  given: ExpiringStoreOptions<K, V>,
): MortalMapOptions<K, V> {
  const {
    ttl = Infinity,
    sliding = false,
    maxAge = Infinity,
    sweepInterval = 1000,
    onRemove,
    onError,
    now,
  } = given;
  return {
    ttl,
    sliding,
    maxAge,
    sweepInterval,
    now,
    onRemove,
    onError,
    bounds: readBounds(given),
  };
}

/** The bounds that the options set, or `undefined` where they set none. */
function readBounds<K, V>(
  options: ExpiringStoreOptions<K, V>,
): Bounds<K, V> | undefined {
  const {
    maxEntries = Infinity,
    maxWeight = Infinity,
    weigh,
    eviction = "sieve",
  } = options;
  checkCount(MAKE, "maxEntries", maxEntries, "entries");
  checkPositive(MAKE, "maxWeight", maxWeight, "a positive number");
  if (maxWeight < Infinity && weigh === undefined) {
    throw new TypeError(
      `Cannot ${MAKE}: "maxWeight" needs "weigh", which tells what an entry weighs: received maxWeight ${maxWeight} alone`,
    );
  }
  checkOneOf(MAKE, "eviction", eviction, POLICIES);
  return makeBounds({ maxEntries, maxWeight, weigh, eviction });
}

/** Sets an entry that lives as long as the options of `set` say. */
export function setFor<K, V>(
  map: MortalMap<K, V>,
  key: K,
  value: V,
  options: SetOptions,
): void {
  // What is no object was given as a ttl: or it is a value, and does not show.
  if (typeof options !== "object" || options === null) {
    checkPositive(SET, "ttl", options, MILLISECONDS, quoteNumber);
  }
  const { ttl, expiresAt, keepTtl = false, maxAge } = readOptions(
    SET,
    options,
    SET_OPTIONS,
  );
  checkType(SET, "keepTtl", keepTtl, "boolean");
  if (ttl !== undefined) checkPositive(SET, "ttl", ttl, MILLISECONDS);
  if (expiresAt !== undefined) checkDeadline(expiresAt);
  if (maxAge !== undefined) checkPositive(SET, "maxAge", maxAge, MILLISECONDS);
  if (
    Number(ttl !== undefined) + Number(expiresAt !== undefined) +
        Number(keepTtl) > 1
  ) {
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

function checkDeadline(expiresAt: unknown): void {
  if (typeof expiresAt === "number" && expiresAt > -Infinity) return;
  const Failure = typeof expiresAt === "number" ? RangeError : TypeError;
  throw new Failure(
    `Cannot ${SET}: "expiresAt" must be a number of milliseconds since the epoch: received ${
      quote(expiresAt)
    }`,
  );
}
