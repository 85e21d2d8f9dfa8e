/** The connection of any client, and the helpers that all of them use. */

import { printable } from "../base/_checks.ts";
import { isReplyError } from "../base/errors.ts";

/** A client of a server, and its connection. */
export interface Connection {
  /** The client. Some implementations replace it to connect again. */
  readonly client: object;
  /** `true` if the client itself repeats a command after a lost reply. */
  readonly resends: boolean;
  /** The last failure that the client reported. */
  readonly lastError: unknown;
  /** Called with each failure of the open connection. */
  onError: ((error: unknown) => void) | undefined;
  /** Connects; settles when the server has answered a PING. */
  open(): Promise<void>;
  /** Sends any command. */
  send(command: string, args: string[]): Promise<unknown>;
  /**
   * Waits until commands can be sent. Returns `undefined` if they can be sent now.
   *
   * @returns A promise that rejects if the client does not reconnect in time.
   */
  ready(): Promise<void> | undefined;
  /** Closes the connection, so that the client connects again. */
  renew(): void;
  /** Closes the connection after the pending commands are answered. */
  close(): Promise<void>;
  /** Closes the connection at once. */
  abort(): Promise<void>;
}

/** The timeouts of a connection, in ms. */
export interface Timeouts {
  /** The time until the server answers for the first time; also when a client reconnects. */
  connectTimeout: number;
  /** The time until a command is answered. `Infinity`: no limit. */
  commandTimeout: number;
}

/** The longest delay of `setTimeout`, in ms. */
export const MAX_DELAY = 2 ** 31 - 1;

/** A promise did not settle in time. */
export class TimeoutError extends Error {
  /** The name of the class, `"TimeoutError"`. */
  override readonly name: string = "TimeoutError";
}

/**
 * Waits for a promise, for `ms` at most, and until `signal` is aborted.
 *
 * @param shown The time in the error message, in ms.
 * @throws {TimeoutError} The promise did not settle in that time.
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

/** Waits for a number of ms. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The wait before the next PING to a server that is loading its data, in ms. */
const LOADING_WAIT_MS = 100;

/**
 * Sends PINGs until the server has loaded its data. If the user has no permission for PING, the
 * server's refusal counts as an answer.
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
 * A copy of a client's error with its message and code only: the error itself may contain the
 * command, even a password.
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

/** The message of an error, or those of the errors that it contains. */
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
