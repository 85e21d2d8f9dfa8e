import { quote } from "../base/_checks.ts";

/**
 * A lease was lost: its time is over, or its key is gone from the backend or another owner's. What
 * the lease was for may be done by another owner from now on.
 *
 * It is the reason of the `signal` of the lease.
 *
 * @example Stopping when the lease is lost
 * ```ts
 * import { LeaseLostError } from "@mayfly/store/lease";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new LeaseLostError("invoice 7", "its time is over");
 * assertEquals(error.message, 'The lease of "invoice 7" is lost: its time is over');
 * ```
 */
export class LeaseLostError extends Error {
  /** The name of the class, `"LeaseLostError"`. */
  override readonly name: string = "LeaseLostError";
  /** The key of the lease. */
  readonly key: string;

  /**
   * Makes the error.
   *
   * @param key The key of the lease.
   * @param reason Why it is lost.
   */
  constructor(key: string, reason: string) {
    super(`The lease of ${quote(key)} is lost: ${reason}`);
    this.key = key;
  }
}
