/** The keyspace in a file, plain and bounded, and in memory. */

import type { SqliteKeyspaceOptions } from "../../src/storage/_sqlite_keyspace.ts";
import { Clock, Folder, openKeyspace } from "../storage/sqlite/_support.ts";
import type { KeyspaceFixture } from "./fixture.ts";
import { keyspaceSuite } from "./suite.ts";

function makeOnFile(
  options: Partial<SqliteKeyspaceOptions> = {},
): KeyspaceFixture {
  const folder = new Folder();
  const clock = new Clock();
  const path = folder.file();
  const open = (busyTimeout: number) =>
    openKeyspace(path, { now: clock.now, busyTimeout, ...options });
  return {
    keyspace: open(5000),
    clock,
    // In this thread it waits in vain.
    another: () => open(1),
    dispose: () => folder[Symbol.dispose](),
  };
}

keyspaceSuite("SqliteKeyspace", makeOnFile);

keyspaceSuite(
  "SqliteKeyspace with a bound",
  () => makeOnFile({ maxBytes: 64 * 1024 * 1024 }),
);

keyspaceSuite("SqliteKeyspace in memory", () => {
  const clock = new Clock();
  return { keyspace: openKeyspace(":memory:", { now: clock.now }), clock };
});
