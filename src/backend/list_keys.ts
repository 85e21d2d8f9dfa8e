import { checkType, kindOf } from "../base/_checks.ts";
import { isReplyError } from "../base/errors.ts";
import { Turns } from "../base/_turn.ts";
import { checkCommands } from "./_commands.ts";
import type { StorageBackend } from "./storage_backend.ts";

const LIST = "list the keys";

/** The number of keys that one SCAN examines. */
const STEP = 1000;

/** A storage, a client, or a node of a cluster. */
type Scannable = Pick<StorageBackend, "scan">;

/** The members of a cluster of `ioredis` or `iovalkey` that are used. */
interface Cluster {
  readonly status: string;
  ping(): Promise<unknown>;
  nodes(role: "master"): Scannable[];
}

/** The option of `ioredis` and `iovalkey` that is used. */
interface WithPrefix {
  options?: { keyPrefix?: unknown };
}

/**
 * Lists every key that matches a pattern, each once, by `SCAN`. A key that is added or removed
 * during the listing may or may not be listed. On a cluster it lists the keys of all masters.
 *
 * A client's `keyPrefix` is handled: it is added to the pattern and removed from the keys.
 *
 * @param storage The backend.
 * @param pattern A glob pattern as Redis's `KEYS` takes it, such as `"thread:*"`.
 * @returns The keys, in no particular order, for `for await`.
 * @throws {TypeError} An argument has the wrong type.
 *
 * @example Usage
 * ```ts
 * import { InMemoryStorage, listKeys } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * using storage = new InMemoryStorage();
 * storage.mset("thread:1", "[]", "thread:2", "[]", "lock", "mine");
 * const keys = await Array.fromAsync(listKeys(storage, "thread:*"));
 * assertEquals(keys.sort(), ["thread:1", "thread:2"]);
 * ```
 */
export function listKeys(
  storage: Pick<StorageBackend, "scan">,
  pattern: string,
): AsyncIterable<string> {
  checkCommands(LIST, "storage", storage, ["scan"]);
  checkType(LIST, "pattern", pattern, "string", kindOf);
  return walk(storage, pattern);
}

async function* walk(
  storage: Scannable,
  pattern: string,
): AsyncGenerator<string, void, void> {
  const prefix = String((storage as WithPrefix).options?.keyPrefix ?? "");
  const whole = escapeGlob(prefix) + pattern;
  const seen = new Set<string>();
  // A storage in this process replies synchronously, so nothing else would let the event loop run.
  const turns = new Turns();
  for (const part of await partsOf(storage)) {
    let cursor = "0";
    do {
      const reply = await part.scan(cursor, "MATCH", whole, "COUNT", STEP);
      cursor = String(reply[0]);
      if (turns.over) await turns.next();
      for (const key of reply[1]) {
        if (seen.has(key)) continue;
        seen.add(key);
        yield key.slice(prefix.length);
        if (turns.over) await turns.next();
      }
    } while (cursor !== "0");
  }
}

/** The masters of a cluster; for any other storage, the storage itself. */
async function partsOf(storage: Scannable): Promise<Scannable[]> {
  const { nodes } = storage as Partial<Cluster>;
  if (typeof nodes !== "function") return [storage];
  const cluster = storage as unknown as Cluster;
  try {
    // A cluster knows its masters once it is connected, even if the PING fails.
    if (cluster.status !== "ready") await cluster.ping();
  } catch (error) {
    if (!isReplyError(error)) throw error;
  }
  return cluster.nodes("master");
}

/** A glob pattern that matches exactly this text. */
export function escapeGlob(text: string): string {
  return text.replaceAll(/[*?[\]\\]/g, "\\$&");
}
