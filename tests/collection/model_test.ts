import fc from "fast-check";
import { InMemoryStorage } from "@mayfly/store";
import {
  Collection,
  type CollectionSetOptions,
  CollectionValueError,
} from "@mayfly/store/collection";
import { SqliteStorage } from "@mayfly/store/sqlite";
import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";

const TTL = 100;

/** What the model knows of a key; `undefined` stands for text that is no value. */
interface Entry {
  value: number | undefined;
  deadline: number;
}

type Step =
  | { name: "set" | "add"; key: string; ttl: number | CollectionSetOptions }
  | { name: "update"; key: string; ttl: number | undefined; removes: boolean }
  | { name: "touch"; key: string; ttl: number | undefined }
  | { name: "get" | "has" | "take" | "delete" | "foreign"; key: string }
  | { name: "look" | "clear" }
  | { name: "pass"; ms: number };

const key = fc.constantFrom("", "a", ":", "*", "é", "__proto__");
const ms = fc.constantFrom(0.5, 1, 50, 100, 1000, Infinity);
const life = fc.oneof(
  ms,
  fc.record({ ttl: ms }),
  fc.record({ expiresAt: fc.constantFrom(-1, 0, 0.5, 1, 100, Infinity) }),
  fc.record({ keepTtl: fc.boolean() }),
  fc.constant({}),
);
const maybe = fc.option(ms, { nil: undefined });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    name: fc.constantFrom("set" as const, "add" as const),
    key,
    ttl: life,
  }),
  fc.record({
    name: fc.constant("update" as const),
    key,
    ttl: maybe,
    removes: fc.boolean(),
  }),
  fc.record({ name: fc.constant("touch" as const), key, ttl: maybe }),
  fc.record({
    name: fc.constantFrom(
      ...["get", "get", "has", "take", "delete", "foreign"] as const,
    ),
    key,
  }),
  fc.record({ name: fc.constantFrom("look" as const, "clear" as const) }),
  fc.record({
    name: fc.constant("pass" as const),
    ms: fc.constantFrom(1, 49, 50, 100, 1000),
  }),
);

/** A `Map` with deadlines, to which what is done to the collection is done as well. */
class Model {
  readonly entries = new Map<string, Entry>();
  readonly ttl: number;
  readonly sliding: boolean;

  constructor(ttl: number, sliding: boolean) {
    this.ttl = ttl;
    this.sliding = sliding;
  }

  find(key: string): Entry | undefined {
    const found = this.entries.get(key);
    if (found === undefined || found.deadline > Date.now()) return found;
    this.entries.delete(key);
    return undefined;
  }

  set(key: string, value: number, ttl: number | CollectionSetOptions): void {
    const { ttl: given = this.ttl, expiresAt, keepTtl } =
      typeof ttl === "number" ? { ttl } : ttl;
    const there = keepTtl ? this.find(key)?.deadline : undefined;
    const deadline = there ?? expiresAt ?? Date.now() + given;
    this.entries.set(key, { value, deadline: Math.ceil(deadline) });
  }
}

/** An `expiresAt` is relative to the clock in a step. */
function absolute(ttl: number | CollectionSetOptions): typeof ttl {
  if (typeof ttl === "number" || ttl.expiresAt === undefined) return ttl;
  return { expiresAt: Date.now() + ttl.expiresAt };
}

