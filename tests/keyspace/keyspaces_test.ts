/** The keyspaces that live in memory. */

import { LogLines } from "../../src/storage/_log_lines.ts";
import { LoggedKeyspace } from "../../src/storage/_logged_keyspace.ts";
import { MemoryKeyspace } from "../../src/storage/_memory_keyspace.ts";
import { MapKeyspace } from "./_map_keyspace.ts";
import { keyspaceSuite } from "./suite.ts";

const ROOM = {
  maxEntries: Infinity,
  maxBytes: Infinity,
  eviction: "lru" as const,
};

function makeMemory(room: typeof ROOM) {
  const clock = { time: Date.UTC(2030, 0) };
  const keyspace = new MemoryKeyspace({
    ...room,
    sweepInterval: Infinity,
    now: () => clock.time,
    onRemove: undefined,
    onSweep: undefined,
  });
  return { keyspace, clock };
}

keyspaceSuite("MapKeyspace", () => {
  const keyspace = new MapKeyspace();
  return { keyspace, clock: keyspace };
});

keyspaceSuite("MemoryKeyspace", () => makeMemory(ROOM));

keyspaceSuite(
  "MemoryKeyspace with bounds",
  () => makeMemory({ ...ROOM, maxEntries: 10_000, maxBytes: 1e6 }),
);

keyspaceSuite("LoggedKeyspace", () => {
  const { keyspace, clock } = makeMemory(ROOM);
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  return {
    keyspace: new LoggedKeyspace(keyspace, new LogLines(logger)),
    clock,
  };
});
