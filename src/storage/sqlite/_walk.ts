/** Reads on all keys of a file: the count, the list, a scan, a random key. */

import { toText } from "../../redis/_values.ts";
import type { Connection } from "./_driver.ts";
import { bucketOf } from "./_schema.ts";

/** A key can have expired only if its bucket has, and the buckets are indexed. */
const COUNT = `
SELECT (SELECT count(*) FROM entries) -
  (SELECT count(*) FROM entries WHERE bucket <= ? AND deadline <= ?) AS count`;
const KEYS = "SELECT key FROM entries WHERE deadline > ?";
const SCAN =
  "SELECT id, deadline, key FROM entries WHERE id > ? ORDER BY id LIMIT ?";
const BOUNDS = "SELECT min(id) AS first, max(id) AS last FROM entries";
const KEY_OF_ID = "SELECT key FROM entries WHERE id = ? AND deadline > ?";
const KEYS_FROM_ID = `
SELECT key FROM entries WHERE id >= ? AND deadline > ? ORDER BY id LIMIT ?`;

/** The number of random ids that are tried before a row near a random id is taken. */
const MAX_DRAWS = 32;
/** The number of rows after a random id from which one is taken. */
const NEIGHBOURS = 100;

/** The number of live keys. It reads a whole index, and the expired entries. */
export function countKeys(connection: Connection, now: number): number {
  return connection.statement<{ count: number }>(COUNT)
    .get(bucketOf(now), now)!.count;
}

/** All live keys. */
export function liveKeys(connection: Connection, now: number): string[] {
  return connection.statement<{ key: Uint8Array }>(KEYS).all(now)
    .map(({ key }) => toText(key));
}

/**
 * One step of a scan in the order of the ids. A key keeps its id as long as it exists. The cursor
 * is the last id that was examined, so it stays valid after a restart.
 */
export function scanKeys(
  connection: Connection,
  now: number,
  cursor: number,
  count: number,
): [cursor: number, keys: string[]] {
  const from = Math.min(cursor, Number.MAX_SAFE_INTEGER);
  const limit = Math.min(count, 0x7fffffff);
  const rows = connection
    .statement<{ id: number; deadline: number; key: Uint8Array }>(SCAN)
    .all(from, limit + 1);
  const next = rows.length > limit ? rows[limit - 1]!.id : 0;
  const keys = rows.slice(0, limit).filter(({ deadline }) => deadline > now)
    .map(({ key }) => toText(key));
  return [next, keys];
}

/** A random live key, all about equally likely. */
export function anyKey(
  connection: Connection,
  now: number,
): string | undefined {
  const { first, last } = connection
    .statement<{ first: number | null; last: number | null }>(BOUNDS).get()!;
  if (first === null || last === null) return undefined;
  const draw = () => first + Math.floor(Math.random() * (last - first + 1));
  const byId = connection.statement<{ key: Uint8Array }>(KEY_OF_ID);
  for (let i = 0; i < MAX_DRAWS; i++) {
    const row = byId.get(draw(), now);
    if (row !== undefined) return toText(row.key);
  }
  const neighbours = connection.statement<{ key: Uint8Array }>(KEYS_FROM_ID);
  let rows = neighbours.all(draw(), now, NEIGHBOURS);
  if (rows.length === 0) rows = neighbours.all(first, now, NEIGHBOURS);
  const row = rows[Math.floor(Math.random() * rows.length)];
  return row === undefined ? undefined : toText(row.key);
}
