/**
 * Entries with steps: the changes of a step can be undone.
 *
 * A step only hides what it removes. The key stays in its place in the order, without a slot,
 * and so does the entry in its slot, without a deadline, until the step ends.
 */

import { Entries } from "../_entries.ts";
import { CHUNK_BITS, NO_SLOT, PLACE } from "../_entry_table.ts";
import type { Chunks, EvictionOrderName } from "../_eviction.ts";
import { KeyMap } from "../_key_map.ts";
import type { UndoableBounds } from "./_bounds.ts";
import { makeUndoableOrder, type UndoableOrder } from "./_eviction.ts";
import { UndoLog, type UndoMark } from "./_undo_log.ts";

/** Entries by key, by deadline and by the order of eviction, with steps. */
export class UndoableEntries<K, V> extends Entries<K, V> {
  declare order: UndoableOrder | undefined;
  declare protected readonly bounds: UndoableBounds<K, V> | undefined;
  /** The log of the step that is under way. */
  #log: UndoLog<K> | undefined;
  #idleLog: UndoLog<K> | undefined;

  /** Begins a step: from now on every change can be undone. */
  begin(): void {
    this.#log = this.#idleLog ??= new UndoLog();
    if (this.order !== undefined) this.order.log = this.#log;
  }

  /** The log of the step that is under way. */
  get log(): UndoLog<K> | undefined {
    return this.#log;
  }

  /** Ends the step. */
  commit(): void {
    const log = this.#endStep();
    if (log.taken.length > 0) this.#bury(log);
    log.clear();
  }

  #endStep(): UndoLog<K> {
    const log = this.#log!;
    this.#log = undefined;
    if (this.order !== undefined) this.order.log = undefined;
    return log;
  }

  /** Undoes what was done since the mark; the step goes on. */
  rollBackTo(mark: UndoMark): void {
    if (this.order !== undefined) this.order.log = undefined;
    this.#log!.rollBack(mark);
    // It may be another object: `clear` makes a new one.
    if (this.order !== undefined) this.order.log = this.#log;
  }

  /** Frees the entries that the step removed. */
  #bury(log: UndoLog<K>): void {
    const { keys } = this;
    for (const slot of log.taken) this.release(slot);
    let added = false;
    for (const key of log.parked) {
      if (keys.map.get(key) === undefined) keys.remove(key);
      else added = true;
    }
    // A key that was added again still has its old place: it moves to the end.
    for (const key of added ? log.added : []) {
      const slot = keys.map.get(key);
      if (slot === undefined) continue;
      keys.remove(key);
      keys.add(key, slot);
    }
    this.map = keys.map;
  }

  /** Ends the step and undoes all that it did. */
  rollBack(): void {
    const log = this.#endStep();
    log.rollBack(0);
    log.clear();
  }

  protected override makeOrder(
    name: EvictionOrderName,
    chunks: Chunks,
  ): UndoableOrder | undefined {
    return makeUndoableOrder(name, chunks);
  }

  override insert(
    key: K,
    value: V,
    weight: number,
    ttl: number,
    deadline: number,
    limit: number,
  ): number {
    const slot = super.insert(key, value, weight, ttl, deadline, limit);
    const log = this.#log;
    if (log === undefined) return slot;
    const parked = log.parked.has(key);
    log.added.push(key);
    log.written.add(slot);
    log.add(() => {
      log.added.pop();
      log.written.delete(slot);
      this.order?.remove(slot);
      this.uncount(slot);
      if (parked) this.keys.map.set(key, undefined);
      else this.keys.map.delete(key);
      this.release(slot);
    });
    return slot;
  }

  protected override addKey(key: K, slot: number): void {
    if (this.#log?.parked.has(key)) this.keys.map.set(key, slot);
    else super.addKey(key, slot);
  }

  override replace(slot: number, value: V, weight: number): void {
    this.#remember(slot);
    const written = this.#log?.written;
    if (written !== undefined && !written.has(slot)) {
      written.add(slot);
      this.#log!.add(() => written.delete(slot));
    }
    super.replace(slot, value, weight);
  }

  override schedule(slot: number, deadline: number): boolean {
    this.#remember(slot);
    const before = this.deadlineAt(slot);
    if ((deadline === Infinity) !== (before === Infinity)) {
      const weight = this.weightAt(slot);
      this.bounds?.add(-weight, before);
      this.bounds?.add(weight, deadline);
    }
    return super.schedule(slot, deadline);
  }

  override giveLife(slot: number, ttl: number, limit: number): void {
    this.#remember(slot);
    super.giveLife(slot, ttl, limit);
  }

  override use(slot: number): void {
    if (this.order !== undefined) this.#remember(slot);
    super.use(slot);
  }

  override take(slot: number, oneOfMany?: boolean, key?: K): number {
    return this.#log === undefined
      ? super.take(slot, oneOfMany, key)
      : this.#park(this.#log, slot);
  }

  // A step must not evict what it wrote.
  protected override isKept(slot: number): boolean {
    return this.#log?.written.has(slot) === true;
  }

  // The log knows entries by their slots.
  override tidy(): void {
    if (this.#log === undefined) super.tidy();
  }

  override clear(): void {
    if (this.#log === undefined) return super.clear();
    const { keys, map, table, chunks, index, order, mortal, immortal } = this;
    const before = { keys, map, table, chunks, index, order, mortal, immortal };
    const sums = this.bounds?.sums;
    if (order !== undefined) order.log = undefined;
    this.#log.forgetEntries();
    this.#log.add(() => {
      Object.assign(this, before);
      if (order !== undefined) order.log = undefined;
      if (sums !== undefined) this.bounds!.sums = sums;
    });
    this.keys = new KeyMap();
    this.reset();
    if (this.order !== undefined) this.order.log = this.#log;
  }

  /** Hides an entry as if it were taken, until the step ends. */
  #park(log: UndoLog<K>, slot: number): number {
    const chunk = this.chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    const key = this.keyAt(slot);
    const deadline = chunk.deadlines[place];
    const position = this.order?.position(slot) ?? NO_SLOT;
    const first = !log.parked.has(key);
    log.add(() => {
      log.taken.pop();
      if (first) log.parked.delete(key);
      chunk.deadlines[place] = deadline;
      this.count(slot);
      this.keys.map.set(key, slot);
      this.order?.putBack(slot, position);
    });
    this.keys.map.set(key, undefined);
    this.order?.remove(slot);
    this.uncount(slot);
    // As in a free slot: no sweep and no scan finds it.
    chunk.deadlines[place] = NaN;
    log.parked.add(key);
    log.taken.push(slot);
    return deadline;
  }

  /** Logs the state of an entry before a change. */
  #remember(slot: number): void {
    const log = this.#log;
    if (log === undefined) return;
    const chunk = this.chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    const value = chunk.pairs[2 * place + 1];
    const deadline = chunk.deadlines[place];
    const ttl = this.ttlAt(slot);
    const limit = this.limitAt(slot);
    const weight = this.weightAt(slot);
    const position = this.order?.position(slot) ?? NO_SLOT;
    log.add(() => {
      this.uncount(slot);
      chunk.pairs[2 * place + 1] = value;
      chunk.deadlines[place] = deadline;
      if (chunk.ttls !== undefined) chunk.ttls[place] = ttl;
      if (chunk.limits !== undefined) chunk.limits[place] = limit;
      if (chunk.weights !== undefined) chunk.weights[place] = weight;
      this.count(slot);
      this.order?.restore(slot, position);
    });
  }
}
