/** What the tests beside it share. */

import { assert, assertEquals, assertRejects } from "@std/assert";

type ErrorClass = new (...args: never[]) => Error;

/** Asserts that a call rejects as documented: the class itself, and the message by its rules. */
export async function assertRefused(
  run: () => Promise<unknown>,
  Failure: ErrorClass,
  ...parts: string[]
): Promise<Error> {
  const error = await assertRejects(run) as Error;
  assertEquals(error.constructor, Failure, String(error));
  const { message } = error;
  assert(/^Cannot .+: .+: received .*[^.]$/s.test(message), message);
  assert(!message.includes("secret"), message);
  for (const part of parts) assert(message.includes(part), message);
  return error;
}
