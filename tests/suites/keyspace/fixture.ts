/** What the suite of the keyspaces needs of one. */

import type { Keyspace, StoredEntry } from "../../../src/redis/keyspace.ts";

/** A keyspace to test, without a key, with a clock that the test moves. */
export interface KeyspaceFixture {
  keyspace: Keyspace;
  /** The keyspace's clock: ms since the epoch. */
  clock: { time: number };
  /** Another keyspace over the same keys, where there can be one: another connection to a file. */
  another?(): Keyspace;
  /** Gives up what the fixture holds besides the keyspaces. */
  dispose?(): void;
}

/** Makes a {@linkcode KeyspaceFixture}. */
export type MakeKeyspace = () => KeyspaceFixture;

/** All that a keyspace holds, in the order of the keys. */
export function contents(keyspace: Keyspace): [string, StoredEntry][] {
  return keyspace.atomically("read", () =>
    [...keyspace.keys()].sort().map((
      key,
    ) => [key, keyspace.entry(key) as StoredEntry]));
}
