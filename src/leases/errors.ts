import { quote } from "../base/_checks.ts";

/**
 * A lease was lost: it expired, its key was removed from the backend, or another owner holds it.
 * From now on another owner may do the same work.
 *
 * This error is the abort reason of the `signal` of the lease.
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
   * @param reason Why the lease was lost.
   */
  constructor(key: string, reason: string) {
    super(`The lease of ${quote(key)} is lost: ${reason}`);
    this.key = key;
  }
}

/**
 * It is not known whether an effect was done: the process that ran it died or was frozen, or its
 * answer could not be stored. `Once` does not run the effect again: find out whether it was done,
 * then call `forget`.
 *
 * @example An effect that cannot tell whether it was done
 * ```ts
 * import { Once, OnceUnknownError } from "@mayfly/store/once";
 * import { assertRejects } from "@std/assert";
 *
 * const mails = new Once<string>("mail");
 * const send = () => {
 *   throw new OnceUnknownError("mail 1", { cause: new Error("no answer") });
 * };
 * await assertRejects(() => mails.run("mail 1", send), OnceUnknownError);
 * await assertRejects(() => mails.run("mail 1", () => "sent"), OnceUnknownError);
 * ```
 */
export class OnceUnknownError extends Error {
  /** The name of the class, `"OnceUnknownError"`. */
  override readonly name: string = "OnceUnknownError";
  /** The key of the effect. */
  readonly key: string;

  /**
   * Makes the error.
   *
   * @param key The key of the effect.
   * @param options The `cause`, if known.
   */
  constructor(key: string, options?: ErrorOptions) {
    super(
      `It is not known whether the effect for ${quote(key)} was done`,
      options,
    );
    this.key = key;
  }
}

/**
 * `run` was called with a key that was used before with another input. The effect was not run.
 *
 * @example Usage
 * ```ts
 * import { Once, OnceConflictError } from "@mayfly/store/once";
 * import { assertRejects } from "@std/assert";
 *
 * const orders = new Once<string>("order");
 * await orders.run("o1", () => "tea", { input: { item: "tea" } });
 * await assertRejects(
 *   () => orders.run("o1", () => "lamp", { input: { item: "lamp" } }),
 *   OnceConflictError,
 * );
 * ```
 */
export class OnceConflictError extends Error {
  /** The name of the class, `"OnceConflictError"`. */
  override readonly name: string = "OnceConflictError";
  /** The key of the effect. */
  readonly key: string;

  /**
   * Makes the error.
   *
   * @param key The key of the effect.
   */
  constructor(key: string) {
    super(
      `Cannot run the effect for ${
        quote(key)
      }: its "input" must be the same each time`,
    );
    this.key = key;
  }
}
