/** Tells the owner of a store what was removed, once the store is consistent. */

import type { RemoveReason } from "./store_options.ts";

/** The owner's callback. */
export type OnRemove<K, V> = (
  value: V,
  key: K,
  reason: RemoveReason,
) => unknown;

/** Removals in the order in which they happened, until the owner knows. */
export class RemovalQueue<K, V> {
  /** Whether the owner is being told of an eviction right now. */
  evicting = false;
  readonly #onRemove: OnRemove<K, V>;
  readonly #onError: ((error: unknown) => unknown) | undefined;
  #queue: [value: V, key: K, reason: RemoveReason][] = [];
  #told = 0;

  constructor(
    onRemove: OnRemove<K, V>,
    onError: ((error: unknown) => unknown) | undefined,
  ) {
    this.#onRemove = onRemove;
    this.#onError = onError;
  }

  push(value: V, key: K, reason: RemoveReason): void {
    this.#queue.push([value, key, reason]);
  }

  /** Calls back for all that is queued, also when a callback calls the store in turn. */
  flush(): void {
    while (this.#told < this.#queue.length) {
      this.#tell(...this.#queue[this.#told++]);
    }
    if (this.#told > 0) {
      this.#queue = [];
      this.#told = 0;
    }
  }

  #tell(value: V, key: K, reason: RemoveReason): void {
    const evicting = this.evicting;
    this.evicting = evicting || reason === "evicted";
    try {
      const onRemove = this.#onRemove;
      this.#watch(onRemove(value, key, reason));
    } catch (error) {
      this.#report(error);
    } finally {
      this.evicting = evicting;
    }
  }

  /** An async callback fails later: as good as at once. */
  #watch(result: unknown): void {
    if (isThenable(result)) {
      result.then(undefined, (error) => this.#report(error));
    }
  }

  #report(error: unknown): void {
    const onError = this.#onError;
    if (onError === undefined) return console.error(error);
    try {
      const result = onError(error);
      if (isThenable(result)) result.then(undefined, console.error);
    } catch (failure) {
      console.error(failure);
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined | null)?.then ===
    "function";
}
