/**
 * Continues with the replies of a backend: synchronously if they are values (memory, a file), later
 * if they are promises (a server). On a synchronous backend, code that uses these functions runs as
 * one synchronous call, so no other call of the process runs in between.
 */

import { isThenable } from "../base/_checks.ts";
import type { Reply } from "./storage_backend.ts";

/** `true` if a reply is a promise. */
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

/** Combines several replies into one. Commands that are sent together need one round trip. */
export function together<T extends readonly unknown[]>(
  replies: { [I in keyof T]: Reply<T[I]> },
): Reply<T> {
  return replies.some(isPending)
    ? Promise.all(replies) as unknown as Promise<T>
    : replies as unknown as T;
}

/**
 * A reply, or `undefined` if the key has another type than string: it belongs to another program.
 */
export function ifString<T>(reply: Reply<T>): Reply<T | undefined> {
  if (!isPending(reply)) return reply;
  return reply.catch((error) => {
    const { message } = Object(error) as { message?: unknown };
    if (String(message).startsWith("WRONGTYPE")) return undefined;
    throw error;
  });
}
