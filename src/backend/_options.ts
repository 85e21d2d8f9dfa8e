/** Checks of the options and arguments of classes over a backend. */

import { checkTtl, checkType, kindOf, refuse } from "../base/_checks.ts";
import { checkCommands, checkMaster, type Command } from "./_commands.ts";
import { repeatable } from "./_lost_reply.ts";
import { getStorageBackend } from "./process_backend.ts";
import type { StorageBackend } from "./storage_backend.ts";

/**
 * Returns a function that returns a backend: the option, or the default backend of the process. The
 * default is looked up at each call, because a program may set it later.
 *
 * With any client, its commands may be executed twice after a lost reply. If the reply matters, the
 * caller checks `watchConnection`.
 *
 * @param action What fails if the option is not a backend with these commands.
 * @param storage The option.
 * @param commands The commands that are called, all of them.
 * @throws {TypeError} The option is not an object, or lacks a command.
 */
export function findStorage<C extends Command>(
  action: string,
  storage: Pick<StorageBackend, C> | undefined,
  commands: readonly C[],
): () => Pick<StorageBackend, C> {
  if (storage === undefined) {
    return () => {
      const found = getStorageBackend();
      checkCommands(action, "getStorageBackend()", found, commands);
      checkMaster(action, "getStorageBackend()", found);
      return repeatable(found);
    };
  }
  checkCommands(action, "storage", storage, commands);
  checkMaster(action, "storage", storage);
  const found = repeatable(storage);
  return () => found;
}

/** Throws unless `value` is a string. The error names only the type of the value. */
export function checkString(
  action: string,
  name: string,
  value: unknown,
): asserts value is string {
  checkType(action, name, value, "string", kindOf);
}

/**
 * Throws unless `value` can be part of a key: a string without lone surrogates. Two strings that
 * differ only in lone surrogates would be stored as one key.
 */
export function checkKeyPart(
  action: string,
  name: string,
  value: unknown,
): asserts value is string {
  checkString(action, name, value);
  if (value.isWellFormed()) return;
  // A key may be a secret, such as a token.
  refuse(action, name, "have no half of a surrogate pair", value, true, kindOf);
}

/** Throws unless `value` can be part of a key and is not empty. */
export function checkName(
  action: string,
  name: string,
  value: unknown,
): asserts value is string {
  checkKeyPart(action, name, value);
  if (value !== "") return;
  refuse(action, name, "be a string that is not empty", value, true);
}

/**
 * Reads a TTL in whole ms. A fraction is rounded up, so that no TTL is 0 ms.
 *
 * @throws {TypeError} It is not a number.
 * @throws {RangeError} It is not positive and finite, or past the end of time.
 */
export function readMilliseconds(
  action: string,
  name: string,
  value: unknown,
): number {
  const kind = "a positive, finite number of milliseconds";
  checkTtl(action, name, value, kind);
  return Math.ceil(value);
}
