/** What some of the tests beside it share. */

import { assertThrows } from "@std/assert";
import { isBounded } from "../../../src/store/_bounds.ts";
import { UndoableBounds } from "../../../src/store/steps/_bounds.ts";
import type { EvictionOrderName } from "../../../src/store/_eviction.ts";
import { StepMap } from "../../../src/store/steps/step_map.ts";
import { ManualClock, RemovalLog } from "../_support.ts";

export interface MapOptions {
  ttl?: number;
  sliding?: boolean;
  maxAge?: number;
  eviction?: EvictionOrderName;
  maxEntries?: number;
  maxWeight?: number;
}

export const MANY = / (expired|cleared)$/;

/** A map on a clock of its own; a value weighs itself modulo 8. */
export class Watched {
  readonly clock = new ManualClock();
  readonly log = new RemovalLog();
  readonly map: StepMap<string, number>;
  reads = 0;

  constructor(options: MapOptions = {}) {
    const { maxEntries = Infinity, maxWeight = Infinity, eviction = "lru" } =
      options;
    this.map = new StepMap({
      ttl: options.ttl ?? Infinity,
      sliding: options.sliding ?? false,
      maxAge: options.maxAge ?? Infinity,
      sweepInterval: Infinity,
      now: () => {
        this.reads++;
        return this.clock.time;
      },
      onRemove: this.log.onRemove,
      onError: undefined,
      onSweep: undefined,
      bounds: !isBounded({ maxEntries, maxWeight })
        ? undefined
        : new UndoableBounds({
          maxEntries,
          maxWeight,
          weigh: (value) => value % 8,
          eviction,
        }),
    });
  }

  /** All there is to see, and nothing changes by looking. */
  look(): unknown {
    const { map } = this;
    const entries = [...map.walk((key, value) => [key, value])];
    const { hits, misses, expired, evicted } = map;
    return {
      entries,
      deadlines: entries.map(([key]) => map.deadline(key as string)),
      counts: [map.count(), hits, misses, evicted],
      expired,
      // What goes at once goes in any order.
      log: this.log.lines.filter((line) => !MANY.test(line)),
      gone: this.log.lines.filter((line) => MANY.test(line)).sort(),
    };
  }

  /** Runs a step that fails after it has done something. */
  fail(run: () => void): void {
    assertThrows(
      () =>
        this.map.atomically(() => {
          run();
          throw new Error("stop");
        }),
      Error,
      "stop",
    );
  }
}
