/**
 * The rules by which entries live and die: the clock, ttls, sliding, bounds,
 * counts, and slices of a sweep. Its arguments have been checked.
 */

import { quote } from "../_checks.ts";
import type { Bounds } from "./_bounds.ts";
import { NOT_DUE } from "./_deadline_index.ts";
import { Entries } from "./_entries.ts";
import { NONE, PLACE } from "./_entry_table.ts";
import { type OnRemove, RemovalQueue } from "./_removal_queue.ts";
import { type OnError, report } from "../_report.ts";
import { Sweeper } from "../_sweeper.ts";
import { StoreFullError } from "../errors.ts";
import type { RemoveReason } from "./store_options.ts";

/** How long, in ms, a slice of a sweep may take before the event loop gets its turn. */
const SLICE_BUDGET = 3;
/** How many entries a slice removes between two looks at the time. */
const STRIDE = 32;

/** What a {@linkcode MortalMap} is made of. */
export interface MortalMapOptions<K, V> {
  ttl: number;
  sliding: boolean;
  maxAge: number;
  sweepInterval: number;
  now: (() => number) | undefined;
  onRemove: OnRemove<K, V> | undefined;
  onError: ((error: unknown) => unknown) | undefined;
  bounds: Bounds<K, V> | undefined;
}

/** A map whose entries die. Times are in ms, deadlines in ms since the epoch, `Infinity` is never. */
export class MortalMap<K, V> {
  hits = 0;
  misses = 0;
  expired = 0;
  evicted = 0;
  readonly #ttl: number;
  readonly #sliding: boolean;
  readonly #maxAge: number;
  readonly #clock: (() => number) | undefined;
  readonly #sweeper: Sweeper;
  /** Whether nobody is told of removals and there are no bounds. */
  readonly #plain: boolean;
  protected readonly onError: OnError | undefined;
  protected readonly bounds: Bounds<K, V> | undefined;
  protected readonly removals: RemovalQueue<K, V> | undefined;
  protected readonly entries: Entries<K, V>;
  /** Whether what is removed now may yet be put back. */
  protected inStep = false;

