/** The commands over a keyspace that a test looks into and moves in time. */

import { assertInstanceOf, assertThrows } from "@std/assert";
import { ReplyError } from "@mayfly/store";
import { RedisCommands } from "@mayfly/store/redis";
import { MapKeyspace } from "../suites/keyspace/_map_keyspace.ts";

/** What a test works with. */
export interface Fixture {
  redis: RedisCommands;
  keyspace: MapKeyspace;
}

/** Makes the commands over an empty keyspace. */
export function makeCommands(): Fixture {
  const keyspace = new MapKeyspace();
  return { redis: new RedisCommands(keyspace), keyspace };
}

/** Calls a command by its name with arguments that its types may not allow. */
export function call(
  redis: RedisCommands,
  command: string,
  ...args: unknown[]
) {
  const method = (redis as unknown as Record<string, unknown>)[command];
  return (method as (...args: unknown[]) => unknown).apply(redis, args);
}

/** Asserts that a command is answered with exactly this error. */
export function assertReplyError(run: () => unknown, message: string): void {
  let error: unknown;
  try {
    run();
  } catch (thrown) {
    error = thrown;
  }
  assertInstanceOf(error, ReplyError);
  if (error.message !== message) {
    throw new Error(`received "${error.message}", expected "${message}"`);
  }
}

/** Asserts that a call is refused since an argument cannot be sent. */
export function assertUnsendable(run: () => unknown, name: string): void {
  assertThrows(run, TypeError, `"${name}"`);
}

/** The server's errors that many commands share. */
export const NOT_AN_INTEGER = "ERR value is not an integer or out of range";
export const SYNTAX_ERROR = "ERR syntax error";
