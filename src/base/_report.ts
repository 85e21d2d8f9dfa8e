/** Telling of an error that is no call's: a callback's, a logger's, the sweeper's. */

/** Who wants to know, such as a store's `onError`. */
export type OnError = (error: unknown) => unknown;

/**
 * Tells of an error; never throws. Without `onError`, and of what `onError` itself throws or
 * rejects with, `console.error` tells.
 */
export function report(onError: OnError | undefined, error: unknown): void {
  if (onError === undefined) return lastResort(error);
  try {
    watch(undefined, onError(error));
  } catch (failure) {
    lastResort(failure);
  }
}

/** Tells of what a callback rejects with later, where it is asynchronous; never throws. */
export function watch(onError: OnError | undefined, result: unknown): void {
  try {
    if (
      (typeof result !== "object" || result === null) &&
      typeof result !== "function"
    ) return;
    const { then } = result as Partial<PromiseLike<unknown>>;
    if (typeof then !== "function") return;
    then.call(result, undefined, (error) => report(onError, error));
  } catch (error) {
    report(onError, error);
  }
}

function lastResort(error: unknown): void {
  try {
    console.error(error);
  } catch {
    // There is nobody left to tell, and nothing may end here.
  }
}
