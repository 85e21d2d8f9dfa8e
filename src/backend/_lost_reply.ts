/**
 * Replies that were lost. A client that loses its connection sends the commands that have no reply
 * yet again (`ioredis` and `iovalkey` do, and so do their clusters), although the server may have
 * done them. A second `DEL` answers 0, a second `SET NX` null: an answer that is not so.
 */

import { StorageError } from "../base/errors.ts";

/** The number of times that the connection of a client broke. */
export interface Losses {
  count: number;
}

/** The property under which a storage of `connectStorage` counts the replies that it has lost. */
export const LOSSES: unique symbol = Symbol.for("@mayfly/store/losses");

const lossesOf = new WeakMap<object, Losses>();

/** The members that are used of a client of a server, of a cluster, and of one node of a cluster. */
interface Client {
  readonly status?: unknown;
  on?(event: string, listener: (node: Client) => void): unknown;
  nodes?(): Client[];
}

/**
 * Watches the connection of a client.
 *
 * @returns A function that returns `true` if it broke since: then a command that was sent meanwhile
 * may have been done twice. Always `false` for a storage without a connection, and for a client
 * that does not report it.
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
      // An attempt to connect that failed has sent no command.
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
 * The property under which a storage of `connectStorage` has itself once more, with commands that are
 * all sent again after a lost reply.
 */
export const REPEATABLE: unique symbol = Symbol.for(
  "@mayfly/store/repeatable",
);

/**
 * The same storage for commands that may be done twice, because they carry a nonce, or because
 * {@linkcode watchConnection} is asked about them. The storage of `connectStorage` rejects all others
 * whose reply is lost and decides.
 */
export function repeatable<S extends object>(storage: S): S {
  return (storage as { [REPEATABLE]?: S })[REPEATABLE] ?? storage;
}

/**
 * The error for a command with an unknown outcome.
 *
 * @param cause Why there is no reply; by default that the connection broke.
 */
export function unknownOutcome(action: string, cause?: Error): StorageError {
  const why = cause?.message ?? "the connection broke before the reply came";
  return new StorageError(
    "unavailable",
    `Cannot ${action}: ${why}, and it is not known whether it was done`,
    cause && { cause },
  );
}
