import fc from "fast-check";
import type { ExpiringStore } from "@mayfly/store";
import { describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";
import { Trial } from "./_model.ts";
import type { Life, TrialOptions } from "./_model_parts.ts";
import { loadTiny } from "./_tiny.ts";

const DAY = 86_400_000;
const YEAR = 365 * DAY;
const LONGEST_TIMER = 2 ** 31;
const RUNS = 250;

/** One thing to do: to the store, or to the time. */
type Step =
  | { name: "set"; key: unknown; life: Life }
  | { name: "getOrInsert"; key: unknown; computed: boolean }
  | { name: "touch"; key: unknown; ttl: number | undefined }
  | {
    name: "get" | "hold" | "has" | "peek" | "deadline" | "delete";
    key: unknown;
  }
  | { name: "release"; which: number }
  | { name: "clear" | "sweep" | "size" | "look" }
  /** The clock is put forward, or back, without the time that timers go by. */
  | { name: "jump"; by: number }
  /** Time goes by. */
  | { name: "pass"; ms: number };

const object = {};
const fewKeys = fc.constantFrom<unknown>(
  ...["a", "b", "c", "", "__proto__", "constructor", 0, NaN, undefined, object],
);
const ttl = fc.oneof(
  fc.constantFrom(0.5, 1, 10, 63, 64, 100, 1000, 1e4, DAY, 60 * DAY, Infinity),
  fc.double({ min: 1e-3, max: 5000, noNaN: true }),
);
/** An `expiresAt` is relative to the clock in here: see `play`. */
const life: fc.Arbitrary<Life> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 3, arbitrary: ttl },
  { weight: 1, arbitrary: fc.record({ ttl }) },
  {
    weight: 2,
    arbitrary: fc.record({
      expiresAt: fc.oneof(
        fc.constantFrom(0, 1, -1, -1000, 500, Infinity),
        fc.integer({ min: -50, max: 5000 }),
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ keepTtl: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({}) },
);

/** Keys that fill some chunks of the tiny build. */
const manyKeys = fc.integer({ min: 0, max: 49 });

function steps(
  backwards: boolean,
  key: fc.Arbitrary<unknown> = fewKeys,
  maxLength = 80,
): fc.Arbitrary<Step[]> {
  const step = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ name: fc.constant("set" as const), key, life }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        name: fc.constant("getOrInsert" as const),
        key,
        computed: fc.boolean(),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        name: fc.constant("touch" as const),
        key,
        ttl: fc.option(ttl, { nil: undefined }),
      }),
    },
    {
      weight: 10,
      arbitrary: fc.record({
        name: fc.constantFrom(
          ...["get", "get", "has", "peek", "deadline", "delete"] as const,
        ),
        key,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ name: fc.constant("hold" as const), key }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        name: fc.constant("release" as const),
        which: fc.nat({ max: 20 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        name: fc.constantFrom(
          ...["sweep", "size", "look", "look", "clear"] as const,
        ),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        name: fc.constant("jump" as const),
        by: fc.constantFrom(
          ...[1, 10, 1000, DAY, 3 * YEAR],
          ...(backwards ? [-1, -100, -5000, -DAY, -3 * YEAR] : []),
        ),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        name: fc.constant("pass" as const),
        ms: fc.oneof(
          fc.constantFrom(0, 1, 10, 50, 100, 1000, 2000, DAY, 61 * DAY),
          fc.integer({ min: 0, max: 3000 }),
        ),
      }),
    },
  );
  return fc.array(step, { maxLength, size: "max" });
}

const times = {
  ttl: fc.constantFrom(Infinity, 100, 1000, 7.5),
  sliding: fc.boolean(),
  maxAge: fc.constantFrom(Infinity, Infinity, 150, 2000),
  sweepInterval: fc.constantFrom(Infinity, 1, 1000, 1000, 300_000),
};
const bounds = {
  maxEntries: fc.constantFrom(1, 2, 3, 5),
  maxWeight: fc.constantFrom(undefined, undefined, 6, 10, 20),
};

/** Has `Date.now` be what is given, until it is disposed of. */
function replaceDate(now: () => number): Disposable {
  const before = globalThis.Date;
  // A class: assertions ask what is an instance of it.
  globalThis.Date = class extends before {
    static override readonly now = now;
  } as DateConstructor;
  return { [Symbol.dispose]: () => void (globalThis.Date = before) };
}

