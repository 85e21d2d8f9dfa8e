/**
 * Continues with the replies of a backend: at once where they are values (memory, a file), later
 * where they are promises (a server). Code that is written with these functions runs as one
 * synchronous call on a synchronous backend, so no other call of the process comes between.
 */

import { isThenable } from "../base/_checks.ts";
import type { Reply } from "./storage_backend.ts";

/** `true` if a reply is still to come. */
export function isPending<T>(reply: Reply<T>): reply is Promise<T> {
  return isThenable(reply);
}

/** Calls `next` with a reply. */
export function then<T, R>(
  reply: Reply<T>,
  next: (reply: T) => Reply<R>,
): Reply<R> {
  return isPending(reply) ? reply.then(next) : next(reply);
}

/** Several replies as one. Commands that were sent before any was answered are one round trip. */
export function together<T extends readonly unknown[]>(
  replies: { [I in keyof T]: Reply<T[I]> },
): Reply<T> {
  return replies.some(isPending)
    ? Promise.all(replies) as unknown as Promise<T>
    : replies as unknown as T;
}

/** A reply, or `undefined` where the key holds another type than a string: another program's key. */
export function ifString<T>(reply: Reply<T>): Reply<T | undefined> {
  if (!isPending(reply)) return reply;
  return reply.catch((error) => {
    const { message } = Object(error) as { message?: unknown };
    if (String(message).startsWith("WRONGTYPE")) return undefined;
    throw error;
  });
}
