/** Calls a store's `onRemove` once the store is consistent. */

import { report, watch } from "../base/_report.ts";
import type { RemoveReason } from "./options.ts";

/** The `onRemove` of a store. */
export type OnRemove<K, V> = (
  value: V,
  key: K,
  reason: RemoveReason,
) => unknown;

/** A call of `onRemove` that is still to be made. */
export interface Removal<K, V> {
  value: V;
  key: K;
  reason: RemoveReason;
  /** Whether it is an eviction, or the callback about an eviction caused it. */
  evicting: boolean;
  /** The length of the chain of callbacks that led to it, each caused by the one before. */
  depth: number;
}

/** The longest chain of callbacks that each remove an entry. */
const MAX_DEPTH = 10_000;

/** Removals in the order in which they happened, until `onRemove` has been called for them. */
export class RemovalQueue<K, V> {
  /** Whether `onRemove` is running for an eviction, or for a removal that one caused. */
  evicting = false;
  #depth = 0;
  readonly #onRemove: OnRemove<K, V>;
  readonly #onError: ((error: unknown) => unknown) | undefined;
  /** The removals to call `onRemove` for. */
  queue: Removal<K, V>[] = [];
  #telling = false;
  /** Whether `onRemove` must not be called now. */
  isPaused = false;

  constructor(
    onRemove: OnRemove<K, V>,
    onError: ((error: unknown) => unknown) | undefined,
  ) {
    this.#onRemove = onRemove;
    this.#onError = onError;
  }

  push(value: V, key: K, reason: RemoveReason): void {
    const evicting = this.evicting || reason === "evicted";
    // -0 is the key 0, as in a `Map`.
    if (key === 0) key = 0 as K;
    this.queue.push({ value, key, reason, evicting, depth: this.#depth });
  }

  /**
   * Calls `onRemove` for all queued removals. A removal that a callback causes comes after the
   * others, not inside the callback: the stack does not grow.
   */
  flush(): void {
    if (this.#telling || this.isPaused || this.queue.length === 0) return;
    this.#telling = true;
    try {
      while (this.queue.length > 0) {
        const queue = this.queue;
        this.queue = [];
        for (const removal of queue) this.#tell(removal);
      }
    } finally {
      this.evicting = this.#telling = false;
      this.#depth = 0;
    }
  }

  #tell({ value, key, reason, evicting, depth }: Removal<K, V>): void {
    this.evicting = evicting;
    this.#depth = depth + 1;
    try {
      if (depth > MAX_DEPTH) {
        throw new RangeError(
          `Cannot tell of the removal: ${MAX_DEPTH} in a row came of "onRemove" itself`,
        );
      }
      const onRemove = this.#onRemove;
      watch(this.#onError, onRemove(value, key, reason));
    } catch (error) {
      report(this.#onError, error);
    }
  }
}
