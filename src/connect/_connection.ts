/** The connection of any client, and the helpers that all of them use. */

import { printable } from "../base/_checks.ts";
import { isReplyError } from "../base/errors.ts";

/** A client of a server, and its connection. */
export interface Connection {
  /** The client. Another one takes its place where that is the only way to connect again. */
  readonly client: object;
  /** `true` if the client itself sends a command again whose reply was lost. */
  readonly resends: boolean;
  /** The last failure that the client reported. */
  readonly lastError: unknown;
  /** Is called with each failure of the open connection. */
  onError: ((error: unknown) => void) | undefined;
  /** Connects; settles when the server has answered a PING. */
  open(): Promise<void>;
  /** Sends any command. */
  send(command: string, args: string[]): Promise<unknown>;
  /**
   * Waits until commands can be sent. `undefined`: they can.
   *
   * @returns A promise that rejects where the client does not connect again in time.
   */
  ready(): Promise<void> | undefined;
  /** Cuts the connection, so that the client connects again. */
  renew(): void;
  /** Ends it after the pending commands are answered. */
  close(): Promise<void>;
  /** Ends it at once. */
  abort(): Promise<void>;
}

/** The timeouts of a connection, in ms. */
export interface Timeouts {
  /** Until the server has answered for the first time; also when a client connects again. */
  connectTimeout: number;
  /** Until a command is answered. `Infinity`: for ever. */
  commandTimeout: number;
}

/** The longest delay of `setTimeout`, in ms. */
export const MAX_DELAY = 2 ** 31 - 1;

/** The promise was not settled in time. */
export class TimeoutError extends Error {
  /** The name of the class, `"TimeoutError"`. */
  override readonly name: string = "TimeoutError";
}

/**
 * Waits for a promise, but no longer than `ms`, and not when `signal` is aborted.
 *
 * @param shown The time that the error tells, in ms.
 * @throws {TimeoutError} It was not settled in that time.
 */
export async function within<T>(
  ms: number,
  promise: Promise<T>,
  signal?: AbortSignal,
  shown: number = ms,
): Promise<T> {
  signal?.throwIfAborted();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort = () => {};
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new TimeoutError(`no answer within ${shown} ms`)),
      Math.min(ms, MAX_DELAY),
    );
    onAbort = () => reject(signal?.reason);
    signal?.addEventListener("abort", onAbort);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Waits for some ms. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The wait before a server that is loading its data is asked again, in ms. */
const LOADING_WAIT_MS = 100;

/**
 * Asks a server for a sign of life until it has loaded its data. A user who may not send a PING
 * gets an answer, too.
 */
export async function untilAnswered(
  ping: () => Promise<unknown>,
): Promise<void> {
  for (;;) {
    try {
      await ping();
      return;
    } catch (error) {
      const word = isReplyError(error) ? error.message.split(" ", 1)[0] : "";
      if (word === "NOPERM") return;
      if (word !== "LOADING") throw error;
      await delay(LOADING_WAIT_MS);
    }
  }
}

/**
 * A copy of a client's error that holds its message and its code alone: the error may hold what was
 * sent, a password too.
 *
 * @param error The error that the client threw.
 * @param secrets The texts that must not be shown.
 */
export function harmlessError(
  error: unknown,
  secrets: readonly string[],
): Error {
  let message = messageOf(error);
  for (const secret of secrets) message = message.replaceAll(secret, "***");
  const copy = new Error(printable(message));
  const { code } = Object(error) as { code?: unknown };
  return typeof code === "string" ? Object.assign(copy, { code }) : copy;
}

/** The message of an error, or those of the errors that it holds. */
function messageOf(error: unknown): string {
  const { name, message, errors, lastNodeError } = Object(error) as {
    name?: unknown;
    message?: unknown;
    errors?: unknown[];
    lastNodeError?: unknown;
  };
  if (typeof message !== "string") return String(error);
  if (lastNodeError !== undefined) {
    return `${message}: ${messageOf(lastNodeError)}`;
  }
  return message || (errors ?? []).map(messageOf).join(", ") || String(name);
}
