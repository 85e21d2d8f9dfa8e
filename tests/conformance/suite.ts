/**
 * What every storage backend does alike. Written against `StorageBackend`
 * alone: what passes on one passes on all.
 */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { afterAll, beforeAll, beforeEach, describe } from "@std/testing/bdd";
import type { StorageBackend } from "@mayfly/store";
import { counterCommands } from "./counters.ts";
import { expiryCommands } from "./expiry.ts";
import { keyCommands } from "./keys.ts";
import { rangeCommands } from "./ranges.ts";
import { scanCommands } from "./scanning.ts";
import { stringCommands } from "./strings.ts";

/** A backend under test, empty when it is opened. */
export interface OpenBackend {
  backend: StorageBackend;
  close(): unknown;
}

/** How a family of tests gets at the backend. */
export type GetBackend = () => StorageBackend;

/** Runs the suite on a backend, or leaves it out. */
export function describeBackend(
  name: string,
  options: { ignore?: boolean },
  open: () => OpenBackend | Promise<OpenBackend>,
): void {
  // A client keeps its connection from one test to the next.
  const sanitize = { sanitizeOps: false, sanitizeResources: false };
  describe(name, { ...options, ...sanitize }, () => {
    let opened: OpenBackend;
    const backend: GetBackend = () => opened.backend;

    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => {
      await opened.close();
    });
    beforeEach(async () => {
      await backend().flushall();
    });

    stringCommands(backend);
    rangeCommands(backend);
    counterCommands(backend);
    expiryCommands(backend);
    keyCommands(backend);
    scanCommands(backend);
  });
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
