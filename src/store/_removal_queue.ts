/** Tells the owner of a store what was removed, once the store is consistent. */

import { report, watch } from "../base/_report.ts";
import type { RemoveReason } from "./options.ts";

/** The owner's callback. */
export type OnRemove<K, V> = (
  value: V,
  key: K,
  reason: RemoveReason,
) => unknown;

/** What the owner is to be told. */
export interface Removal<K, V> {
  value: V;
  key: K;
  reason: RemoveReason;
  /** Whether it is an eviction, or came of the callback about one. */
  evicting: boolean;
  /** How many callbacks led to it, each about what the one before removed. */
  depth: number;
}

/** A callback that goes on removing at the news of what it removed has to end. */
const MAX_DEPTH = 10_000;

/** Removals in the order in which they happened, until the owner knows. */
export class RemovalQueue<K, V> {
  /** Whether the owner is being told of an eviction, or of what came of one, right now. */
  evicting = false;
  #depth = 0;
  readonly #onRemove: OnRemove<K, V>;
  readonly #onError: ((error: unknown) => unknown) | undefined;
  /** What there is to tell. */
  queue: Removal<K, V>[] = [];
  #telling = false;
  /** Whether nothing may be told for now. */
  held = false;

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
   * Calls back for all that is queued. What a callback removes in turn has its turn
   * after the others, not inside the callback: the stack does not grow.
   */
  flush(): void {
    if (this.#telling || this.held || this.queue.length === 0) return;
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
