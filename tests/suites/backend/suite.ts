/**
 * What every storage backend does alike. Written against `StorageBackend`
 * alone: what passes on one passes on all.
 */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { afterAll, beforeAll, beforeEach, describe } from "@std/testing/bdd";
import { listKeys, type StorageBackend } from "@mayfly/store";
import { counterCommands } from "./counters.ts";
import { databaseCommands } from "./database.ts";
import { expiryCommands } from "./expiry.ts";
import { keyCommands } from "./keys.ts";
import { rangeCommands } from "./ranges.ts";
import { scanCommands } from "./scanning.ts";
import { stringCommands } from "./strings.ts";

/** How a family of tests gets at the backend. */
export type GetBackend = () => StorageBackend;

/** Runs the whole suite on a backend of its own. */
export function describeBackend(
  name: string,
  options: { ignore?: boolean },
  open: () => { backend: StorageBackend; close(): unknown },
): void {
  describe(name, options, () => {
    let opened: ReturnType<typeof open>;
    const backend: GetBackend = () => opened.backend;

    beforeAll(() => {
      opened = open();
    });
    afterAll(async () => {
      await opened.close();
    });
    beforeEach(async () => {
      await backend().flushall();
    });

    keyByKey(backend);
    wholeDatabase(backend);
  });
}

/** The commands that a cluster has too, for keys that are in one slot. */
export function keyByKey(backend: GetBackend): void {
  stringCommands(backend);
  rangeCommands(backend);
  counterCommands(backend);
  expiryCommands(backend);
  keyCommands(backend);
}

/** The commands that see all keys where there is one server. */
export function wholeDatabase(backend: GetBackend): void {
  databaseCommands(backend);
  scanCommands(backend);
}

/** The keys that are there, sorted; of a client with a prefix, its own. */
export async function allKeys(backend: StorageBackend): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of listKeys(backend, "*")) keys.push(key);
  return keys.sort();
}

/** Asserts that a command is answered with an error in these words. */
export async function assertReplyError(
  run: () => unknown,
  message: string,
): Promise<void> {
  let thrown: unknown;
  try {
    await run();
  } catch (error) {
    thrown = error;
  }
  assertInstanceOf(thrown, Error, `Expected the error "${message}"`);
  assertEquals(thrown.message, message);
}

/** Asserts that a time left is the one that was given, less a little. */
export async function assertTimeLeft(
  reply: number | Promise<number>,
  given: number,
  unit: "s" | "ms" = "s",
): Promise<void> {
  const left = await reply;
  const slack = unit === "s" ? 60 : 60_000;
  assert(
    left <= given && left > given - slack,
    `Expected about ${given} ${unit} left: received ${left}`,
  );
}

/** Waits. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
