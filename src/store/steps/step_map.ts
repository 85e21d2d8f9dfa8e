/**
 * What a keyspace needs beyond an expiring map: several calls as one step, which is undone as a
 * whole when it fails; deadlines without a TTL; a scan with cursors; and a random key.
 */

import { report, watch } from "../../base/_report.ts";
import { MapWrites } from "../_map_writes.ts";
import type { MapOptions } from "../_map_reads.ts";
import { NO_SLOT } from "../_entry_table.ts";
import { sampleKey, scan } from "./_scan.ts";
import type { UndoMark } from "./_undo_log.ts";
import type { UndoableBounds } from "./_bounds.ts";
import { UndoableEntries } from "./_entries.ts";

/** The options of a {@linkcode StepMap}. */
export interface StepMapOptions<K, V> extends MapOptions<K, V> {
  /** Called after a sweep, or a slice of one, with the number of entries that it removed, if any. */
  onSweep: ((count: number) => unknown) | undefined;
  bounds: UndoableBounds<K, V> | undefined;
}

/** With more keys than this, a step frees room in the runtime's `Map` first: V8's holds 2^24. */
const NEARLY_FULL = 2 ** 24 - 2 ** 16;

/** An expiring map with steps. */
export class StepMap<K, V> extends MapWrites<K, V> {
  declare protected readonly entries: UndoableEntries<K, V>;
  declare protected readonly bounds: UndoableBounds<K, V> | undefined;
  /** Whether a step is under way, which may be undone. */
  #inStep = false;
  /** The time of the step, once it was asked for. */
  #stepTime: number | undefined;
  /** Whether the clock is stopped although no step is under way. */
  #isStill = false;

  readonly #onSweep: ((count: number) => unknown) | undefined;

  constructor(options: StepMapOptions<K, V>) {
    super(options, new UndoableEntries(options));
    this.#onSweep = options.onSweep;
  }

  /** Reads the clock, which is stopped during a step. */
  override now(): number {
    return this.#inStep || this.#isStill
      ? this.#stepTime ??= super.now()
      : super.now();
  }

  /** Runs several calls with the clock stopped. Nothing is undone when `run` throws. */
  steadily<T>(run: () => T): T {
    if (this.#inStep || this.#isStill) return run();
    this.#isStill = true;
    this.#stop();
    try {
      return run();
    } finally {
      this.#isStill = false;
      this.#resume();
    }
  }

  /**
   * Runs several calls as one: the clock is stopped, and when `run` throws, everything is
   * as it was before. `onRemove` is called afterwards. Inside
   * another step it joins that.
   */
  atomically<T>(run: () => T): T {
    const { entries, removals } = this;
    if (entries.log !== undefined) return this.#partly(entries.log.mark, run);
    if (entries.keys.map.size > NEARLY_FULL) this.sweep();
    const undoCounts = this.#rememberCounts();
    if (removals !== undefined) removals.isPaused = true;
    entries.begin();
    this.#inStep = true;
    this.#stop();
    let result: T;
    try {
      result = run();
    } catch (error) {
      entries.rollBack();
      undoCounts();
      this.#endStep();
      throw error;
    }
    entries.commit();
    this.#endStep();
    if (entries.mortal === 0) this.restIfSettled();
    this.finish();
    return result;
  }

  #endStep(): void {
    this.#inStep = false;
    this.#resume();
    if (this.removals !== undefined) this.removals.isPaused = false;
  }

  /** Stops the clock, and the short code paths, which would read it. */
  #stop(): void {
    this.isQuick = this.readsQuickly = false;
  }

  #resume(): void {
    if (this.#isStill) return;
    this.quicken();
    this.#stepTime = undefined;
  }

  /** Returns a function that puts the counts and the queued removals back as they are now. */
  #rememberCounts(): () => void {
    const { hits, misses, expired, evicted } = this;
    const sums = this.bounds?.sums;
    const news = this.removals?.queue.length;
    return () => {
      Object.assign(this, { hits, misses, expired, evicted });
      if (sums !== undefined) this.bounds!.sums = sums;
      if (news !== undefined) this.removals!.queue.length = news;
    };
  }

  /** Within a step: has `undo` called when it is undone, for a change that a caller made within a value. */
  onUndo(undo: () => void): void {
    this.entries.log?.add(undo);
  }

  // Entries that the same step wrote are not evicted: whether the new one fits shows only when it is tried.
  protected override evict(more: number, weight: number, spared: number): void {
    const { log } = this.entries;
    const evict = () => super.evict(more, weight, spared);
    if (log === undefined) evict();
    else this.#partly(log.mark, evict);
  }

  protected override couldMakeRoom(
    more: number,
    weight: number,
    spared: number,
  ): boolean {
    const { entries } = this;
    const { size, mortal } = entries;
    const spares = spared !== NO_SLOT &&
      entries.deadlineAt(spared) !== Infinity;
    return this.bounds!.couldFit(
      size + more,
      weight,
      spares ? mortal - 1 : mortal,
      spares ? entries.weightAt(spared) : 0,
    );
  }

  // Hidden entries, and the timer for them, stay until the step ends.

  protected override restIfSettled(): void {
    if (!this.#inStep) super.restIfSettled();
  }

  protected override settle(): void {
    if (!this.#inStep) super.settle();
  }

  protected override freeMap(): void {
    if (!this.#inStep) super.freeMap();
  }

  /** Runs a part of a step: an error undoes all changes since the mark. */
  #partly<T>(mark: UndoMark, run: () => T): T {
    const undoCounts = this.#rememberCounts();
    try {
      return run();
    } catch (error) {
      this.entries.rollBackTo(mark);
      undoCounts();
      throw error;
    }
  }

  protected override swept(count: number): void {
    if (count === 0 || this.#onSweep === undefined) return;
    try {
      watch(this.onError, this.#onSweep(count));
    } catch (error) {
      report(this.onError, error);
    }
  }

  /** The value and the deadline; counts as a `get`. */
  entry(key: K): { value: V; deadline: number } | undefined {
    const slot = this.use(this.entries.map.get(key));
    if (slot === NO_SLOT) return undefined;
    return {
      value: this.entries.valueAt(slot),
      deadline: this.entries.deadlineAt(slot),
    };
  }

  /**
   * Gives a live entry a deadline and no ttl; when that is past, removes the entry. `read` is the
   * time, where the caller has just read the clock.
   */
  expireAt(key: K, deadline: number, read?: number): boolean {
    const now = this.checkedNow("touch", read);
    const slot = this.find(key, now);
    if (slot === NO_SLOT) return false;
    if (deadline <= now) return this.delete(key, now);
    this.entries.giveLife(slot, Infinity, this.entries.limitAt(slot));
    this.reschedule(slot, deadline, now);
    return true;
  }

  /** One step of a walk over all keys from `cursor` on, to about `count` of them; the next cursor is 0 at the end. */
  scan(cursor: number, count: number): [cursor: number, keys: K[]] {
    return scan(this.entries.chunks, cursor, count, this.now());
  }

  /** Any live key, each as likely as another; `undefined` where there is none. */
  sampleKey(): K | undefined {
    return sampleKey(this.entries.chunks, this.now());
  }
}