async function play(
  storage: InMemoryStorage | SqliteStorage,
  ttl: number,
  sliding: boolean,
  steps: Step[],
): Promise<void> {
  const numbers = new Collection<number>("*:n", { storage, ttl, sliding });
  // Keys that begin alike, of others.
  for (const other of ["*", "*:", "*%3an", "x%3an:a", "*%3an*"]) {
    storage.set(other, "no number");
  }
  const model = new Model(ttl, sliding);
  let next = 0;

  /** Runs what needs a value of ours to be there, or none. */
  async function run<R>(
    key: string,
    call: () => Promise<R>,
    expected: (there: Entry | undefined) => R,
  ): Promise<void> {
    const there = model.find(key);
    if (there !== undefined && there.value === undefined) {
      await assertRejects(call, CollectionValueError);
    } else assertEquals(await call(), expected(there));
  }

  async function take(step: Step): Promise<void> {
    switch (step.name) {
      case "set": {
        const [value, life] = [next++, absolute(step.ttl)];
        await numbers.set(step.key, value, life);
        return model.set(step.key, value, life);
      }
      case "add": {
        const [value, life] = [next++, absolute(step.ttl)];
        const isNew = model.find(step.key) === undefined;
        assertEquals(await numbers.add(step.key, value, life), isNew);
        return isNew ? model.set(step.key, value, life) : undefined;
      }
      case "update": {
        const { key, removes } = step;
        const value = removes ? undefined : next++;
        const options = step.ttl === undefined ? {} : { ttl: step.ttl };
        const seen: unknown[] = [];
        const change = (old: number | undefined) => {
          seen.push(old);
          return value;
        };
        const call = () => numbers.update(key, change, options);
        return await run(key, call, (there) => {
          assertEquals(seen, [there?.value]);
          if (value === undefined) model.entries.delete(key);
          else model.set(key, value, step.ttl ?? { keepTtl: true });
          return value;
        });
      }
      case "touch": {
        const { key, ttl } = step;
        const there = model.find(key);
        assertEquals(await numbers.touch(key, ttl), there !== undefined);
        if (there) there.deadline = Math.ceil(Date.now() + (ttl ?? model.ttl));
        return;
      }
      case "get":
        if (model.sliding && model.find(step.key)) {
          model.find(step.key)!.deadline = Date.now() + model.ttl;
        }
        return await run(
          step.key,
          () => numbers.get(step.key),
          (there) => there?.value,
        );
      case "take":
        return await run(step.key, () => numbers.take(step.key), (there) => {
          model.entries.delete(step.key);
          return there?.value;
        });
      case "has":
        return assertEquals(
          await numbers.has(step.key),
          model.find(step.key) !== undefined,
        );
      case "delete": {
        const isThere = model.find(step.key) !== undefined;
        model.entries.delete(step.key);
        return assertEquals(await numbers.delete(step.key), isThere);
      }
      case "foreign":
        storage.set(`*%3an:${step.key}`, "no number");
        return void model.entries.set(step.key, {
          value: undefined,
          deadline: Infinity,
        });
      case "clear":
        model.entries.clear();
        return await numbers.clear();
      case "pass":
        return time!.tick(step.ms);
      case "look":
        return await look();
    }
  }

  async function look(): Promise<void> {
    const keys = [...model.entries.keys()].filter((key) => model.find(key));
    assertEquals((await Array.fromAsync(numbers.keys())).sort(), keys.sort());
    for (const key of keys) {
      const { value, deadline } = model.find(key)!;
      const text = storage.get(`*%3an:${key}`);
      assertEquals(text, value === undefined ? "no number" : String(value));
      assertEquals(await numbers.remainingTtl(key), deadline - Date.now());
    }
    if (keys.some((key) => model.find(key)!.value === undefined)) return;
    const entries = new Map(await Array.fromAsync(numbers.entries()));
    assertEquals([...entries.keys()].sort(), keys);
    for (const key of keys) {
      assertEquals(entries.get(key), model.find(key)!.value);
    }
  }

  for (const step of steps) await take(step);
  await look();
  await numbers.clear();
  assertEquals(storage.dbsize(), 5);
}

let time: FakeTime | undefined;

describe("A collection", () => {
  const storages = {
    "in memory": () => new InMemoryStorage(),
    "in a file": () => new SqliteStorage(":memory:"),
  };
  for (const [where, open] of Object.entries(storages)) {
    it(`${where} behaves like a Map with deadlines`, async () => {
      const property = fc.asyncProperty(
        fc.constantFrom(TTL, Infinity),
        fc.boolean(),
        fc.array(step, { maxLength: 60, size: "max" }),
        async (ttl, sliding, steps) => {
          time = new FakeTime(1_700_000_000_000);
          const storage = open();
          try {
            await play(storage, ttl, sliding && ttl < Infinity, steps);
          } finally {
            storage.close();
            time.restore();
          }
        },
      );
      await fc.assert(property, { numRuns: 150 });
    });
  }
});
