import fc from "fast-check";
import { StoreFullError } from "../../src/errors.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { makeBounds } from "../../src/store/_undoable_bounds.ts";
import type { EvictionOrderName } from "../../src/store/_eviction.ts";
import { LiveMap } from "../../src/store/_live_map.ts";
import { ManualClock, RemovalLog } from "./_support.ts";

interface MapOptions {
  ttl?: number;
  sliding?: boolean;
  maxAge?: number;
  eviction?: EvictionOrderName;
  maxEntries?: number;
  maxWeight?: number;
}

const MANY = / (expired|cleared)$/;

/** A map on a clock of its own; a value weighs itself modulo 8. */
class Watched {
  readonly clock = new ManualClock();
  readonly log = new RemovalLog();
  readonly map: LiveMap<string, number>;
  reads = 0;

  constructor(options: MapOptions = {}) {
    const { maxEntries = Infinity, maxWeight = Infinity, eviction = "lru" } =
      options;
    this.map = new LiveMap({
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
      bounds: makeBounds({
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

describe("a step of a LiveMap", () => {
  it("returns what it was made of", () => {
    assertEquals(new Watched().map.atomically(() => 7), 7);
  });

  it("reads the clock once, and not before it is needed", () => {
    const { map, clock, ...watched } = new Watched();
    const counting = new Watched();
    counting.map.atomically(() => counting.map.get("a"));
    assertEquals(counting.reads, 0);
    counting.map.atomically(() => {
      counting.map.set("a", 1, 10);
      counting.clock.time += 100;
      assertEquals(counting.map.get("a"), 1);
      assertEquals(counting.map.now(), counting.clock.time - 100);
    });
    assertEquals(counting.reads, 1);
    assertEquals(counting.map.get("a"), undefined);
    assertEquals([map.count(), clock.time, watched.reads], [0, 1_000_000, 0]);
  });

  it("that throws leaves values, deadlines, counts and the order as they were", () => {
    const watched = new Watched({ ttl: 500 });
    const { map } = watched;
    map.set("a", 1);
    map.set("b", 2, 100);
    map.set("c", 3, Infinity);
    map.get("a");
    const before = watched.look();
    watched.fail(() => {
      map.delete("a");
      map.set("a", 10);
      map.set("b", 20);
      map.setKeepingTtl("c", 30);
      map.expireAt("c", watched.clock.time + 5);
      map.set("d", 40);
      map.delete("d");
      map.set("e", 50);
      map.get("nothing");
    });
    assertEquals(watched.look(), before);
    watched.clock.time += 100;
    map.sweep();
    assertEquals([...map.walk((key) => key)], ["a", "c"]);
    watched.clock.time += 400;
    assertEquals(map.sweep(), 1);
  });

  it("that throws leaves ttls and the moment that no touch goes beyond", () => {
    const watched = new Watched({ ttl: 100, maxAge: 1000 });
    const { map, clock } = watched;
    map.set("a", 1);
    clock.time += 50;
    watched.fail(() => {
      map.set("a", 2, 700);
      map.touch("a", 3);
      map.set("a", 3);
    });
    map.touch("a");
    assertEquals(map.deadline("a"), clock.time + 100);
    for (let i = 0; i < 49; i++) {
      clock.time += 19;
      map.touch("a");
    }
    assertEquals(map.deadline("a"), 1_001_000);
  });

  it("that throws puts back what a clear removed", () => {
    const watched = new Watched();
    const { map } = watched;
    for (let i = 0; i < 50; i++) map.set(`k${i}`, i, 1000 + i);
    const before = watched.look();
    watched.fail(() => {
      map.set("k3", 0);
      map.delete("k4");
      map.clear();
      map.set("k5", 1, 1);
      map.clear();
      map.set("k6", 1);
    });
    assertEquals(watched.look(), before);
    map.atomically(() => {
      map.delete("k1");
      map.clear();
      map.set("x", 1);
    });
    assertEquals([...map.walk((key) => key)], ["x"]);
    assertEquals(map.count(), 1);
  });

  it("tells of removals when it is done, and of none when it is undone", () => {
    const { map, log } = new Watched();
    map.set("a", 1);
    map.set("b", 2);
    map.atomically(() => {
      map.delete("a");
      map.set("b", 3);
      assertEquals(log.lines, []);
    });
    assertEquals(log.take(), ["a=1 deleted", "b=2 replaced"]);
  });

  it("keeps the order in which keys are added", () => {
    const { map } = new Watched();
    for (const key of ["a", "b", "c"]) map.set(key, 1);
    map.atomically(() => {
      map.delete("a");
      map.set("d", 1);
      map.set("a", 2);
      map.set("e", 1);
      map.delete("b");
    });
    assertEquals([...map.walk((key) => key)], ["c", "d", "a", "e"]);
  });

  it("is a part of the step that is under way, undone alone where that catches what it throws", () => {
    const watched = new Watched();
    const { map } = watched;
    map.atomically(() => {
      map.set("a", 1);
      assertThrows(() =>
        map.atomically(() => {
          map.delete("a");
          map.set("c", 3);
          throw new Error("caught");
        })
      );
      map.set("b", 2);
    });
    assertEquals([...map.walk((key) => key)], ["a", "b"]);
    watched.fail(() => map.atomically(() => map.set("c", 3)));
    assertEquals([...map.walk((key) => key)], ["a", "b"]);
  });

  it("calls onUndo's functions when it is undone, in reverse order", () => {
    const watched = new Watched();
    const { map } = watched;
    const calls: number[] = [];
    map.atomically(() => map.onUndo(() => calls.push(1)));
    map.onUndo(() => calls.push(2));
    watched.fail(() => {
      map.onUndo(() => calls.push(3));
      map.onUndo(() => calls.push(4));
    });
    assertEquals(calls, [4, 3]);
  });

  it("that a callback begins tells of what it removed, after the others", () => {
    const lines: string[] = [];
    const map: LiveMap<string, number> = new LiveMap({
      ttl: Infinity,
      sliding: false,
      maxAge: Infinity,
      sweepInterval: Infinity,
      now: undefined,
      onRemove: (_value, key) => {
        lines.push(key);
        if (key !== "a") return;
        map.atomically(() => map.delete("b"));
        assertThrows(() =>
          map.atomically(() => {
            map.delete("c");
            throw new Error();
          })
        );
      },
      onError: (error) => lines.push(String(error)),
      onSweep: undefined,
      bounds: undefined,
    });
    for (const key of ["a", "b", "c"]) map.set(key, 1);
    map.delete("a");
    assertEquals(lines, ["a", "b"]);
    assertEquals([...map.walk((key) => key)], ["c"]);
  });

  it("survives a clock that throws in the middle", () => {
    let broken = false;
    const map = new LiveMap<string, number>({
      ttl: 100,
      sliding: false,
      maxAge: Infinity,
      sweepInterval: Infinity,
      now: () => {
        if (broken) throw new Error("clock");
        return 0;
      },
      onRemove: undefined,
      onError: undefined,
      onSweep: undefined,
      bounds: undefined,
    });
    map.set("forever", 1, Infinity);
    map.set("a", 1);
    broken = true;
    assertThrows(
      () =>
        map.atomically(() => {
          map.delete("forever");
          map.set("b", 1, Infinity);
          map.get("a");
        }),
      Error,
      "clock",
    );
    broken = false;
    assertEquals([...map.walk((key) => key)], ["forever", "a"]);
  });

  it("is undone while a large map is being copied, and goes on", () => {
    const watched = new Watched({ ttl: 1000 });
    const { map, clock } = watched;
    const COUNT = 70_000;
    for (let i = 0; i < COUNT; i++) map.set(`k${i}`, i, i % 7 ? 10 : 1000);
    clock.time += 10;
    // Comes upon the due ones as a slice of the sweep would, and leaves the rest to the next.
    const before = watched.look() as { entries: [string, number][] };
    const keys = before.entries.map(([key]) => key);
    watched.fail(() => {
      for (let i = 0; i < keys.length; i += 2) map.delete(keys[i]);
      map.set(keys[0], 1);
    });
    assertEquals([...map.walk((key) => key)], keys);
    map.atomically(() => {
      for (let i = 0; i < keys.length; i += 2) map.delete(keys[i]);
      map.set(keys[0], 1);
    });
    assertEquals(
      [...map.walk((key) => key)],
      [...keys.filter((_, i) => i % 2 === 1), keys[0]],
    );
  });
});

describe("a step of a bounded LiveMap", () => {
  for (const eviction of ["sieve", "lru", "soonest", "volatile"] as const) {
    it(`undoes what it evicted ("${eviction}")`, () => {
      const watched = new Watched({ maxEntries: 3, eviction });
      const { map } = watched;
      ["a", "b", "c"].forEach((key, i) => map.set(key, 1, 1000 + i));
      const before = watched.look();
      watched.fail(() => {
        map.set("d", 1, 500);
        map.set("e", 1, 500);
      });
      assertEquals(watched.look(), before);
      map.atomically(() => map.set("d", 1, 2000));
      assertEquals([...map.walk((key) => key)], ["b", "c", "d"]);
    });

    it(`never evicts what it wrote itself ("${eviction}")`, () => {
      const watched = new Watched({ maxEntries: 2, eviction });
      const { map } = watched;
      map.set("x", 1, 1000);
      map.set("y", 1, 1000);
      const before = watched.look();
      assertThrows(
        () =>
          map.atomically(() => {
            for (const key of ["a", "b", "c"]) map.set(key, 1, 10);
          }),
        StoreFullError,
      );
      assertEquals(watched.look(), before);
    });
  }

  it("has changed nothing by a call that was refused and caught", () => {
    const watched = new Watched({ maxWeight: 10 });
    const { map } = watched;
    map.set("x", 4);
    map.set("y", 4);
    map.atomically(() => {
      map.set("a", 6);
      assertEquals([...map.walk((key) => key)], ["y", "a"]);
      assertThrows(() => map.set("b", 5), StoreFullError);
    });
    assertEquals([...map.walk((key) => key)], ["y", "a"]);
    assertEquals(watched.log.take(), ["x=4 evicted"]);
    assertEquals(map.evicted, 1);
  });
});

describe('a call that is refused under "volatile"', () => {
  it("has evicted nothing", () => {
    const watched = new Watched({
      maxEntries: 4,
      eviction: "volatile",
      maxWeight: 16,
    });
    const { map } = watched;
    map.set("forever", 6, Infinity);
    map.set("ever", 5, Infinity);
    map.set("mortal", 2, 1000);
    map.set("other", 3, 2000);
    const before = watched.look();
    assertThrows(() => map.set("heavy", 7 + 8, Infinity), StoreFullError);
    // All that it may evict is itself.
    assertThrows(() => map.set("mortal", 7, Infinity), StoreFullError);
    assertEquals(watched.look(), before);
    map.set("last", 5, Infinity);
    assertEquals(watched.log.take(), ["mortal=2 evicted", "other=3 evicted"]);
  });

  it("has not either where the count is what is full", () => {
    const { map, log } = new Watched({ maxEntries: 2, eviction: "volatile" });
    map.set("a", 1, Infinity);
    map.set("b", 1, Infinity);
    assertThrows(() => map.set("c", 1, 5), StoreFullError);
    assertEquals(log.lines, []);
  });
});

// Random programs

const key = fc.constantFrom("a", "b", "c", "d", "e", "f");
const ttl = fc.constantFrom(1, 5, 20, 100, Infinity);
const call = fc.oneof(
  fc.record({ name: fc.constant("set" as const), key, ttl }),
  fc.record({ name: fc.constant("touch" as const), key, ttl }),
  fc.record({ name: fc.constant("expireAt" as const), key, ttl }),
  fc.record({
    name: fc.constantFrom(
      ...["get", "get", "delete", "keep", "entry", "clear"] as const,
    ),
    key,
  }),
);
type Call = typeof call extends fc.Arbitrary<infer T> ? T : never;
const program = fc.array(
  fc.record({
    calls: fc.array(call, { minLength: 1, maxLength: 12 }),
    mode: fc.constantFrom("plain", "step", "failing"),
    pass: fc.constantFrom(0, 1, 4, 20),
  }),
  { maxLength: 30, size: "max" },
);

let value = 0;
function apply(
  { map, clock }: Watched,
  call: Call,
  eviction: string | undefined,
): unknown {
  let ttl = "ttl" in call ? call.ttl : NaN;
  // No two deadlines are the same: among equals, any may be evicted.
  if (eviction === "soonest") ttl = Math.min(ttl, 1e6);
  if (eviction !== undefined) clock.time += 2 ** -10;
  try {
    switch (call.name) {
      case "set":
        return map.set(call.key, value, ttl);
      case "keep":
        return map.setKeepingTtl(call.key, value);
      case "touch":
        return map.touch(call.key, call.ttl === 1 ? undefined : ttl);
      case "expireAt":
        return map.expireAt(call.key, clock.time + ttl);
      case "clear":
        return call.key === "a" ? map.clear() : undefined;
      default:
        return map[call.name](call.key);
    }
  } catch (error) {
    if (error instanceof StoreFullError) return "full";
    throw error;
  }
}

function playBoth(
  options: MapOptions,
  steps: typeof program extends fc.Arbitrary<infer T> ? T : never,
  bounded: boolean,
): void {
  const { eviction } = options;
  // `other` never sees a step: neither those that fail, nor that the rest are any.
  const one = new Watched(options);
  const other = new Watched(options);
  for (const { calls, mode, pass } of steps) {
    if (mode === "failing") {
      one.fail(() =>
        calls.forEach((call) => {
          value++;
          apply(one, call, eviction);
        })
      );
    } else {
      const replies: unknown[] = [];
      const run = () =>
        calls.forEach((call) =>
          replies.push(apply(one, call, eviction), ++value)
        );
      const from = value;
      if (mode === "step" && !bounded) one.map.atomically(run);
      else run();
      value = from;
      const others: unknown[] = [];
      calls.forEach((call) =>
        others.push(apply(other, call, eviction), ++value)
      );
      assertEquals(replies, others);
    }
    assertEquals(one.look(), other.look());
    one.clock.time += pass;
    other.clock.time = one.clock.time;
  }
}

describe("steps of a LiveMap that random things are done in", () => {
  const times = fc.record({
    ttl: fc.constantFrom(Infinity, 20),
    sliding: fc.boolean(),
    maxAge: fc.constantFrom(Infinity, 40),
  });

  it("are as the calls alone, or as nothing at all", () => {
    fc.assert(
      fc.property(
        times,
        program,
        (options, steps) => playBoth(options, steps, false),
      ),
      { numRuns: 300 },
    );
  });

  for (
    const eviction of ["sieve", "lru", "soonest", "volatile", "reject"] as const
  ) {
    it(`that fail are as nothing at all when it is bounded ("${eviction}")`, () => {
      const bounds = fc.record({
        ttl: eviction === "soonest"
          ? fc.constant(20)
          : fc.constantFrom(Infinity, 20),
        eviction: fc.constant(eviction),
        maxEntries: fc.constantFrom(2, 4),
        maxWeight: fc.constantFrom(Infinity, 9, 15),
      });
      fc.assert(
        fc.property(
          bounds,
          program,
          (options, steps) => playBoth(options, steps, true),
        ),
        { numRuns: 300 },
      );
    });
  }
});
