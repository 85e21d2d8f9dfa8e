/**
 * Replies that were lost. A client that loses its connection sends the commands that have no reply
 * yet again (`ioredis` and `iovalkey` do, and so do their clusters), although the server may have
 * done them. A second `DEL` answers 0, a second `SET NX` null: an answer that is not so.
 */

import { StorageError } from "../base/errors.ts";

/** How often the connection of a client broke. */
interface Losses {
  count: number;
}

const lossesOf = new WeakMap<object, Losses>();

/** What is used of a client of a server, of a cluster, and of one node of a cluster. */
interface Client {
  readonly status?: unknown;
  on?(event: string, listener: (node: Client) => void): unknown;
  nodes?(): Client[];
}

/**
 * Watches the connection of a client.
 *
 * @returns A function that says whether it broke since: then a command that was sent meanwhile may
 * have been done twice. Always `false` for what has no connection, and for a client that says
 * nothing of it.
 */
export function watchConnection(client: object): () => boolean {
  let losses = lossesOf.get(client);
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

/** The error for a command of which it is not known whether it was done. */
export function unknownOutcome(action: string): StorageError {
  return new StorageError(
    "unavailable",
    `Cannot ${action}: the connection broke before the reply came, and it is not known whether it was done`,
  );
}
