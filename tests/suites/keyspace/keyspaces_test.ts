/** The keyspaces that live in memory. */

import { LogLines } from "../../../src/storage/_log_lines.ts";
import { LoggedKeyspace } from "../../../src/storage/_logged_keyspace.ts";
import {
  MemoryKeyspace,
  type MemoryKeyspaceOptions,
} from "../../../src/storage/memory/_keyspace.ts";
import { loadTiny } from "../../store/_tiny.ts";
import { MapKeyspace } from "./_map_keyspace.ts";
import { keyspaceSuite } from "./suite.ts";

type Room = Pick<
  MemoryKeyspaceOptions,
  "maxEntries" | "maxBytes" | "eviction"
>;

const ROOM: Room = {
  maxEntries: Infinity,
  maxBytes: Infinity,
  eviction: "lru",
};

const tiny = await loadTiny<{ MemoryKeyspace: typeof MemoryKeyspace }>(
  "src/storage/memory/_keyspace.ts",
  true,
);

function makeMemory(room: Room, Keyspace = MemoryKeyspace) {
  const clock = { time: Date.UTC(2030, 0) };
  const keyspace = new Keyspace({
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
  return { keyspace, clock: keyspace, another: () => keyspace.another() };
});

keyspaceSuite("MemoryKeyspace", () => makeMemory(ROOM));

for (const eviction of ["lru", "sieve", "soonest"] as const) {
  keyspaceSuite(
    `MemoryKeyspace with bounds and "${eviction}"`,
    () => makeMemory({ maxEntries: 10_000, maxBytes: 1e6, eviction }),
  );
}

keyspaceSuite("MemoryKeyspace with chunks of 8 slots", () =>
  makeMemory(
    { maxEntries: 10_000, maxBytes: 1e6, eviction: "soonest" },
    tiny.MemoryKeyspace,
  ));

keyspaceSuite("LoggedKeyspace", () => {
  const { keyspace, clock } = makeMemory(ROOM);
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  return {
    keyspace: new LoggedKeyspace(keyspace, new LogLines(logger)),
    clock,
  };
});
