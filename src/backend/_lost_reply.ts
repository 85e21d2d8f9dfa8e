/**
 * Lost replies. A client that loses its connection sends all unanswered commands again (`ioredis`
 * and `iovalkey` do, and their clusters), although the server may have executed them. Then a second
 * `DEL` returns 0, and a second `SET NX` null, which is the wrong result for the caller.
 */

import { StorageError } from "../base/errors.ts";
import type { StorageBackend } from "./storage_backend.ts";

/** The number of times that the connection of a client broke. */
export interface Losses {
  count: number;
}

/** The property in which a storage of `connectStorage` counts lost replies. */
export const LOSSES: unique symbol = Symbol.for("@mayfly/store/losses");

const lossesOf = new WeakMap<object, Losses>();

/** The members that are used of a client, of a cluster, and of a node of a cluster. */
interface Client {
  readonly status?: unknown;
  on?(event: string, listener: (node: Client) => void): unknown;
  nodes?(): Client[];
}

/**
 * Watches the connection of a client.
 *
 * @returns A function that returns whether the connection broke since: then a command that was sent
 *   meanwhile may have been executed twice. Always `false` for a storage without a connection, and
 *   for a client that does not report it.
 */
export function watchConnection(client: object): () => boolean {
  let losses = (client as { [LOSSES]?: Losses })[LOSSES] ??
    lossesOf.get(client);
  if (losses === undefined) {
    lossesOf.set(client, losses = { count: 0 });
    watch(client, losses);
  }
  const { count } = losses;
  return () => losses.count > count;
}

function watch(client: Client, losses: Losses): void {
  if (typeof client.on !== "function") return;
  const follow = (connection: Client) => {
    let isReady = connection.status === "ready";
    connection.on?.("ready", () => isReady = true);
    connection.on?.("close", () => {
      // A failed attempt to connect has sent no command.
      if (isReady) losses.count++;
      isReady = false;
    });
  };
  follow(client);
  // The connections of a cluster are those of its nodes.
  client.on("+node", follow);
  if (typeof client.nodes === "function") client.nodes().forEach(follow);
}

/**
 * The property in which a storage of `connectStorage` has a second version of itself, which sends
 * every command again after a lost reply.
 */
export const REPEATABLE: unique symbol = Symbol.for(
  "@mayfly/store/repeatable",
);

/**
 * Returns the version of a storage that sends every command again after a lost reply: for commands
 * that are safe to repeat, because they carry a nonce or the caller checks
 * {@linkcode watchConnection}. The plain storage of `connectStorage` rejects a command whose reply
 * is lost and matters.
 */
export function repeatable<S extends object>(storage: S): S {
  return (storage as { [REPEATABLE]?: S })[REPEATABLE] ?? storage;
}

/**
 * Creates the error for a command with an unknown outcome.
 *
 * @param cause The reason for the missing reply; by default that the connection broke.
 */
export function unknownOutcome(action: string, cause?: Error): StorageError {
  const why = cause?.message ?? "the connection broke before the reply came";
  return new StorageError(
    "unavailable",
    `Cannot ${action}: ${why}, and it is not known whether it was done`,
    cause && { cause },
  );
}

/**
 * Removes a key of a backend, and returns whether it was there. `action` is for the error of a
 * removal with an unknown outcome.
 */
export async function deleteKey(
  storage: Pick<StorageBackend, "del">,
  key: string,
  action: string,
): Promise<boolean> {
  const isSentAgain = watchConnection(storage);
  const isRemoved = Number(await storage.del(key)) > 0;
  if (!isRemoved && isSentAgain()) throw unknownOutcome(action);
  return isRemoved;
}
