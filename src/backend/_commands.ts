/** Checks that a value is a backend with the commands that are called. */

import { checkType, kindOf } from "../base/_checks.ts";
import type { StorageBackend } from "./storage_backend.ts";

/** The commands of a backend. */
export type Command = keyof StorageBackend;

/**
 * Throws unless a value has the methods of some commands. So a client of another kind is refused
 * before it stores something wrong: `set` of the package `redis` ignores the argument `"PX"`.
 */
export function checkCommands(
  action: string,
  name: string,
  storage: unknown,
  commands: readonly Command[],
): void {
  checkType(action, name, storage, "object", kindOf);
  for (const command of commands) {
    const { [command]: method, get } = storage as Record<string, unknown>;
    if (typeof method === "function") continue;
    const hint = typeof get === "function"
      ? " (a backend is a storage of @mayfly/store or a client of ioredis, iovalkey or Bun)"
      : "";
    throw new TypeError(
      `Cannot ${action}: "${name}.${command}" must be a function: received ${
        kindOf(method)
      }${hint}`,
    );
  }
}

/**
 * Throws if a client reads from replicas, which may lag behind: the next call might not see an
 * acknowledged write.
 */
export function checkMaster(
  action: string,
  name: string,
  client: unknown,
): void {
  const { options } = Object(client) as {
    options?: { scaleReads?: unknown; role?: unknown };
  };
  const isReplica = options?.role === "slave";
  if ((options?.scaleReads ?? "master") === "master" && !isReplica) return;
  const option = isReplica ? "role" : "scaleReads";
  throw new TypeError(
    `Cannot ${action}: "${name}" must read from the master: received a client that reads from replicas ("${option}")`,
  );
}
