/** Reads and removes entries: the clock, deadlines, sliding, counts, and the slices of a sweep. */

import type { Bounds } from "./_bounds.ts";
import { Entries } from "./_entries.ts";
import { CHUNK_BITS, NO_SLOT, PLACE } from "./_entry_table.ts";
import { type OnRemove, RemovalQueue } from "./_removal_queue.ts";
import { type OnError, report } from "../base/_report.ts";
import { Sweeper } from "../base/_sweeper.ts";
import type { RemoveReason } from "./options.ts";

/** The time, in ms, that a slice of a sweep may take before the event loop gets its turn. */
const SLICE_BUDGET = 3;
/** The number of entries that a slice removes between two looks at the time. */
const STRIDE = 32;

/** The options of a map. */
export interface MapOptions<K, V> {
  ttl: number;
  sliding: boolean;
  maxAge: number;
  sweepInterval: number;
  now: (() => number) | undefined;
  onRemove: OnRemove<K, V> | undefined;
  onError: ((error: unknown) => unknown) | undefined;
  bounds: Bounds<K, V> | undefined;
}

/** The half of an expiring map that adds no entries. */
export class MapReads<K, V> {
  hits = 0;
  misses = 0;
  expired = 0;
  evicted = 0;
  protected readonly ttl: number;
  protected readonly sliding: boolean;
  protected readonly maxAge: number;
  readonly #clock: (() => number) | undefined;
  protected readonly sweeper: Sweeper;
  /** Whether the short code paths are correct: no `onRemove`, no bound, and the runtime's own clock. */
  protected isQuick!: boolean;
  /** The same for reads, which need no `onRemove` but must not restart a TTL. */
  protected readsQuickly!: boolean;
  protected readonly onError: OnError | undefined;
  protected readonly bounds: Bounds<K, V> | undefined;
  protected readonly removals: RemovalQueue<K, V> | undefined;
  protected readonly entries: Entries<K, V>;

  constructor(
    options: MapOptions<K, V>,
    entries: Entries<K, V> = new Entries(options),
  ) {
    this.ttl = options.ttl;
    this.sliding = options.sliding;
    this.maxAge = options.maxAge;
    this.#clock = options.now;
    this.onError = options.onError;
    this.bounds = options.bounds;
    this.removals = options.onRemove &&
      new RemovalQueue(options.onRemove, options.onError);
    this.sweeper = new Sweeper(
      options.sweepInterval,
      () => this.#wake(),
    );
    this.entries = entries;
    this.quicken();
  }

  /** Decides whether the short code paths may be used. */
  protected quicken(): void {
    const isPlain = this.#clock === undefined && this.bounds === undefined;
    this.isQuick = isPlain && this.removals === undefined;
    this.readsQuickly = isPlain && !this.sliding;
  }

  /** Reads the clock. `Date.now` is looked up at each call, since a test may replace it at any time. */
  now(): number {
    return this.#clock === undefined ? Date.now() : this.#clock();
  }

  get(key: K): V | undefined {
    const { entries } = this;
    const slot = entries.map.get(key);
    if (slot !== undefined && this.readsQuickly) {
      // The clock is read before the entry: meanwhile its memory is on the way.
      const now = entries.mortal === 0 ? -Infinity : Date.now();
      const chunk = entries.chunks[slot >>> CHUNK_BITS];
      const place = slot & PLACE;
      if (chunk.deadlines[place] > now) {
        if (now >= this.sweeper.lateTime) this.sweeper.checkLate(now);
        this.hits++;
        return chunk.pairs[2 * place + 1] as V;
      }
    }
    return this.use(slot) === NO_SLOT ? undefined : entries.valueAt(slot!);
  }

  /** Counts a use of an entry, and returns its slot; `NO_SLOT`: there is none, or it has expired and is gone. */
  protected use(slot: number | undefined): number {
    const { entries } = this;
    if (slot === undefined) {
      this.misses++;
      return NO_SLOT;
    }
    const deadline = entries.deadlineAt(slot);
    if (deadline !== Infinity) {
      const now = this.now();
      if (deadline <= now) {
        this.misses++;
        this.expire(slot);
        return NO_SLOT;
      }
      this.sweeper.checkLate(now);
      if (this.sliding) this.restart(slot, now);
    }
    this.hits++;
    if (entries.order !== undefined) entries.use(slot);
    return slot;
  }

  /** The slot of a live entry, or `NO_SLOT`; one that has expired is removed. */
  protected find(key: K, now?: number): number {
    const slot = this.entries.map.get(key);
    if (slot === undefined) return NO_SLOT;
    const deadline = this.entries.deadlineAt(slot);
    if (deadline === Infinity) return slot;
    now ??= this.now();
    if (deadline <= now) {
      this.expire(slot);
      return NO_SLOT;
    }
    this.sweeper.checkLate(now);
    return slot;
  }

  has(key: K): boolean {
    return this.find(key) !== NO_SLOT;
  }

  /** The value, without a trace of the reading. */
  peek(key: K): V | undefined {
    const slot = this.find(key);
    return slot === NO_SLOT ? undefined : this.entries.valueAt(slot);
  }

  /** The deadline of a live entry; at `now`, where the caller has just read the clock. */
  deadline(key: K, now?: number): number | undefined {
    const slot = this.find(key, now);
    return slot === NO_SLOT ? undefined : this.entries.deadlineAt(slot);
  }

  /** The number of live entries. */
  count(): number {
    const { size, mortal, index } = this.entries;
    return mortal === 0 ? size : size - index.count(this.now());
  }