function play(options: Omit<TrialOptions, "now">, steps: Step[]): void {
  using time = new FakeTime(0);
  let offset = 1_700_000_000_000;
  const FakeDate = Date;
  const now = () => FakeDate.now() + offset;
  using _date = options.isDateNow ? replaceDate(now) : undefined;
  const trial = new Trial({ ...options, now });
  using _store = trial.store;
  // Each value tells which set it is of.
  let value = 0;
  for (const step of steps) {
    switch (step.name) {
      case "set": {
        const { life } = step;
        const absolute = typeof life === "object" &&
          life.expiresAt !== undefined;
        trial.set(
          step.key,
          value++,
          absolute ? { expiresAt: now() + life.expiresAt! } : life,
        );
        break;
      }
      case "getOrInsert":
        trial.getOrInsert(step.key, value++, step.computed);
        break;
      case "touch":
        trial.touch(step.key, step.ttl);
        break;
      case "jump":
        offset += step.by;
        break;
      case "pass":
        time.tick(step.ms);
        trial.timersRan();
        break;
      case "release":
        trial.release(step.which);
        break;
      case "get":
      case "hold":
      case "has":
      case "peek":
      case "deadline":
      case "delete":
        trial[step.name](step.key);
        break;
      default:
        trial[step.name]();
    }
  }
  trial.look();
  if (options.sweepInterval === Infinity || !options.told) return;
  // With nobody calling, the sweeper frees all that can expire. Its timer may have been
  // set before the clock was put forward.
  const last = Math.max(0, ...deadlines(trial).map((at) => at - now()));
  time.tick(LONGEST_TIMER + last + options.sweepInterval! + 1);
  trial.timersRan();
  if (trial.due > 0) throw new Error(`The sweeper left ${trial.due} entries`);
  trial.look();
}

function deadlines({ store }: Trial): number[] {
  return [...store.keys()]
    .map((key) => store.expiresAt(key)!)
    .filter((at) => at < Infinity);
}

function check(
  options: fc.Arbitrary<Omit<TrialOptions, "now">>,
  backwards: boolean,
): void {
  const property = fc.property(options, steps(backwards), play);
  fc.assert(property, { numRuns: RUNS });
}

const tiny = await loadTiny<{ ExpiringStore: typeof ExpiringStore }>(
  "src/store/expiring_store.ts",
);

const Store = tiny.ExpiringStore;
// A heavy one evicts many at once.
const weigh = (value: number) => value % 10 === 0 ? 50 : 1;

/** The runtime's own clock, on which a plain store has quick ways. */
const plain = {
  told: fc.constant(false as boolean),
  isDateNow: fc.constant(true as boolean | undefined),
};
const told: typeof plain = {
  told: fc.constant(true),
  isDateNow: fc.constant(undefined),
};

describe("an ExpiringStore with chunks of 8 slots", () => {
  for (
    const eviction of ["none", "plain", "sieve", "lru", "soonest"] as const
  ) {
    it(`is as a naive model, its policy "${eviction}"`, () => {
      const isPlain = eviction === "plain";
      const options = fc.record({
        ...times,
        ...(isPlain ? plain : told),
        ...(eviction !== "none" && eviction !== "plain" && {
          maxEntries: fc.constant(48),
          maxWeight: fc.constant(60),
          eviction: fc.constant(eviction),
        }),
      });
      // Full first, so that the steps begin with several chunks.
      const full = fc.constant(
        Array.from({ length: 50 }, (_, key): Step => ({
          name: "set",
          key,
          life: 1e6 + (key * 7) % 50,
        })),
      );
      const some = fc.tuple(full, steps(!isPlain, manyKeys, 150));
      fc.assert(
        fc.property(
          options,
          some,
          (options, [full, steps]) =>
            play({ ...options, Store, weigh }, [...full, ...steps]),
        ),
        { numRuns: RUNS },
      );
    });
  }
});

describe("an ExpiringStore that random things are done to", () => {
  it("is as a naive model, whatever its clock does", () => {
    check(fc.record({ ...times, told: fc.constant(true) }), true);
  });

  it("is as a naive model without an onRemove", () => {
    check(fc.record({ ...times, told: fc.constant(false) }), false);
  });

  it("is as a naive model on the runtime's own clock", () => {
    check(fc.record({ ...times, ...plain }), false);
  });

  for (const eviction of ["sieve", "lru", "soonest", "reject"] as const) {
    const bounded = { ...times, ...bounds, eviction: fc.constant(eviction) };
    it(`is as a naive model when it is bounded and its policy is "${eviction}"`, () => {
      check(fc.record({ ...bounded, told: fc.constant(true) }), true);
    });
  }

  // Not "sieve": where its hand stands depends on when what has expired is removed, which this
  // store does not tell.
  for (const eviction of ["lru", "reject"] as const) {
    const bounded = { ...times, ...bounds, eviction: fc.constant(eviction) };
    it(`is as a naive model without an onRemove when its policy is "${eviction}"`, () => {
      check(fc.record({ ...bounded, told: fc.constant(false) }), false);
    });
  }
});
