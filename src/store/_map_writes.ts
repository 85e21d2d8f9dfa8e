/**
 * The rules by which entries are written: how long they live, and what a full store evicts. The
 * arguments have been checked.
 */

import { refuse } from "../base/_checks.ts";
import type { Hold } from "./_entries.ts";
import type { Held } from "./options.ts";
import { CHUNK_BITS, NO_SLOT, PLACE } from "./_entry_table.ts";
import { StoreFullError } from "../base/errors.ts";
import { MapReads } from "./_map_reads.ts";

/** An expiring map. Times are in ms, deadlines in ms since the epoch, `Infinity` is never. */
export class MapWrites<K, V> extends MapReads<K, V> {
  /** Stores a value for `ttl` ms, and for no more than `maxAge` ms however often it is touched. */
  set(
    key: K,
    value: V,
    ttl: number = this.ttl,
    maxAge: number = this.maxAge,
  ): void {
    if (this.isQuick && ttl < Infinity && maxAge === Infinity) {
      const slot = this.entries.map.get(key);
      // Before the entry is looked at: meanwhile its memory is on the way.
      const now = Date.now();
      return this.#storeQuickly(slot, key, value, ttl, now + ttl, now);
    }
    this.#setFor(key, value, this.#weigh(value, key), ttl, maxAge);
  }

  // The same as `#store`.
  #storeQuickly(
    slot: number | undefined,
    key: K,
    value: V,
    ttl: number,
    deadline: number,
    now: number,
  ): void {
    const { entries } = this;
    if (slot === undefined) {
      if (!entries.append(key, value, ttl, deadline)) {
        return this.#insert(key, value, 0, ttl, deadline, Infinity, now);
      }
      // Where it is the only one, the timer rests, and `earliest` may be of one that is gone.
      if (entries.index.earliest === deadline || entries.mortal === 1) {
        return this.arm(now);
      }
    } else {
      const chunk = entries.chunks[slot >>> CHUNK_BITS];
      const place = slot & PLACE;
      const { deadlines, ttls } = chunk;
      const before = deadlines[place];
      // Neither expired nor held, and its bound stays one.
      if (
        !(before > now && before <= deadline && chunk.plainCapacity > 0) ||
        ttls === undefined && ttl !== this.ttl
      ) return this.#store(key, value, 0, ttl, deadline, Infinity, now);
      if (ttls !== undefined) ttls[place] = ttl;
      deadlines[place] = deadline;
      chunk.pairs[2 * place + 1] = value;
    }
    if (now >= this.sweeper.lateTime) this.sweeper.checkLate(now);
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
   * Stores a value until `deadline`; when that is past, stores nothing and removes the entry that was
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
    if (this.isQuick && limit === Infinity && deadline < Infinity) {
      const slot = this.entries.map.get(key);
      this.#storeQuickly(slot, key, value, Infinity, deadline, now);
    } else this.#store(key, value, weight, Infinity, deadline, limit, now);
  }

  /**
   * Stores a value in place of another and leaves the ttl and the deadline as they are, but for
   * a `maxAge` that is given. Where there is none to replace, it is as `set`.
   */
  setKeepingTtl(key: K, value: V, maxAge?: number): void {
    const weight = this.#weigh(value, key);
    const now = this.checkedNow();
    const entries = this.entries;
    const slot = entries.map.get(key);
    if (slot === undefined || entries.deadlineAt(slot) <= now) {
      maxAge ??= this.maxAge;
      return this.#setFor(key, value, weight, this.ttl, maxAge);
    }
    this.#replaceValue(slot, key, value, weight, now);
    if (maxAge !== undefined) {
      const limit = limitOf(now, maxAge);
      const deadline = entries.holdAt(slot)?.deadline ??
        entries.deadlineAt(slot);
      entries.giveLife(slot, entries.ttlAt(slot), limit);
      this.reschedule(slot, Math.min(deadline, limit), now);
    }
    this.finish();
  }

  /** Reads the clock for a write: it must be a number. */
  protected checkedNow(action = "set", now: number = this.now()): number {
    if (now === now && typeof now === "number") return now;
    const must = "return a number of milliseconds";
    // A `RangeError` even where it is not a number.
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
    let slot = entries.map.get(key);
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

  /** The runtime's `Map` is full: removes expired entries and retired keys from it. */
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
   * Makes room: removes expired entries first, then evicts by the policy, but not the slot
   * `spared`. What cannot fit is refused before a live entry is removed.
   */
  #makeRoom(
    more: number,
    weight: number,
    now: number,
    spared: number,
  ): void {
    const bounds = this.bounds!;
    const { entries } = this;
    while (!bounds.fits(entries.size + more, weight)) {
      // `NaN`: the new entry never expires, and the clock has not been read.
      if (now !== now) now = this.now();
      if (this.takeDue(now, 1) > 0) continue;
      if (
        bounds.eviction !== "reject" &&
        // An `onRemove` that fills the room an eviction made would never come to an end.
        !this.removals?.evicting && this.couldMakeRoom(more, weight, spared)
      ) return this.evict(more, weight, spared);
      this.finish();
      throw bounds.fullError(entries.size);
    }
  }

  /** Evicts, in the order of the policy, until so much more fits. */
  protected evict(more: number, weight: number, spared: number): void {
    const bounds = this.bounds!;
    const entries = this.entries;
    do {
      const victim = entries.victim(spared);
      if (victim === NO_SLOT) throw bounds.fullError(entries.size);
      this.take(victim, "evicted");
    } while (!bounds.fits(entries.size + more, weight));
  }

  /** Whether there is room once all entries are evicted, but those in use and the slot `spared`. */
  protected couldMakeRoom(
    more: number,
    weight: number,
    spared: number,
  ): boolean {
    const { map, holds } = this.entries;
    // A single entry always fits.
    if (holds === undefined) return true;
    let entries = more + holds.size;
    for (const key of holds.keys()) {
      weight += this.entries.weightAt(map.get(key)!);
    }
    if (spared !== NO_SLOT && this.entries.holdAt(spared) === undefined) {
      entries++;
      weight += this.entries.weightAt(spared);
    }
    return this.bounds!.fitsAlone(entries, weight);
  }

  /** Begins a use of a live entry, which counts as a `get`; see `ExpiringStore.hold`. */
  hold(key: K): Held<V> | undefined {
    const slot = this.use(this.entries.map.get(key));
    if (slot === NO_SLOT) return undefined;
    const { entries } = this;
    const value = entries.valueAt(slot);
    const hold = entries.hold(slot);
    if (entries.mortal === 0) this.restIfSettled();
    let isReleased = false;
    const release = () => {
      if (isReleased) return;
      if (hold.count === 1) this.#release(key, hold);
      hold.count--;
      isReleased = true;
    };
    return { value, release, [Symbol.dispose]: release };
  }

  /** Ends the last use of an entry, unless it has been removed. */
  #release(key: K, hold: Hold): void {
    const { entries } = this;
    if (entries.holds?.get(key) !== hold) return;
    const now = this.now();
    const slot = entries.map.get(key)!;
    entries.endHold(key);
    this.reschedule(slot, hold.deadline, now);
    if (this.sliding) this.restart(slot, now);
    if (entries.deadlineAt(slot) <= now) this.expire(slot);
    else entries.use(slot);
  }
}

/** The time up to which touches can extend an entry. Not always `now + maxAge`: `-Infinity + Infinity` is `NaN`. */
function limitOf(now: number, maxAge: number): number {
  return maxAge === Infinity ? Infinity : now + maxAge;
}
