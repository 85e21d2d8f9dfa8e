/** Waiting no longer than for some time. */

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
