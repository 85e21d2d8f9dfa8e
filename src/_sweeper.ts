/**
 * The one timer of a store: wakes it when something is due, and holds neither
 * the process nor the store.
 */

import { unrefTimer } from "./runtime.ts";

/** `setTimeout` fires at once past this many ms, on all runtimes. */
const MAX_DELAY = 0x7fffffff;

type Timer = ReturnType<typeof setTimeout>;

/** What the timer's callback and the finalizer share with the sweeper, without reaching it. */
interface Alarm {
  timer: Timer | undefined;
}

const dropped = new FinalizationRegistry((alarm: Alarm) => {
  clearTimeout(alarm.timer);
});

/** Calls `sweep` when the time has come. */
export class Sweeper {
  /** The time that the timer is set for, in ms since the epoch; `Infinity` when it is not set. */
  #wakeTime = Infinity;
  readonly #interval: number;
  readonly #sweep: () => void;
  readonly #alarm: Alarm = { timer: undefined };
  readonly #self: WeakRef<this> = new WeakRef(this);
  #stopped = false;

  /**
   * @param interval How long, in ms, what is due may wait; `Infinity`: the timer is never set.
   * @param sweep Removes what is due, then says when to be called again.
   */
  constructor(interval: number, sweep: () => void) {
    this.#interval = interval;
    this.#sweep = sweep;
    dropped.register(this, this.#alarm);
    if (interval === Infinity) this.#stopped = true;
  }

  /** Sets the timer so that what is due at `time` (ms since the epoch) is swept within the interval. */
  wakeFor(time: number, now: number): void {
    const wakeTime = time + this.#interval;
    if (this.#stopped || wakeTime >= this.#wakeTime) return;
    this.#set(wakeTime, wakeTime - now);
  }

  /** Sets the timer so that the sweep goes on once the event loop has had its turn. */
  wakeSoon(now: number): void {
    if (!this.#stopped) this.#set(now, 0);
  }

  #set(wakeTime: number, delay: number): void {
    clearTimeout(this.#alarm.timer);
    this.#wakeTime = wakeTime;
    // Rounded up: a timer that fires before its time would find nothing to do.
    const timer = startTimer(
      this.#self,
      Math.min(Math.max(Math.ceil(delay), 0), MAX_DELAY),
    );
    unrefTimer(timer);
    this.#alarm.timer = timer;
  }

  /** Called by the timer. */
  wake(): void {
    this.#alarm.timer = undefined;
    this.#wakeTime = Infinity;
    if (!this.#stopped) this.#sweep();
  }

  /** Clears the timer until it is set again. */
  rest(): void {
    clearTimeout(this.#alarm.timer);
    this.#alarm.timer = undefined;
    this.#wakeTime = Infinity;
  }

  /** Clears the timer for good. */
  stop(): void {
    this.#stopped = true;
    this.rest();
  }
}

// Outside the class, so that the closure reaches no more than the weak reference.
function startTimer(sweeper: WeakRef<Sweeper>, delay: number): Timer {
  return setTimeout(() => sweeper.deref()?.wake(), delay);
}
