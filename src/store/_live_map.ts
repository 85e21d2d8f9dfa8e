/**
 * The rules by which entries live and die: the clock, ttls, sliding, bounds,
 * counts, slices of a sweep, and steps. Its arguments have been checked.
 */

import { quote } from "../_checks.ts";
import type { Bounds } from "./_bounds.ts";
import { NOT_DUE } from "./_deadline_index.ts";
import { Entries } from "./_entries.ts";
import { NONE, PLACE } from "./_entry_table.ts";
import type { Spared } from "./_eviction.ts";
import { type OnRemove, RemovalQueue } from "./_removal_queue.ts";
import { Sweeper } from "../_sweeper.ts";
import { StoreFullError } from "../errors.ts";
import type { RemoveReason } from "./store_options.ts";

/** How long, in ms, a slice of a sweep may take before the event loop gets its turn. */
const SLICE_BUDGET = 3;
/** How many slots a slice looks at between two looks at the time. */
const STRIDE = 32;
/** From so many keys on, a step makes room in the runtime's `Map` first: V8's holds 2^24. */
const NEARLY_FULL = 2 ** 24 - 2 ** 16;

/** What a {@linkcode LiveMap} is made of. */
export interface LiveMapOptions<K, V> {
  ttl: number;
  sliding: boolean;
  maxAge: number;
  sweepInterval: number;
  now: (() => number) | undefined;
  onRemove: OnRemove<K, V> | undefined;
  onError: ((error: unknown) => unknown) | undefined;
  /** Called after a sweep, or a slice of one, that removed something: how many entries. */
  onSweep: ((count: number) => void) | undefined;
  bounds: Bounds<K, V> | undefined;
}

/** A map whose entries die. Times are in ms, deadlines in ms since the epoch, `Infinity` is never. */
export class LiveMap<K, V> {
  hits = 0;
  misses = 0;
  expired = 0;
  evicted = 0;
  readonly #ttl: number;
  readonly #sliding: boolean;
  readonly #maxAge: number;
  readonly #clock: (() => number) | undefined;
  readonly #onSweep: ((count: number) => void) | undefined;
  readonly #bounds: Bounds<K, V> | undefined;
  readonly #removals: RemovalQueue<K, V> | undefined;
  readonly #sweeper: Sweeper;
  readonly #entries: Entries<K, V>;
  #inStep = false;
  /** The time of the step, once it was asked for. */
  #stepTime: number | undefined;

