/**
 * The rules by which entries are written: for how long they live, and what goes where the
 * store is full. The arguments have been checked.
 */

import { refuse } from "../base/_checks.ts";
import { NO_SLOT } from "./_entry_table.ts";
import { StoreFullError } from "../base/errors.ts";
import { MapReads } from "./_map_reads.ts";

/** A map whose entries die. Times are in ms, deadlines in ms since the epoch, `Infinity` is never. */
export class MapWrites<K, V> extends MapReads<K, V> {
  /** Stores a value for `ttl` ms, and for no more than `maxAge` ms however often it is touched. */
  set(
    key: K,
    value: V,
    ttl: number = this.ttl,
    maxAge: number = this.maxAge,
  ): void {
    if (this.plain && ttl < Infinity && maxAge === Infinity) {
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
    } else this.sweeper.checkLate(now);
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
    maxAge: number = this.maxAge,
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
      maxAge ??= this.maxAge;
      return this.#setFor(key, value, weight, this.ttl, maxAge);
    }
    this.#replaceValue(slot, key, value, weight, now);
    if (maxAge !== undefined) {
      const limit = limitOf(now, maxAge);
      entries.giveLife(slot, entries.ttlAt(slot), limit);
      this.reschedule(slot, Math.min(entries.deadlineAt(slot), limit), now);
    }
    this.finish();
  }

  /** The clock, for what is about to be written. */
  protected checkedNow(action = "set", now: number = this.now()): number {
    if (now === now && typeof now === "number") return now;
    const must = "return a number of milliseconds";
    // A `RangeError` whatever it is.
    refuse(`${action} the entry`, "now", must, now, true);
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
        this.take(slot, "expired");
        slot = undefined;
      } else {
        this.#replaceValue(slot, key, value, weight, now);
        entries.giveLife(slot, ttl, limit);
        this.reschedule(slot, deadline, now);
      }
    }
    if (slot === undefined) {
      this.#insert(key, value, weight, ttl, deadline, limit, now);
    }
    this.finish();
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
    if (this.bounds !== undefined) this.#makeRoom(1, weight, now, NO_SLOT);
    const entries = this.entries;
    try {
      entries.insert(key, value, weight, ttl, deadline, limit);
    } catch {
      this.freeMap();
      try {
        entries.insert(key, value, weight, ttl, deadline, limit);
      } catch {
        this.removals?.flush();
        throw new StoreFullError(
          `Cannot set the entry: the runtime's Map holds no more than ${entries.size} keys`,
        );
      }
    }
    if (deadline !== Infinity) this.arm(now);
  }

  /** The runtime's `Map` is full: takes what is due, and what was, out of it. */
  protected freeMap(): void {
    this.takeDue(this.now(), Infinity);
    this.settle();
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

  /** Starts a live entry's ttl again: the one it has, or a new one. */
  touch(key: K, ttl?: number): boolean {
    const now = this.checkedNow("touch");
    const slot = this.find(key, now);
    if (slot === NO_SLOT) return false;
    const { entries } = this;
    if (ttl !== undefined) entries.giveLife(slot, ttl, entries.limitAt(slot));
    this.restart(slot, now, ttl);
    entries.use(slot);
    return true;
  }

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
    while (!bounds.fits(entries.size + more, weight)) {
      // `NaN`: what is stored never expires, and the clock was not needed so far.
      if (now !== now) now = this.now();
      if (this.takeDue(now, 1) === 0) {
        return this.#makeRoomAmongLiving(more, weight, spared);
      }
    }
  }

  #makeRoomAmongLiving(more: number, weight: number, spared: number): void {
    const { entries } = this;
    // An `onRemove` that fills the room an eviction made would never come to an end.
    const mayEvict = entries.order !== undefined && !this.removals?.evicting;
    if (!mayEvict || !this.couldMakeRoom(more, weight, spared)) {
      this.finish();
      throw this.bounds!.fullError(entries.size);
    }
    this.evict(more, weight, spared);
  }

  /** Evicts, in the order of the policy, until so much more fits. */
  protected evict(more: number, weight: number, spared: number): void {
    const bounds = this.bounds!;
    const entries = this.entries;
    const order = entries.order!;
    do {
      const victim = order.victim(spared);
      if (victim === NO_SLOT) throw bounds.fullError(entries.size);
      this.take(victim, "evicted");
    } while (!bounds.fits(entries.size + more, weight));
  }

  /** Whether evicting can make so much room: a single entry always fits. */
  protected couldMakeRoom(
    _more: number,
    _weight: number,
    _spared: number,
  ): boolean {
    return true;
  }
}

/** The moment that no touch goes beyond. A clock at the beginning of time added to `Infinity` were `NaN`. */
function limitOf(now: number, maxAge: number): number {
  return maxAge === Infinity ? Infinity : now + maxAge;
}
