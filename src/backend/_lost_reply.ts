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

/** Clients that say when a connection ends: of a server, and of one node of a cluster. */
interface Emitter {
  on(event: string, listener: () => void): unknown;
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
    const counted = losses = { count: 0 };
    lossesOf.set(client, counted);
    if (typeof (client as Partial<Emitter>).on === "function") {
      for (const event of ["close", "-node"]) {
        (client as Emitter).on(event, () => counted.count++);
      }
    }
  }
  const { count } = losses;
  return () => losses.count > count;
}

/** The error for a command of which it is not known whether it was done. */
export function unknownOutcome(action: string): StorageError {
  return new StorageError(
    "unavailable",
    `Cannot ${action}: the connection broke before the reply came, and it is not known whether it was done`,
  );
}