  constructor(options: LiveMapOptions<K, V>) {
    this.#ttl = options.ttl;
    this.#sliding = options.sliding;
    this.#maxAge = options.maxAge;
    this.#clock = options.now;
    this.#onSweep = options.onSweep;
    this.#bounds = options.bounds;
    this.#removals = options.onRemove &&
      new RemovalQueue(options.onRemove, options.onError);
    this.#sweeper = new Sweeper(
      options.sweepInterval,
      () => this.#sweepSlice(),
    );
    this.#entries = new Entries({
      ttl: options.ttl,
      limited: options.maxAge < Infinity,
      bounds: options.bounds,
    });
  }

  /** The clock, found anew at each call: fake time may have come or gone since the last. */
  now(): number {
    if (this.#inStep) return this.#stepTime ??= this.#readClock();
    return this.#clock === undefined ? Date.now() : this.#clock();
  }

  #readClock(): number {
    return this.#clock === undefined ? Date.now() : this.#clock();
  }

  // Steps

  /**
   * Runs several calls as one: the clock stands still, and when `run` throws, everything is
   * as it was before. News of removals is told afterwards, of what stayed removed. Inside
   * another step it joins that.
   */
  atomically<T>(run: () => T): T {
    if (this.#inStep) return run();
    const entries = this.#entries;
    if (entries.keys.map.size > NEARLY_FULL) this.sweep();
    const { hits, misses, expired, evicted } = this;
    const sums = this.#bounds?.sums;
    const removals = this.#removals;
    const news = removals?.length;
    removals?.hold();
    entries.begin();
    this.#inStep = true;
    let result: T;
    try {
      result = run();
    } catch (error) {
      entries.rollBack();
      if (sums !== undefined) this.#bounds!.sums = sums;
      Object.assign(this, { hits, misses, expired, evicted });
      removals?.forget(news!);
      this.#endStep();
      throw error;
    }
    entries.commit();
    this.#endStep();
    if (entries.mortal === 0) this.#restIfSettled();
    removals?.flush();
    return result;
  }

  #endStep(): void {
    this.#inStep = false;
    this.#stepTime = undefined;
    this.#removals?.release();
  }

  /** Within a step: has `undo` called when it is undone, for what a caller changes in a value itself. */
  onUndo(undo: () => void): void {
    this.#entries.log?.add(undo);
  }

  // Reading

  get(key: K): V | undefined {
    const slot = this.#lookUp(key);
    return slot === NONE ? undefined : this.#entries.valueAt(slot);
  }

  /** The value and the deadline; counts as a `get`. */
  entry(key: K): { value: V; deadline: number } | undefined {
    const slot = this.#lookUp(key);
    if (slot === NONE) return undefined;
    return {
      value: this.#entries.valueAt(slot),
      deadline: this.#entries.deadlineAt(slot),
    };
  }

  /** The slot of a live entry, which counts as a use, or `NONE`. */
  #lookUp(key: K): number {
    const entries = this.#entries;
    const slot = entries.keys.map.get(key);
    if (slot === undefined) {
      this.misses++;
      return NONE;
    }
    const deadline = entries.deadlineAt(slot);
    if (deadline !== Infinity) {
      const now = this.now();
      if (deadline <= now) {
        this.misses++;
        this.#expire(slot);
        return NONE;
      }
      if (this.#sliding) this.#restart(slot, now);
    }
    this.hits++;
    if (entries.order !== undefined) entries.use(slot);
    return slot;
  }

  /** The slot of a live entry; `NONE` where there is none, or one that is due, which is removed. */
  #find(key: K, now?: number): number {
    const slot = this.#entries.keys.map.get(key);
    if (slot === undefined) return NONE;
    const deadline = this.#entries.deadlineAt(slot);
    if (deadline !== Infinity && deadline <= (now ?? this.now())) {
      this.#expire(slot);
      return NONE;
    }
    return slot;
  }

  has(key: K): boolean {
    return this.#find(key) !== NONE;
  }

  /** The value, without a trace of the reading. */
  peek(key: K): V | undefined {
    const slot = this.#find(key);
    return slot === NONE ? undefined : this.#entries.valueAt(slot);
  }

  /** The deadline of a live entry; at `now`, where the caller has just read the clock. */
  deadline(key: K, now?: number): number | undefined {
    const slot = this.#find(key, now);
    return slot === NONE ? undefined : this.#entries.deadlineAt(slot);
  }

  /** How many entries live. */
  count(): number {
    if (this.#entries.index.earliest !== Infinity) this.sweep();
    return this.#entries.size;
  }

  /** Walks over the live entries in the order of their keys, picking what is wanted of each. */
  *walk<T>(pick: (key: K, value: V) => T): Generator<T, undefined, undefined> {
    for (const key of this.#entries.keys.walk()) {
      const slot = this.#find(key);
      if (slot !== NONE) yield pick(key, this.#entries.valueAt(slot));
    }
  }

  /** Looks at `count` slots from `cursor` on; the next cursor is 0 at the end. */
  scan(cursor: number, count: number): [cursor: number, keys: K[]] {
    return this.#entries.scan(cursor, count, this.now());
  }

  /** Any live key; `undefined` in an empty store. */
  randomKey(): K | undefined {
    if (this.count() === 0) return undefined;
    return this.#entries.randomKey(this.now());
  }

  // Writing

  /** Stores a value for `ttl` ms. */
  set(key: K, value: V, ttl: number = this.#ttl): void {
    const weight = this.#weigh(value, key);
    this.#setFor(key, value, weight, ttl);
  }

  #setFor(key: K, value: V, weight: number, ttl: number): void {
    if (ttl === Infinity && this.#maxAge === Infinity) {
      this.#store(key, value, weight, ttl, Infinity, Infinity, NaN);
      return;
    }
    const now = this.#checkedNow();
    const limit = now + this.#maxAge;
    const deadline = Math.min(now + ttl, limit);
    this.#store(key, value, weight, ttl, deadline, limit, now);
  }

  /**
   * Stores a value until `deadline`; when that is past, stores nothing and removes what was
   * there. `read` is the time, where the caller has just read the clock.
   */
  setUntil(key: K, value: V, deadline: number, read?: number): void {
    const weight = this.#weigh(value, key);
    const now = this.#checkedNow("set", read);
    if (deadline <= now) {
      this.#delete(key, now);
      return;
    }
    const limit = now + this.#maxAge;
    this.#store(
      key,
      value,
      weight,
      Infinity,
      Math.min(deadline, limit),
      limit,
      now,
    );
  }

  /** Stores a value in place of another and leaves the ttl and the deadline as they are. */
  setKeepingTtl(key: K, value: V): void {
    const weight = this.#weigh(value, key);
    const now = this.#checkedNow();
    const slot = this.#entries.keys.map.get(key);
    if (slot === undefined || this.#entries.deadlineAt(slot) <= now) {
      return this.#setFor(key, value, weight, this.#ttl);
    }
    this.#replaceValue(slot, key, value, weight, now);
    this.#removals?.flush();
  }

  /** The clock, for what is about to be written. */
  #checkedNow(action = "set", now: number = this.now()): number {
    if (now === now && typeof now === "number") return now;
    throw new RangeError(
      `Cannot ${action} the entry: "now" must return a number of milliseconds: received ${
        quote(now)
      }`,
    );
  }

  #store(
    key: K,
    value: V,
    weight: number,
    ttl: number,
    deadline: number,
    limit: number,
    now: number,
  ): void {
    const entries = this.#entries;
    let slot = entries.keys.map.get(key);
    if (slot !== undefined) {
      const old = entries.deadlineAt(slot);
      if (now !== now && old !== Infinity) now = this.now();
      if (old <= now) {
        this.#take(slot, "expired");
        slot = undefined;
      } else {
        this.#replaceValue(slot, key, value, weight, now);
        if (limit !== Infinity) entries.giveLimit(slot, limit);
        entries.giveTtl(slot, ttl);
        this.#reschedule(slot, deadline, now);
      }
    }
    if (slot === undefined) {
      this.#insert(key, value, weight, ttl, deadline, limit, now);
    }
    if (this.#removals !== undefined) this.#removals.flush();
  }

  #insert(
    key: K,
    value: V,
    weight: number,
    ttl: number,
    deadline: number,
    limit: number,
    now: number,
  ): void {
    if (this.#bounds !== undefined) this.#makeRoom(1, weight, now, NONE);
    const entries = this.#entries;
    try {
      entries.insert(key, value, weight, ttl, deadline, limit, now);
    } catch {
      this.#freeMap();
      try {
        entries.insert(key, value, weight, ttl, deadline, limit, now);
      } catch {
        this.#removals?.flush();
        throw new StoreFullError(
          `Cannot set the entry: the runtime's Map holds no more than ${entries.size} keys`,
        );
      }
    }
    if (deadline !== Infinity) {
      this.#sweeper.wakeFor(entries.index.earliest, now);
    }
  }

  /** The runtime's `Map` is full: takes what is due, and what was, out of it. */
  #freeMap(): void {
    if (this.#inStep) return;
    this.#takeDue(this.now(), Infinity);
    while (this.#entries.keys.settle(PLACE));
  }

  /** Puts a value in place of one that lives at `now`. */
  #replaceValue(
    slot: number,
    key: K,
    value: V,
    weight: number,
    now: number,
  ): void {
    const entries = this.#entries;
    if (this.#bounds !== undefined) {
      const more = weight - entries.weightAt(slot);
      if (more > 0) this.#makeRoom(0, more, now, slot);
      entries.use(slot);
    }
    if (this.#removals !== undefined) {
      this.#removals.push(entries.valueAt(slot), key, "replaced");
    }
    entries.replace(slot, value, weight);
  }

  #reschedule(slot: number, deadline: number, now: number): void {
    const entries = this.#entries;
    entries.schedule(slot, deadline, now);
    if (deadline !== Infinity) {
      this.#sweeper.wakeFor(entries.index.earliest, now);
    } else if (entries.mortal === 0) this.#restIfSettled();
  }

  /** Starts a live entry's ttl again: the one it has, or a new one. */
  touch(key: K, ttl?: number): boolean {
    const now = this.#checkedNow("touch");
    const slot = this.#find(key, now);
    if (slot === NONE) return false;
    if (ttl !== undefined) this.#entries.giveTtl(slot, ttl);
    this.#restart(slot, now, ttl);
    this.#entries.use(slot);
    return true;
  }

  #restart(slot: number, now: number, given?: number): void {
    const ttl = this.#entries.ttlAt(slot);
    // Without a ttl there is nothing to start again: a deadline, if any, was set as such.
    if (ttl === Infinity && given === undefined) return;
    const deadline = Math.min(now + ttl, this.#entries.limitAt(slot));
    // Not by a clock that answers `NaN`.
    if (deadline === deadline) this.#reschedule(slot, deadline, now);
  }

  /** Gives a live entry a deadline and no ttl; when that is past, removes the entry. */
  expireAt(key: K, deadline: number, read?: number): boolean {
    const now = this.#checkedNow("touch", read);
    const slot = this.#find(key, now);
    if (slot === NONE) return false;
    if (deadline <= now) return this.#delete(key, now);
    this.#entries.giveTtl(slot, Infinity);
    this.#reschedule(slot, deadline, now);
    return true;
  }

  // Removing

  delete(key: K): boolean {
    return this.#delete(key);
  }

  #delete(key: K, now?: number): boolean {
    const slot = this.#entries.keys.map.get(key);
    if (slot === undefined) return false;
    const deadline = this.#entries.deadlineAt(slot);
    const live = deadline === Infinity || deadline > (now ?? this.now());
    this.#take(slot, live ? "deleted" : "expired");
    if (this.#removals !== undefined) this.#removals.flush();
    return live;
  }

  #expire(slot: number): void {
    this.#take(slot, "expired");
    this.#removals?.flush();
  }

  /** Takes an entry out, counts it and queues the news. */
  #take(slot: number, reason: RemoveReason, oneOfMany = false): void {
    const entries = this.#entries;
    if (this.#removals !== undefined) {
      this.#removals.push(entries.valueAt(slot), entries.keyAt(slot), reason);
    }
    if (reason === "expired") this.expired++;
    else if (reason === "evicted") this.evicted++;
    entries.take(slot, oneOfMany);
    if (entries.mortal === 0) this.#restIfSettled();
  }

  #restIfSettled(): void {
    if (!this.#inStep && !this.#entries.keys.unsettled) this.#sweeper.rest();
  }

  clear(): void {
    const entries = this.#entries;
    this.#takeDue(this.now(), entries.size);
    if (this.#removals !== undefined) {
      for (const [key, slot] of entries.keys.map) {
        if (slot === undefined) continue;
        this.#removals.push(entries.valueAt(slot), key, "cleared");
      }
    }
    entries.clear();
    if (!this.#inStep) this.#sweeper.rest();
    this.#removals?.flush();
  }

  // Sweeping

  /** Removes all that is due now; returns how many. */
  sweep(): number {
    const now = this.now();
    const entries = this.#entries;
    if (entries.index.earliest > now) return 0;
    // No more than there are: a callback may set what is due at once.
    const most = entries.size;
    const stride = this.#removals === undefined ? most : 1;
    let removed = 0;
    let taken: number;
    do {
      taken = this.#takeDue(now, Math.min(stride, most - removed));
      removed += taken;
      this.#removals?.flush();
    } while (taken > 0 && removed < most);
    if (!this.#inStep) { while (entries.keys.settle(PLACE)); }
    if (entries.mortal === 0) this.#restIfSettled();
    if (removed > 0) this.#onSweep?.(removed);
    return removed;
  }

  /** Takes up to `most` entries that are due. */
  #takeDue(now: number, most: number): number {
    let taken = 0;
    while (taken < most) {
      const slot = this.#entries.index.inspect(now);
      if (slot === NONE) break;
      if (slot === NOT_DUE) continue;
      this.#take(slot, "expired", true);
      taken++;
    }
    return taken;
  }

  /** The sweeper's turn: removes what is due for as long as the budget lasts. */
  #sweepSlice(): void {
    const { index, keys } = this.#entries;
    const end = performance.now() + SLICE_BUDGET;
    const stride = this.#removals === undefined ? STRIDE : 1;
    let removed = 0;
    let now: number;
    let more = true;
    do {
      now = this.now();
      for (let i = 0; i < stride && more; i++) {
        const slot = index.inspect(now);
        if (slot === NONE) more = false;
        if (slot < 0) continue;
        this.#take(slot, "expired", true);
        removed++;
      }
      this.#removals?.flush();
    } while (more && performance.now() < end);
    while (!more && keys.settle(STRIDE)) {
      more = performance.now() >= end;
    }
    if (removed > 0) this.#onSweep?.(removed);
    if (more) this.#sweeper.wakeSoon(now);
    else if (this.#entries.mortal > 0) {
      this.#sweeper.wakeFor(this.#entries.index.earliest, now);
    }
  }

  /** Stops the sweeper: from now on entries are removed when they are come upon. */
  shutdown(): void {
    this.#sweeper.stop();
  }

  // Bounds

  #weigh(value: V, key: K): number {
    return this.#bounds === undefined ? 0 : this.#bounds.weigh(value, key);
  }

  /**
   * Sees to it that so much more fits: what has expired goes first, then what the policy gives
   * up, but not what is in `spared` (a slot or `NONE`), nor what the same step wrote. What
   * cannot fit is refused with everything that lives in its place.
   */
  #makeRoom(
    more: number,
    weight: number,
    now: number,
    spared: number,
  ): void {
    const bounds = this.#bounds!;
    const entries = this.#entries;
    if (bounds.fits(entries.size + more, weight)) return;
    // `NaN`: what is stored never expires, and the clock was not needed so far.
    if (now !== now) now = this.now();
    while (this.#takeDue(now, 1) > 0) {
      if (bounds.fits(entries.size + more, weight)) return;
    }
    // An `onRemove` that fills the room an eviction made would never come to an end.
    const mayEvict = entries.order !== undefined && !this.#removals?.evicting;
    if (!mayEvict || !this.#couldMakeRoom(more, weight, spared)) {
      this.#removals?.flush();
      throw bounds.fullError(entries.size);
    }
    const log = entries.log;
    const mark = log?.mark ?? 0;
    const { evicted } = this;
    const news = this.#removals?.length;
    do {
      const victim = entries.order!.victim(this.#spared(spared));
      if (victim === NONE) {
        // Only in a step, which may have written all that there is.
        log!.rollBack(mark);
        this.evicted = evicted;
        this.#removals?.forget(news!);
        throw bounds.fullError(entries.size);
      }
      this.#take(victim, "evicted");
    } while (!bounds.fits(entries.size + more, weight));
    if (log === undefined) entries.order!.settle();
  }

  #couldMakeRoom(more: number, weight: number, spared: number): boolean {
    const { size, mortal } = this.#entries;
    const spares = spared !== NONE &&
      this.#entries.deadlineAt(spared) !== Infinity;
    return this.#bounds!.couldFit(
      size + more,
      weight,
      spares ? mortal - 1 : mortal,
      spares ? this.#entries.weightAt(spared) : 0,
    );
  }

  #spared(slot: number): Spared | undefined {
    const written = this.#entries.log?.written;
    if (slot === NONE) return written;
    if (written === undefined) return { has: (other) => other === slot };
    return { has: (other) => other === slot || written.has(other) };
  }
}
