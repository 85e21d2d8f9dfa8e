import fc from "fast-check";
import { StoreFullError } from "../../../src/base/errors.ts";
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type MapOptions, Watched } from "./_support.ts";

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

/** What is stored next. */
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

describe("steps of a StepMap that random things are done in", () => {
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
