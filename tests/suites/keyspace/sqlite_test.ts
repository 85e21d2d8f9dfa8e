/** The keyspace in a file, plain and bounded, and in memory. */

import process from "node:process";
import type { SqliteKeyspaceOptions } from "../../../src/storage/sqlite/_keyspace.ts";
import { Clock, Folder, openKeyspace } from "../../storage/sqlite/_support.ts";
import { keyspaceSuite, type MakeKeyspace } from "./suite.ts";

/**
 * One file for all tests of a suite, which stays open: made anew for each of hundreds, it would
 * wait for the disk each time.
 */
function onFile(options: Partial<SqliteKeyspaceOptions>): MakeKeyspace {
  const folder = new Folder();
  const clock = new Clock();
  const open = (busyTimeout: number) =>
    openKeyspace(folder.file(), { now: clock.now, busyTimeout, ...options });
  const keeper = open(5000);
  process.on("exit", () => {
    keeper.close();
    folder[Symbol.dispose]();
  });
  return () => {
    keeper.clear();
    return {
      keyspace: open(5000),
      clock,
      // In this thread it waits in vain.
      another: () => open(1),
    };
  };
}

keyspaceSuite("SqliteKeyspace", onFile({}));

keyspaceSuite(
  "SqliteKeyspace with a bound",
  onFile({ maxBytes: 64 * 1024 * 1024 }),
);

keyspaceSuite("SqliteKeyspace in memory", () => {
  const clock = new Clock();
  return { keyspace: openKeyspace(":memory:", { now: clock.now }), clock };
});
