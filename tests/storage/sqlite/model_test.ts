/** The file against a `Map`, over random calls. */
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { fromBytes, toBytes } from "../../../src/redis/_values.ts";
import type { SqliteKeyspace } from "../../../src/storage/sqlite/_keyspace.ts";
import {
  Clock,
  Folder,
  makeRandom,
  openKeyspace,
  useRollbackJournal,
} from "./_support.ts";

interface Entry {
  bytes: Uint8Array;
  deadline: number;
}

/** The keyspace as naive as can be. */
class Model {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  live(): Map<string, Entry> {
    for (const [key, { deadline }] of this.#entries) {
      if (deadline <= this.#clock.time) this.#entries.delete(key);
    }
    return this.#entries;
  }

  set(key: string, bytes: Uint8Array, deadline: number): void {
    this.#entries.set(key, { bytes, deadline });
  }

  write(key: string, offset: number, bytes: Uint8Array): number {
    const old = this.live().get(key) ??
      { bytes: new Uint8Array(), deadline: Infinity };
    const written = new Uint8Array(
      Math.max(old.bytes.length, offset + bytes.length),
    );
    written.set(old.bytes);
    written.set(bytes, offset);
    this.set(key, written, old.deadline);
    return written.length;
  }
}

function content(keyspace: SqliteKeyspace): Map<string, unknown> {
  return new Map(
    [...keyspace.keys()].sort().map((key) => [key, keyspace.entry(key)]),
  );
}

function scanned(keyspace: SqliteKeyspace, count: number): Set<string> {
  const keys: string[] = [];
  let cursor = 0;
  do {
    const [next, found] = keyspace.scan(cursor, count);
    keys.push(...found);
    cursor = next;
  } while (cursor !== 0);
  return new Set(keys);
}

const LENGTHS = [0, 1, 100, 300, 8000, 8192, 8193, 20_000, 70_000];

/** Runs random calls on both and compares what comes back. */
function trial(seed: number, steps: number, hasWal: boolean = true): void {
  using folder = new Folder();
  const clock = new Clock();
  openKeyspace(folder.file()).close();
  if (!hasWal) useRollbackJournal(folder.file());
  const keyspace = openKeyspace(folder.file(), { now: clock.now });
  const model = new Model(clock);
  const random = makeRandom(seed);
  const key = () => `key:${random(6)}é`;
  const bytes = () => {
    const made = new Uint8Array(LENGTHS[random(LENGTHS.length)]!);
    // Text now and then, so that both kinds of value are seen.
    const text = random(2) === 0;
    for (let i = 0; i < made.length; i++) made[i] = random(text ? 128 : 256);
    return made;
  };
  const deadline = () =>
    [Infinity, clock.time - 1, clock.time, clock.time + 1 + random(60_000)][
      random(4)
    ]!;

  const calls: (() => [actual: unknown, expected: unknown])[] = [
    () => {
      const [name, value, until] = [key(), bytes(), deadline()];
      keyspace.set(name, fromBytes(value), until);
      model.set(name, value, until);
      return [0, 0];
    },
    () => {
      const [name, value] = [key(), bytes()];
      const length = model.live().get(name)?.bytes.length ?? 0;
      return [
        keyspace.append(name, fromBytes(value)),
        model.write(name, length, value),
      ];
    },
    () => {
      const name = key();
      const short = new Uint8Array(200).fill(random(256));
      for (let i = 0; i < 100; i++) {
        const length = model.live().get(name)?.bytes.length ?? 0;
        keyspace.append(name, fromBytes(short));
        model.write(name, length, short);
      }
      return [keyspace.length(name), model.live().get(name)?.bytes.length];
    },
    () => {
      const [name, value] = [key(), bytes()];
      const length = model.live().get(name)?.bytes.length ?? 0;
      const offset = random(length + 1 + [0, 100, 40_000][random(3)]!);
      return [
        keyspace.overwrite(name, offset, fromBytes(value)),
        model.write(name, offset, value),
      ];
    },
    () => {
      const [name, until] = [key(), deadline()];
      const entry = model.live().get(name);
      if (entry !== undefined) entry.deadline = until;
      return [keyspace.expire(name, until), entry !== undefined];
    },
    () => {
      const name = key();
      return [keyspace.delete(name), model.live().delete(name)];
    },
    () => {
      const name = key();
      const entry = model.live().get(name);
      const length = entry?.bytes.length ?? 0;
      const from = random(length + 1);
      const to = from + random(length - from + 1);
      return [
        keyspace.range(name, from, to),
        entry && entry.bytes.slice(from, to),
      ];
    },
    () => {
      const name = key();
      const entry = model.live().get(name);
      return [
        [
          keyspace.get(name),
          keyspace.length(name),
          keyspace.deadline(name),
          keyspace.has(name),
        ],
        [
          entry && fromBytes(entry.bytes),
          entry?.bytes.length,
          entry?.deadline,
          entry !== undefined,
        ],
      ];
    },
    () => {
      clock.time += random(20_000);
      return [keyspace.count(), model.live().size];
    },
    () => [
      scanned(keyspace, 1 + random(4)),
      new Set(model.live().keys()),
    ],
    () => {
      const key = keyspace.random();
      return [
        key === undefined ? undefined : model.live().has(key),
        model.live().size === 0 ? undefined : true,
      ];
    },
    () => {
      if (random(20) === 0) {
        keyspace.clear();
        model.live().clear();
      }
      return [keyspace.count(), model.live().size];
    },
  ];
  for (let i = 0; i < steps; i++) {
    const index = random(calls.length);
    const [actual, expected] = calls[index]!();
    assertEquals(actual, expected, `seed ${seed}, step ${i}, call ${index}`);
  }
  const expected = [...model.live()].sort(([a], [b]) => a < b ? -1 : 1)
    .map(([key, { bytes, deadline }]) =>
      [key, { value: fromBytes(bytes), deadline }] as const
    );
  assertEquals(content(keyspace), new Map<string, unknown>(expected));
  keyspace.close();
  // What a process leaves is what the next one finds.
  const again = openKeyspace(folder.file(), { now: clock.now });
  assertEquals(content(again), new Map<string, unknown>(expected));
  again.close();
}

describe("SqliteKeyspace", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    it(`replies like a map of bytes to random calls (seed ${seed})`, () => {
      trial(seed, 300);
    });
  }

  // Each of its writes waits for the disk.
  it("replies like it with a rollback journal", () => trial(6, 60, false));

  it("keeps bytes that are not UTF-8, and a NUL in a key and a value", () => {
    using folder = new Folder();
    const keyspace = openKeyspace(folder.file());
    keyspace.set("a\0b", "x\0y", Infinity);
    keyspace.set("bytes", Uint8Array.of(0xff, 0), Infinity);
    assertEquals(keyspace.get("a\0b"), "x\0y");
    assertEquals(keyspace.get("a"), undefined);
    assertEquals(toBytes(keyspace.get("bytes")!), Uint8Array.of(0xff, 0));
    keyspace.close();
  });
});
