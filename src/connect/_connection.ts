/** What the clients of a server have in common, however they are opened and closed. */

/** A client of a server, and its connection. */
export interface Connection {
  /** The client. */
  readonly client: object;
  /** The last failure that the client told of. */
  readonly lastError: unknown;
  /** Connects; settles when the server has answered a PING. */
  open(): Promise<void>;
  /** Is told of each failure of the open connection. */
  onError: ((error: unknown) => void) | undefined;
  /** Ends it once what it was asked is answered. */
  close(): Promise<void>;
  /** Ends it at once, whatever it is doing. */
  abort(): Promise<void>;
}

/** What was waited for has not come. */
export class TimeoutError extends Error {
  /** The name of the class, `"TimeoutError"`. */
  override readonly name: string = "TimeoutError";
}

/**
 * Waits for a promise, but no longer than `ms`.
 *
 * @throws {TimeoutError} It has not come in that time.
 */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new TimeoutError(`no answer within ${ms} ms`)),
      Math.min(ms, 2 ** 31 - 1),
    );
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A copy of a client's error that holds its message and its code alone.
 *
 * @param error What the client threw.
 * @param secrets What must not be shown.
 */
export function harmlessError(
  error: unknown,
  secrets: readonly string[],
): Error {
  let message = messageOf(error);
  for (const secret of secrets) message = message.replaceAll(secret, "***");
  const copy = new Error(message);
  const { code } = Object(error) as { code?: unknown };
  return typeof code === "string" ? Object.assign(copy, { code }) : copy;
}

/** The message of an error, or those of the errors that it holds. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { errors, lastNodeError } = error as {
    errors?: unknown[];
    lastNodeError?: unknown;
  };
  if (lastNodeError instanceof Error) {
    return `${error.message}: ${messageOf(lastNodeError)}`;
  }
  const message = error.message || (errors ?? []).map(messageOf).join(", ");
  return message || error.name;
}
