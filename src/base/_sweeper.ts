/**
 * The one timer of a store. It calls the store's sweep when an entry has expired, and keeps neither
 * the process nor the store alive.
 *
 * The clock may jump, and the host may forget the timer: see {@linkcode Sweeper.checkLate}.
 */

import { unrefTimer } from "./runtime.ts";

/** `setTimeout` fires at once past this many ms, on all runtimes. */
const MAX_DELAY = 0x7fffffff;

type Timer = ReturnType<typeof setTimeout>;

/**
 * The state that the timer's callback and the finalizer share with the sweeper. They hold no
 * reference to the sweeper itself.
 */
interface Alarm {
  timer: Timer | undefined;
}

/** A weak reference. */
interface Weak<T> {
  deref(): T | undefined;
}

// Some hosts have neither this nor `WeakRef`: there a dropped store stays in memory until its timer
// fires for the last time.
const dropped = typeof FinalizationRegistry === "function"
  ? new FinalizationRegistry(clear)
  : undefined;

/** Calls `sweep` when an entry has expired. */
export class Sweeper {
  /** The time that the timer is set for, in ms since the epoch; `Infinity` when it is not set. */
  #wakeTime = Infinity;
  /** From this time on the timer is late: the caller then calls `checkLate`. */
  lateTime = Infinity;
  #interval: number;
  #sweep: () => void;
  readonly #alarm: Alarm = { timer: undefined };
  readonly #self: Weak<this> = typeof WeakRef === "function"
    ? new WeakRef(this)
    : { deref: () => this };

  /**
   * @param interval The longest time, in ms, that an expired entry may wait; `Infinity`: the timer is never set.
   * @param sweep Removes the expired entries, then calls `wakeFor` or `wakeSoon`. Must not throw.
   */
  constructor(interval: number, sweep: () => void) {
    this.#interval = interval;
    this.#sweep = sweep;
    dropped?.register(this, this.#alarm);
  }

  /**
   * Sets the timer so that an entry that expires at `time` (ms since the epoch) is swept within the
   * interval, or at once if that time is past.
   */
  wakeFor(time: number, now: number): void {
    this.checkLate(now);
    // Not before now: for an expired entry the timer is set already.
    const wakeTime = Math.max(time + this.#interval, now);
    // Not `<`, because a clock may return `NaN`.
    if (!(wakeTime >= this.#wakeTime)) this.#set(wakeTime, wakeTime - now);
  }

  /** Sets the timer so that the sweep continues after the event loop has run other callbacks. */
  wakeSoon(now: number): void {
    this.#set(now, 0);
  }

  /** Sets the timer to fire after one interval, when the clock cannot be read. */
  wakeLater(): void {
    this.#set(NaN, NaN);
  }

  /**
   * Sets the timer again if it should have fired an interval ago, at `now`. Then the clock was set
   * forward, or the host forgot the timer (a suspended laptop, a host whose timers belong to a
   * request), or the event loop was blocked.
   */
  checkLate(now: number): void {
    if (now >= this.lateTime) this.wakeSoon(now);
  }

  #set(wakeTime: number, delay: number): void {
    if (this.#interval === Infinity) return;
    clear(this.#alarm);
    // A clock may return `NaN` or an infinite time.
    if (!(delay >= 0 && delay < Infinity)) delay = this.#interval;
    this.#wakeTime = wakeTime === wakeTime ? wakeTime : Infinity;
    this.lateTime = this.#wakeTime + this.#interval;
    try {
      // Rounded up: a timer that fires before its time would find nothing to do.
      const timer = startTimer(
        this.#self,
        Math.min(Math.ceil(delay), MAX_DELAY),
      );
      unrefTimer(timer);
      this.#alarm.timer = timer;
    } catch {
      // The host has no timers outside of a request: the next call that finds the timer late tries
      // again.
      this.lateTime = wakeTime - delay + this.#interval;
    }
  }

  /** Called by the timer. */
  wake(): void {
    this.#alarm.timer = undefined;
    this.#wakeTime = this.lateTime = Infinity;
    this.#sweep();
  }

  /** Clears the timer until it is set again. */
  rest(): void {
    if (this.#alarm.timer !== undefined) clear(this.#alarm);
    this.#wakeTime = this.lateTime = Infinity;
  }

  /** Clears the timer for good, and forgets what it swept: the weak reference keeps this alive for the rest of the task. */
  stop(): void {
    this.#interval = Infinity;
    this.#sweep = () => {};
    this.rest();
  }
}

function clear(alarm: Alarm): void {
  try {
    clearTimeout(alarm.timer);
  } catch {
    // A timer of another request cannot be cleared from here, and finds nothing to do.
  }
  alarm.timer = undefined;
}

// Outside the class, so that the closure reaches no more than the weak reference.
function startTimer(sweeper: Weak<Sweeper>, delay: number): Timer {
  return setTimeout(() => sweeper.deref()?.wake(), delay);
}