  constructor(
    options: MortalMapOptions<K, V>,
    entries: Entries<K, V> = new Entries(options),
  ) {
    this.#ttl = options.ttl;
    this.#sliding = options.sliding;
    this.#maxAge = options.maxAge;
    this.#clock = options.now;
    this.onError = options.onError;
    this.bounds = options.bounds;
    this.#plain = options.bounds === undefined &&
      options.onRemove === undefined;
    this.removals = options.onRemove &&
      new RemovalQueue(options.onRemove, options.onError);
    this.#sweeper = new Sweeper(
      options.sweepInterval,
      () => this.#wake(),
    );
    this.entries = entries;
  }

  /** The clock, found anew at each call: fake time may have come or gone since the last. */
  now(): number {
    return this.#clock === undefined ? Date.now() : this.#clock();
  }

  // Reading

  get(key: K): V | undefined {
    const slot = this.lookUp(key);
    return slot === NONE ? undefined : this.entries.valueAt(slot);
  }

  /** The slot of a live entry, which counts as a use, or `NONE`. */
  protected lookUp(key: K): number {
    const entries = this.entries;
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
      if (this.#sweeper.isLate(now)) this.#sweeper.wakeSoon(now);
      if (this.#sliding) this.#restart(slot, now);
    }
    this.hits++;
    if (entries.order !== undefined) entries.use(slot);
    return slot;
  }

  /** The slot of a live entry; `NONE` where there is none, or one that is due, which is removed. */
  protected find(key: K, now?: number): number {
    const slot = this.entries.keys.map.get(key);
    if (slot === undefined) return NONE;
    const deadline = this.entries.deadlineAt(slot);
    if (deadline === Infinity) return slot;
    now ??= this.now();
    if (deadline <= now) {
      this.#expire(slot);
      return NONE;
    }
    if (this.#sweeper.isLate(now)) this.#sweeper.wakeSoon(now);
    return slot;
  }

  has(key: K): boolean {
    return this.find(key) !== NONE;
  }

  /** The value, without a trace of the reading. */
  peek(key: K): V | undefined {
    const slot = this.find(key);
    return slot === NONE ? undefined : this.entries.valueAt(slot);
  }

  /** The deadline of a live entry; at `now`, where the caller has just read the clock. */
  deadline(key: K, now?: number): number | undefined {
    const slot = this.find(key, now);
    return slot === NONE ? undefined : this.entries.deadlineAt(slot);
  }

  /** How many entries live. */
  count(): number {
    const { size, mortal, index } = this.entries;
    return mortal === 0 ? size : size - index.count(this.now());
  }

  /** Walks over the live entries in the order of their keys, picking what is wanted of each. */
  *walk<T>(pick: (key: K, value: V) => T): Generator<T, undefined, undefined> {
    for (const key of this.entries.keys.walk()) {
      const slot = this.find(key);
      if (slot !== NONE) yield pick(key, this.entries.valueAt(slot));
    }
  }

  // Writing

  /** Stores a value for `ttl` ms, and for no more than `maxAge` ms however often it is touched. */
  set(
    key: K,
    value: V,
    ttl: number = this.#ttl,
    maxAge: number = this.#maxAge,
  ): void {
    if (this.#plain && !this.inStep && ttl < Infinity && maxAge === Infinity) {
      return this.#setPlainly(key, value, ttl);
    }
    const weight = this.#weigh(value, key);
    this.#setFor(key, value, weight, ttl, maxAge);
  }

  // What `#setFor` does where nobody is told, nothing is weighed and no step is under way.
  #setPlainly(key: K, value: V, ttl: number): void {
    const now = this.checkedNow();
    const entries = this.entries;
    const slot = entries.keys.map.get(key);
    if (slot === undefined) {
      this.#insert(key, value, 0, ttl, now + ttl, Infinity, now);
    } else if (!entries.refresh(slot, value, ttl, now + ttl, now)) {
      this.#store(key, value, 0, ttl, now + ttl, Infinity, now);
    } else if (this.#sweeper.isLate(now)) this.#sweeper.wakeSoon(now);
  }

  #setFor(
    key: K,
    value: V,
    weight: number,
    ttl: number,
    maxAge: number,
  ): void {
    if (ttl === Infinity && maxAge === Infinity) {
      this.#store(key, value, weight, ttl, Infinity, Infinity, NaN);
      return;
    }
    const now = this.checkedNow();
    const limit = limitOf(now, maxAge);
    const deadline = Math.min(now + ttl, limit);
    this.#store(key, value, weight, ttl, deadline, limit, now);
  }

  /**
   * Stores a value until `deadline`; when that is past, stores nothing and removes what was
   * there. `read` is the time, where the caller has just read the clock.
   */
  setUntil(
    key: K,
    value: V,
    deadline: number,
    maxAge: number = this.#maxAge,
    read?: number,
  ): void {
    const weight = this.#weigh(value, key);
    const now = this.checkedNow("set", read);
    if (deadline <= now) {
      this.delete(key, now);
      return;
    }
    const limit = limitOf(now, maxAge);
    deadline = Math.min(deadline, limit);
    this.#store(key, value, weight, Infinity, deadline, limit, now);
  }

  /**
   * Stores a value in place of another and leaves the ttl and the deadline as they are, but for
   * a `maxAge` that is given. Where there is none to replace, it is as `set`.
   */
  setKeepingTtl(key: K, value: V, maxAge?: number): void {
    const weight = this.#weigh(value, key);
    const now = this.checkedNow();
    const entries = this.entries;
    const slot = entries.keys.map.get(key);
    if (slot === undefined || entries.deadlineAt(slot) <= now) {
      maxAge ??= this.#maxAge;
      return this.#setFor(key, value, weight, this.#ttl, maxAge);
    }
    this.#replaceValue(slot, key, value, weight, now);
    if (maxAge !== undefined) {
      const limit = limitOf(now, maxAge);
      entries.giveLimit(slot, limit);
      this.reschedule(slot, Math.min(entries.deadlineAt(slot), limit), now);
    }
    this.removals?.flush();
  }

  /** The clock, for what is about to be written. */
  protected checkedNow(action = "set", now: number = this.now()): number {
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
    const entries = this.entries;
    let slot = entries.keys.map.get(key);
    if (slot !== undefined) {
      const old = entries.deadlineAt(slot);
      if (now !== now && old !== Infinity) now = this.now();
      if (old <= now) {
        this.#take(slot, "expired");
        slot = undefined;
      } else {
        this.#replaceValue(slot, key, value, weight, now);
        entries.giveLimit(slot, limit);
        entries.giveTtl(slot, ttl);
        this.reschedule(slot, deadline, now);
      }
    }
    if (slot === undefined) {
      this.#insert(key, value, weight, ttl, deadline, limit, now);
    }
    if (this.removals !== undefined) this.removals.flush();
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
    if (this.bounds !== undefined) this.#makeRoom(1, weight, now, NONE);
    const entries = this.entries;
    try {
      entries.insert(key, value, weight, ttl, deadline, limit);
    } catch {
      this.#freeMap();
      try {
        entries.insert(key, value, weight, ttl, deadline, limit);
      } catch {
        this.removals?.flush();
        throw new StoreFullError(
          `Cannot set the entry: the runtime's Map holds no more than ${entries.size} keys`,
        );
      }
    }
    if (deadline !== Infinity) this.#arm(now);
  }

  /** Sees to it that the sweeper comes in time. */
  #arm(now: number): void {
    const sweeper = this.#sweeper;
    if (sweeper.isLate(now)) sweeper.wakeSoon(now);
    else sweeper.wakeFor(this.entries.index.earliest, now);
  }

  /** The runtime's `Map` is full: takes what is due, and what was, out of it. */
  #freeMap(): void {
    if (this.inStep) return;
    this.#takeDue(this.now(), Infinity);
    while (this.entries.settle(PLACE));
  }

  /** Puts a value in place of one that lives at `now`. */
  #replaceValue(
    slot: number,
    key: K,
    value: V,
    weight: number,
    now: number,
  ): void {
    const entries = this.entries;
    if (this.bounds !== undefined) {
      const more = weight - entries.weightAt(slot);
      if (more > 0) this.#makeRoom(0, more, now, slot);
      entries.use(slot);
    }
    if (this.removals !== undefined) {
      this.removals.push(entries.valueAt(slot), key, "replaced");
    }
    entries.replace(slot, value, weight);
  }

  protected reschedule(slot: number, deadline: number, now: number): void {
    const entries = this.entries;
    entries.schedule(slot, deadline);
    if (deadline !== Infinity) this.#arm(now);
    else if (entries.mortal === 0) this.restIfSettled();
  }

  /** Starts a live entry's ttl again: the one it has, or a new one. */
  touch(key: K, ttl?: number): boolean {
    const now = this.checkedNow("touch");
    const slot = this.find(key, now);
    if (slot === NONE) return false;
    if (ttl !== undefined) this.entries.giveTtl(slot, ttl);
    this.#restart(slot, now, ttl);
    this.entries.use(slot);
    return true;
  }

  #restart(slot: number, now: number, given?: number): void {
    const ttl = this.entries.ttlAt(slot);
    // Without a ttl there is nothing to start again: a deadline, if any, was set as such.
    if (ttl === Infinity && given === undefined) return;
    const deadline = Math.min(now + ttl, this.entries.limitAt(slot));
    // Not by a clock that answers `NaN`.
    if (deadline === deadline) this.reschedule(slot, deadline, now);
  }

  // Removing

  /** Removes an entry; `now`: where the caller has just read the clock. */
  delete(key: K, now?: number): boolean {
    const { entries } = this;
    const slot = entries.keys.map.get(key);
    if (slot === undefined) return false;
    const deadline = entries.deadlineAt(slot);
    if (this.#plain && this.#clock === undefined && !this.inStep) {
      // The clock comes last: it does not throw, and the memory is on its way meanwhile.
      entries.take(slot, false, key);
      if (entries.mortal === 0) this.restIfSettled();
      if (deadline > (now ?? Date.now())) return true;
      this.expired++;
      return false;
    }
    const live = deadline === Infinity || deadline > (now ?? this.now());
    this.#take(slot, live ? "deleted" : "expired");
    if (this.removals !== undefined) this.removals.flush();
    return live;
  }

  #expire(slot: number): void {
    this.#take(slot, "expired");
    this.removals?.flush();
  }

  /** Takes an entry out, counts it and queues the news. */
  #take(slot: number, reason: RemoveReason, oneOfMany = false): void {
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
    if (!this.inStep && !this.entries.unsettled) this.#sweeper.rest();
  }

  clear(): void {
    const entries = this.entries;
    this.#takeDue(this.now(), entries.size);
    if (this.removals !== undefined) {
      for (const [key, slot] of entries.keys.map) {
        if (slot === undefined) continue;
        this.removals.push(entries.valueAt(slot), key, "cleared");
      }
    }
    entries.clear();
    if (!this.inStep) this.#sweeper.rest();
    this.removals?.flush();
  }

  // Sweeping

  /** Removes all that is due now; returns how many. */
  sweep(): number {
    const now = this.now();
    const entries = this.entries;
    if (entries.index.earliest > now) return 0;
    // No more than there are: a callback may set what is due at once.
    const most = entries.size;
    const stride = this.removals === undefined ? most : 1;
    let removed = 0;
    let taken: number;
    do {
      taken = this.#takeDue(now, Math.min(stride, most - removed));
      removed += taken;
      this.removals?.flush();
    } while (taken > 0 && removed < most);
    if (!this.inStep) { while (entries.settle(PLACE)); }
    if (entries.mortal === 0) this.restIfSettled();
    this.swept(removed);
    return removed;
  }

  /** A sweep, or a slice of one, has removed so many. */
  protected swept(_count: number): void {}

  /** Takes up to `most` entries that are due. */
  #takeDue(now: number, most: number): number {
    let taken = 0;
    while (taken < most) {
      const slot = this.entries.index.inspect(now);
      if (slot === NONE) break;
      if (slot === NOT_DUE) continue;
      this.#take(slot, "expired", true);
      taken++;
    }
    return taken;
  }

  /** The sweeper's turn. What the clock throws must not end the process, nor the sweeping. */
  #wake(): void {
    try {
      this.#sweepSlice();
    } catch (error) {
      this.removals?.flush();
      this.#sweeper.wakeLater();
      report(this.onError, error);
    }
  }

  /** Removes what is due for as long as the budget lasts. */
  #sweepSlice(): void {
    const entries = this.entries;
    const end = performance.now() + SLICE_BUDGET;
    const stride = this.removals === undefined ? STRIDE : 1;
    let removed = 0;
    let now: number;
    let more = true;
    do {
      now = this.now();
      const taken = this.#takeDue(now, stride);
      removed += taken;
      more = taken === stride;
      this.removals?.flush();
    } while (more && performance.now() < end);
    while (!more && entries.settle(STRIDE)) {
      more = performance.now() >= end;
    }
    if (more) this.#sweeper.wakeSoon(now);
    else if (entries.mortal > 0) {
      this.#sweeper.wakeFor(entries.index.earliest, now);
    }
    this.swept(removed);
  }

  /** Stops the sweeper: from now on entries are removed when they are come upon. */
  shutdown(): void {
    this.#sweeper.stop();
    // Nobody comes to do it later.
    if (!this.inStep) { while (this.entries.settle(PLACE)); }
  }

  // Bounds

  #weigh(value: V, key: K): number {
    return this.bounds === undefined ? 0 : this.bounds.weigh(value, key);
  }

  /**
   * Sees to it that so much more fits: what has expired goes first, then what the policy gives
   * up, but not the slot `spared`. What cannot fit is refused with everything that lives in its
   * place.
   */
  #makeRoom(
    more: number,
    weight: number,
    now: number,
    spared: number,
  ): void {
    const bounds = this.bounds!;
    const entries = this.entries;
    if (bounds.fits(entries.size + more, weight)) return;
    // `NaN`: what is stored never expires, and the clock was not needed so far.
    if (now !== now) now = this.now();
    while (this.#takeDue(now, 1) > 0) {
      if (bounds.fits(entries.size + more, weight)) return;
    }
    // An `onRemove` that fills the room an eviction made would never come to an end.
    const mayEvict = entries.order !== undefined && !this.removals?.evicting;
    if (!mayEvict || !this.#couldMakeRoom(more, weight, spared)) {
      this.removals?.flush();
      throw bounds.fullError(entries.size);
    }
    this.evict(more, weight, spared);
  }

  /** Evicts, in the order of the policy, until so much more fits. */
  protected evict(more: number, weight: number, spared: number): void {
    const bounds = this.bounds!;
    const entries = this.entries;
    const order = entries.order!;
    do {
      const victim = order.victim(entries.spared(spared));
      if (victim === NONE) throw bounds.fullError(entries.size);
      this.#take(victim, "evicted");
    } while (!bounds.fits(entries.size + more, weight));
    if (!this.inStep) order.settle();
  }

  #couldMakeRoom(more: number, weight: number, spared: number): boolean {
    const { size, mortal } = this.entries;
    const spares = spared !== NONE &&
      this.entries.deadlineAt(spared) !== Infinity;
    return this.bounds!.couldFit(
      size + more,
      weight,
      spares ? mortal - 1 : mortal,
      spares ? this.entries.weightAt(spared) : 0,
    );
  }
}

/** The moment that no touch goes beyond. A clock at the beginning of time added to `Infinity` were `NaN`. */
function limitOf(now: number, maxAge: number): number {
  return maxAge === Infinity ? Infinity : now + maxAge;
}