  /** Iterates over the live entries in the order of their keys, and yields the result of `pick` for each. */
  *walk<T>(pick: (key: K, value: V) => T): Generator<T, undefined, undefined> {
    for (const key of this.entries.keys.walk()) {
      const slot = this.find(key);
      if (slot !== NO_SLOT) yield pick(key, this.entries.valueAt(slot));
    }
  }

  /** Sets the sweeper's timer for the earliest deadline. */
  protected arm(now: number): void {
    this.sweeper.wakeFor(this.entries.index.earliest, now);
  }

  protected reschedule(slot: number, deadline: number, now: number): void {
    const entries = this.entries;
    const sooner = entries.schedule(slot, deadline);
    if (entries.mortal === 0) this.restIfSettled();
    else if (sooner) this.arm(now);
    else this.sweeper.checkLate(now);
  }

  protected restart(slot: number, now: number, given?: number): void {
    const ttl = this.entries.ttlAt(slot);
    // Without a ttl there is nothing to start again: a deadline, if any, was set as such.
    if (ttl === Infinity && given === undefined) return;
    const deadline = Math.min(now + ttl, this.entries.limitAt(slot));
    // Not by a clock that answers `NaN`.
    if (deadline === deadline) this.reschedule(slot, deadline, now);
  }

  /** Removes an entry; `now`: where the caller has just read the clock. */
  delete(key: K, now?: number): boolean {
    const { entries } = this;
    const slot = entries.map.get(key);
    if (slot === undefined) return false;
    if (this.isQuick) {
      // The clock is read and the key removed before the entry is looked at, as in `get`.
      now ??= entries.mortal === 0 ? -Infinity : Date.now();
      const isLive = entries.take(slot, false, key) > now;
      if (!isLive) this.expired++;
      if (entries.mortal === 0) this.restIfSettled();
      this.finish();
      return isLive;
    }
    const deadline = entries.deadlineAt(slot);
    const live = deadline === Infinity || deadline > (now ?? this.now());
    this.take(slot, live ? "deleted" : "expired");
    this.finish();
    return live;
  }

  protected expire(slot: number): void {
    this.take(slot, "expired");
    this.finish();
  }

  /** Ends a call that has removed something: no slot that it knows is valid afterwards. */
  protected finish(): void {
    this.entries.tidy();
    if (this.removals !== undefined) this.removals.flush();
  }

  /** Removes an entry, counts it and queues the call of `onRemove`. */
  protected take(slot: number, reason: RemoveReason, oneOfMany = false): void {
    const entries = this.entries;
    if (this.removals !== undefined) {
      this.removals.push(entries.valueAt(slot), entries.keyAt(slot), reason);
    }
    if (reason === "expired") this.expired++;
    else if (reason === "evicted") this.evicted++;
    entries.take(slot, oneOfMany);
    if (entries.mortal === 0) this.restIfSettled();
  }

  protected restIfSettled(): void {
    if (!this.entries.unsettled) this.sweeper.rest();
  }

  clear(): void {
    const entries = this.entries;
    this.takeDue(this.now(), entries.size);
    if (this.removals !== undefined) {
      for (const [key, slot] of entries.map) {
        if (slot === undefined) continue;
        this.removals.push(entries.valueAt(slot), key, "cleared");
      }
    }
    entries.clear();
    this.restIfSettled();
    this.removals?.flush();
  }

  /** Removes all expired entries; returns their number. */
  sweep(): number {
    const now = this.now();
    const entries = this.entries;
    if (entries.index.earliest > now) return 0;
    // No more than there are now: a callback may add entries that expire at once.
    const most = entries.size;
    let removed = 0;
    let taken: number;
    do {
      taken = this.#takeAndTell(now, most - removed);
      removed += taken;
    } while (taken > 0 && removed < most);
    this.settle();
    if (entries.mortal === 0) this.restIfSettled();
    this.swept(removed);
    return removed;
  }

  /** Called after a sweep, or a slice of one, with the number of entries that it removed. */
  protected swept(_count: number): void {}

  /** Removes up to `most` expired entries. */
  protected takeDue(now: number, most: number): number {
    let taken = 0;
    while (taken < most) {
      const slot = this.entries.index.inspect(now);
      if (slot === NO_SLOT) break;
      this.take(slot, "expired", true);
      taken++;
    }
    return taken;
  }

  /** Removes up to `most` expired entries; with an `onRemove` one, and calls it. */
  #takeAndTell(now: number, most: number): number {
    const taken = this.takeDue(now, this.removals === undefined ? most : 1);
    this.finish();
    return taken;
  }

  /** Called by the sweeper. An error of the clock must end neither the process nor the sweeping. */
  #wake(): void {
    try {
      this.#sweepSlice();
    } catch (error) {
      this.removals?.flush();
      this.sweeper.wakeLater();
      report(this.onError, error);
    }
  }

  /** Removes expired entries until the budget is used up. */
  #sweepSlice(): void {
    const entries = this.entries;
    const end = performance.now() + SLICE_BUDGET;
    let removed = 0;
    let now: number;
    let more: boolean;
    do {
      now = this.now();
      const taken = this.#takeAndTell(now, STRIDE);
      removed += taken;
      more = taken > 0;
    } while (more && performance.now() < end);
    while (!more && entries.settle(STRIDE)) {
      more = performance.now() >= end;
    }
    if (more) this.sweeper.wakeSoon(now);
    else if (entries.mortal > 0) {
      this.sweeper.wakeFor(entries.index.earliest, now);
    }
    this.swept(removed);
  }

  /** Stops the sweeper: from now on an expired entry is removed when it is accessed. */
  shutdown(): void {
    this.sweeper.stop();
    // Without the sweeper, nothing would free this memory later.
    this.settle();
  }

  /** Gives all memory back that can be. */
  protected settle(): void {
    while (this.entries.settle(PLACE));
  }
}
