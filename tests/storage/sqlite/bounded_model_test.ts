/** A full file against a `Map`, over random calls: what it evicts, refuses and keeps. */
import { ReplyError } from "@mayfly/store";
import { type SqliteEviction, SqliteStorage } from "@mayfly/store/sqlite";
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { statSync } from "node:fs";
import { LineLogger } from "../_support.ts";
import { Clock, Folder } from "./_support.ts";

const MAX_BYTES = 160_000;
const HOUR = 3_600_000;
const KEYS = 120;

/** One thing to do. A key is a number, a value its length, a ttl in ms. */
type Step =
  | { name: "set"; key: number; length: number; ttl: number | undefined }
  | { name: "append" | "setrange"; key: number; length: number }
  | { name: "pexpire"; key: number; ttl: number; elsewhere: boolean }
  | { name: "persist" | "del"; key: number }
  /** Many keys, so that the file is full. */
  | { name: "fill"; from: number; count: number; length: number; ttl: number }
  /** The ttl of many keys starts again, in a storage with or without a bound. */
  | { name: "touch"; from: number; count: number; elsewhere: boolean }
  | { name: "batch"; steps: Step[]; ends: "throws" | "is caught" | "returns" }
  | { name: "pass"; ms: number };

const key = fc.integer({ min: 0, max: KEYS - 1 });
const length = fc.oneof(
  fc.constantFrom(0, 1, 300, 4000, 8192, 8193, 16_384, 60_000, 150_000),
  fc.integer({ min: 0, max: 3000 }),
);
/** Up to the end of time, as Redis's commands have it. */
const ttl = fc.oneof(
  fc.integer({ min: 1, max: 20 * HOUR }),
  fc.constantFrom(HOUR, 2 ** 43, 2 ** 53, 9.2e18),
);
const many = { from: key, count: fc.integer({ min: 1, max: KEYS }) };
const simple: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    name: fc.constant("set" as const),
    key,
    length,
    ttl: fc.option(ttl, { nil: undefined }),
  }),
  fc.record({
    name: fc.constant("pexpire" as const),
    key,
    ttl,
    elsewhere: fc.constant(false),
  }),
  fc.record({ name: fc.constantFrom("persist" as const, "del" as const), key }),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: simple },
  {
    weight: 3,
    arbitrary: fc.record({
      name: fc.constantFrom("append" as const, "setrange" as const),
      key,
      length,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      name: fc.constant("fill" as const),
      ...many,
      length: fc.integer({ min: 100, max: 3000 }),
      ttl: fc.integer({ min: HOUR, max: 3 * HOUR }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      name: fc.constant("touch" as const),
      ...many,
      elsewhere: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      name: fc.constant("batch" as const),
      steps: fc.array(simple, { maxLength: 30 }),
      ends: fc.constantFrom(
        "throws" as const,
        "is caught" as const,
        "returns" as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      name: fc.constant("pass" as const),
      ms: fc.integer({ min: 1, max: 2 * HOUR }),
    }),
  },
);

interface Entry {
  value: string;
  deadline: number;
}

/** What a transaction changed. */
interface Changes {
  /** By key; `undefined` for one that was removed. These are not evicted by the transaction. */
  written: Map<string, Entry | undefined>;
  /** The new deadlines of keys that it did not write. These may be evicted. */
  touched: Map<string, number>;
}

class Failure extends Error {}

/** A file, and what it should hold. */
class Trial {
  readonly clock = new Clock();
  readonly logger = new LineLogger();
  readonly storage: SqliteStorage;
  /** The same file, by a storage that has no bound and does not keep the order of eviction. */
  readonly elsewhere: SqliteStorage;
  readonly model = new Map<string, Entry>();
  readonly policy: SqliteEviction;
  inBatch: boolean = false;

  constructor(path: string, policy: SqliteEviction) {
    this.policy = policy;
    const { now } = this.clock;
    const shared = { now, sweepInterval: Infinity };
    this.elsewhere = new SqliteStorage(path, shared);
    this.storage = new SqliteStorage(path, {
      ...shared,
      maxBytes: MAX_BYTES,
      eviction: policy,
      logger: this.logger,
    });
  }

  [Symbol.dispose](): void {
    this.storage.close();
    this.elsewhere.close();
  }

  do(step: Step): void {
    switch (step.name) {
      case "pass":
        this.clock.time += step.ms;
        return;
      case "fill":
        for (let i = 0; i < step.count; i++) {
          const { from, length, ttl } = step;
          const key = (from + i * 7) % KEYS;
          this.#command({ name: "set", key, length, ttl: ttl + i * 977 });
        }
        return;
      case "touch":
        for (let i = 0; i < step.count; i++) {
          const { elsewhere } = step;
          const key = (step.from + i * 11) % KEYS;
          this.#command({ name: "pexpire", key, ttl: 9 * HOUR + i, elsewhere });
        }
        return;
      default:
        this.#command(step);
    }
    this.check();
  }

  /** Does something that changes all or nothing. */
  #command(step: Step): void {
    const { lines } = this.logger;
    lines.length = 0;
    this.inBatch = false;
    const changes: Changes = { written: new Map(), touched: new Map() };
    try {
      this.#run(step, changes);
    } catch (error) {
      if (error instanceof Failure) {
        assertEquals(lines.filter(([, line]) => /ed$/.test(line)), []);
        return;
      }
      assert(error instanceof ReplyError, String(error));
      assert(error.message.startsWith("OOM "), error.message);
      assertEquals(lines.filter(([, line]) => /ed$/.test(line)), []);
      return;
    }
    for (const [key, deadline] of changes.touched) {
      this.model.get(key)!.deadline = deadline;
    }
    this.#remove(lines.map(([, line]) => line), step, changes);
    for (const [key, entry] of changes.written) {
      if (entry === undefined) this.model.delete(key);
      else this.model.set(key, entry);
    }
  }

  #live(key: string): Entry | undefined {
    const entry = this.model.get(key);
    return entry && entry.deadline > this.clock.time ? entry : undefined;
  }

  #run(step: Step, changes: Changes): void {
    const { storage, clock } = this;
    if (step.name === "batch") {
      this.#batch(step, changes);
      return;
    }
    if (!("key" in step)) return;
    const key = `key:${step.key}`;
    const { written, touched } = changes;
    const old = written.has(key) ? written.get(key) : this.#live(key);
    const touch = (deadline: number) => {
      if (written.has(key)) written.set(key, { ...old!, deadline });
      else touched.set(key, deadline);
    };
    switch (step.name) {
      case "set": {
        const value = String(step.key % 10).repeat(step.length);
        const deadline = clock.time + (step.ttl ?? Infinity);
        if (step.ttl === undefined) storage.set(key, value);
        else storage.set(key, value, "PX", step.ttl);
        written.set(key, { value, deadline });
        break;
      }
      case "append": {
        const value = "a".repeat(step.length);
        const { value: before, deadline } = old ?? NONE;
        storage.append(key, value);
        written.set(key, { value: before + value, deadline });
        break;
      }
      case "setrange": {
        if (step.length === 0) return;
        const { value: before, deadline } = old ?? NONE;
        const at = before.length >> 1;
        const part = "r".repeat(step.length);
        storage.setrange(key, at, part);
        const value = before.slice(0, at) + part +
          before.slice(at + part.length);
        written.set(key, { value, deadline });
        break;
      }
      case "pexpire": {
        const on = step.elsewhere ? this.elsewhere : storage;
        const done = on.pexpire(key, step.ttl);
        if (done === 1) touch(clock.time + step.ttl);
        // In a batch it may have been evicted meanwhile.
        else assert(old === undefined || this.inBatch);
        break;
      }
      case "persist":
        if (storage.persist(key) === 1) touch(Infinity);
        break;
      case "del":
        storage.del(key);
        written.set(key, undefined);
        break;
    }
  }

  #batch(
    { steps, ends }: Extract<Step, { name: "batch" }>,
    changes: Changes,
  ): void {
    const { storage } = this;
    const part: Changes = { written: new Map(), touched: new Map() };
    this.inBatch = true;
    storage.batch(() => {
      try {
        storage.batch(() => {
          for (const step of steps) this.#run(step, part);
          if (ends !== "returns") throw new Failure();
        });
        Object.assign(changes, part);
      } catch (error) {
        if (ends !== "is caught" || !(error instanceof Failure)) throw error;
      }
    });
  }

  /** Takes out of the model what the log says was removed, if that was right. */
  #remove(
    lines: string[],
    step: Step,
    { written }: Changes,
  ): void {
    for (const line of lines) {
      const match = /^Key (key:\d+) (evicted|expired)$/.exec(line);
      if (match === null) continue;
      const [, key, reason] = match as unknown as [string, string, string];
      const { deadline } = this.model.get(key)!;
      this.model.delete(key);
      if (reason === "expired") {
        assertLessOrEqual(deadline, this.clock.time, line);
        continue;
      }
      assert(deadline > this.clock.time, line);
      assert(this.policy !== "reject", line);
      assert(this.policy === "soonest" || deadline < Infinity, line);
      if (step.name === "batch") continue;
      // Of what the step does not write, nothing expires sooner.
      for (const [other, { deadline: sooner }] of this.model) {
        if (!written.has(other)) {
          assertLessOrEqual(deadline, sooner, `${line}, ${other} not`);
        }
      }
    }
  }

  check(): void {
    const live = [...this.model.keys()].filter((key) => this.#live(key));
    assertEquals(this.storage.keys("*").sort(), live.sort());
    for (const key of live) {
      const { value, deadline } = this.model.get(key)!;
      assertEquals(this.storage.get(key), value, key);
      const expires = this.storage.pexpiretime(key);
      assertEquals(expires, deadline === Infinity ? -1 : deadline, key);
    }
  }
}

const NONE: Entry = { value: "", deadline: Infinity };

describe("a full file", () => {
  for (
    const policy of ["soonest", "volatile-ttl", "reject"] as const
  ) {
    it(`keeps the same keys as a model under random calls ("${policy}")`, () => {
      fc.assert(
        fc.property(
          fc.array(step, { minLength: 5, maxLength: 40 }),
          (steps) => {
            using folder = new Folder();
            {
              using trial = new Trial(folder.file(), policy);
              for (const step of steps) trial.do(step);
            }
            assertLessOrEqual(statSync(folder.file()).size, MAX_BYTES);
          },
        ),
        { numRuns: 25 },
      );
    });
  }
});
