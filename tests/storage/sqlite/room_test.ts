/** A file with a bound. */
import { ReplyError, StorageError } from "@mayfly/store";
import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertThrows,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { statSync } from "node:fs";
import type { RoomPolicy } from "../../../src/storage/sqlite/_room.ts";
import type { SqliteKeyspace } from "../../../src/storage/sqlite/_keyspace.ts";
import { LogLines } from "../../../src/storage/_log_lines.ts";
import { LineLogger } from "../_support.ts";
import {
  canMount,
  Clock,
  Folder,
  Mount,
  openKeyspace,
  useRollbackJournal,
} from "./_support.ts";

const MAX_BYTES = 1_000_000;
const OOM = "OOM command not allowed when used memory > 'maxmemory'.";

/** A test of a bounded file, whose size is checked at its end. */
function onBounded(
  policy: RoomPolicy,
  test: (keyspace: SqliteKeyspace, clock: Clock, logger: LineLogger) => void,
): void {
  using folder = new Folder();
  const clock = new Clock();
  const logger = new LineLogger();
  const keyspace = openKeyspace(folder.file(), {
    maxBytes: MAX_BYTES,
    policy,
    now: clock.now,
    log: new LogLines(logger),
  });
  test(keyspace, clock, logger);
  keyspace.close();
  assertLessOrEqual(statSync(folder.file()).size, MAX_BYTES);
}

/** Fills a file until a write is refused. Returns how many keys were stored. */
function fill(
  keyspace: SqliteKeyspace,
  deadline: (index: number) => number,
): number {
  for (let i = 0;; i++) {
    try {
      keyspace.set(`key:${i}`, "v".repeat(500), deadline(i));
    } catch (error) {
      assert(error instanceof ReplyError, String(error));
      assertEquals(error.message, OOM);
      return i;
    }
  }
}

describe("a file with a bound", () => {
  it('refuses a write when it is full ("reject"), and changes nothing', () => {
    onBounded("reject", (keyspace) => {
      const stored = fill(keyspace, () => Infinity);
      // Most of the bound is of use.
      assert(stored > 1200, `${stored} keys`);
      assertEquals(keyspace.count(), stored);
      for (
        const write of [
          () => keyspace.set("key:0", "w".repeat(100_000), Infinity),
          () => keyspace.append("key:0", "w".repeat(100_000)),
          () => keyspace.overwrite("key:0", 100_000, "w"),
        ]
      ) assertThrows(write, ReplyError, OOM);
      assertEquals(keyspace.get("key:0"), "v".repeat(500));
      // What makes no value longer goes on.
      assert(keyspace.expire("key:0", Infinity));
      for (let i = 0; i < 100; i++) assert(keyspace.delete(`key:${i}`));
      keyspace.set("another", "v".repeat(500), Infinity);
    });
  });

  it("removes expired keys before it refuses", () => {
    onBounded("reject", (keyspace, clock) => {
      const stored = fill(keyspace, () => clock.time + 1000);
      clock.time += 10_000;
      keyspace.set("a", "v".repeat(500_000), Infinity);
      assertEquals(keyspace.count(), 1);
      assert(stored > 1000);
    });
  });

  it("can set expired keys again when it is full", () => {
    onBounded("reject", (keyspace, clock) => {
      const stored = fill(keyspace, () => clock.time + 1000);
      clock.time += 10_000;
      keyspace.atomically("write", () => {
        for (let i = 0; i < 100; i++) {
          keyspace.set(`key:${i}`, "w".repeat(5000), Infinity);
        }
      });
      assert(stored > 100);
      assertEquals(keyspace.count(), 100);
    });
  });

  it('evicts the keys that expire soonest ("soonest"), those without a TTL last', () => {
    onBounded("soonest", (keyspace, clock, logger) => {
      keyspace.set("forever", "v", Infinity);
      const later = clock.time + 100_000_000;
      keyspace.set("refreshed", "v", clock.time + 1);
      keyspace.set("refreshed", "v", later);
      // The later they are stored the sooner they expire.
      for (let i = 0; i < 5000; i++) {
        keyspace.set(`key:${i}`, "v".repeat(500), later - i * 1000);
      }
      const left = [...keyspace.keys()];
      assert(left.includes("forever"));
      assert(left.includes("refreshed"));
      const numbers = left.map((key) => Number(key.split(":")[1]))
        .filter((number) => number >= 0).sort((a, b) => a - b);
      // Those that expire latest, and those stored since room was made last.
      const gap = numbers.findIndex((number, i) => number !== i);
      assert(gap > 1200, `${gap} keys`);
      assertEquals(numbers.at(-1), 4999);
      assertLessOrEqual(numbers.length - gap, 100);
      assert(numbers[gap]! > 4800, `${numbers[gap]}`);
      const evicted = logger.lines.filter(([, line]) =>
        line.endsWith(" evicted")
      );
      assertEquals(evicted.length, 5002 - left.length);
      assert(keyspace.has("forever"));
    });
  });

  it('evicts keys without a TTL if there are no others ("soonest")', () => {
    onBounded("soonest", (keyspace, clock) => {
      keyspace.set("mortal", "v".repeat(500), clock.time + 1000);
      for (let i = 0; i < 3000; i++) {
        keyspace.set(`key:${i}`, "v".repeat(500), Infinity);
      }
      assert(!keyspace.has("mortal"));
      assert(!keyspace.has("key:0"));
      for (let i = 1900; i < 3000; i++) assert(keyspace.has(`key:${i}`));
    });
  });

  it('never evicts a key without a TTL ("volatile")', () => {
    onBounded("volatile", (keyspace, clock, logger) => {
      for (let i = 0; i < 500; i++) {
        keyspace.set(`key:${i}`, "v".repeat(500), clock.time + 1000 + i);
      }
      const stored = fill(keyspace, () => Infinity);
      assert(stored > 1200, `${stored} keys`);
      assertEquals(keyspace.count(), stored);
      logger.lines.length = 0;
      keyspace.delete("key:0");
      keyspace.delete("key:1");
      keyspace.expire("key:2", clock.time + 1000);
      // Evicting that one is not enough: it stays.
      assertThrows(
        () => keyspace.set("a", "v".repeat(100_000), Infinity),
        ReplyError,
        OOM,
      );
      assert(keyspace.has("key:2"));
      assertEquals(logger.lines, []);
    });
  });

  it("refuses a value that could never fit before it evicts anything", () => {
    onBounded("soonest", (keyspace, clock) => {
      for (let i = 0; i < 100; i++) {
        keyspace.set(`key:${i}`, "v", clock.time + 1000);
      }
      for (
        const write of [
          () => keyspace.set("a", "v".repeat(MAX_BYTES), Infinity),
          () => keyspace.append("key:0", "v".repeat(MAX_BYTES)),
          () => keyspace.overwrite("key:0", MAX_BYTES, "v"),
        ]
      ) assertThrows(write, ReplyError, OOM);
      assertEquals(keyspace.count(), 100);
    });
  });

  for (const policy of ["soonest", "volatile"] as const) {
    it(`never evicts an entry of the same transaction ("${policy}")`, () => {
      onBounded(policy, (keyspace, clock) => {
        keyspace.set("old", "v", clock.time + 1e9);
        const write = (i: number) =>
          keyspace.set(`new:${i}`, "v".repeat(50_000), clock.time + 1000 + i);
        const many = (count: number) => () => {
          for (let i = 0; i < count; i++) write(i);
        };
        assertThrows(
          () => keyspace.atomically("write", many(40)),
          ReplyError,
          OOM,
        );
        assertEquals([...keyspace.keys()], ["old"]);
        keyspace.atomically("write", many(10));
        assertEquals(keyspace.count(), 11);
        // What an undone part wrote is spared no longer, what an earlier step wrote neither.
        keyspace.atomically("write", () => {
          assertThrows(
            () => keyspace.atomically("write", many(40)),
            ReplyError,
            OOM,
          );
          assertEquals(keyspace.count(), 11);
          keyspace.append("new:9", "v".repeat(700_000));
          assertEquals(keyspace.length("new:9"), 750_000);
        });
        assert(keyspace.count() < 11, `${keyspace.count()} keys`);
      });
    });
  }

  it("rolls back evictions with their transaction", () => {
    onBounded("soonest", (keyspace, clock, logger) => {
      for (let i = 0; i < 1200; i++) {
        keyspace.set(`key:${i}`, "v".repeat(500), clock.time + 1000 + i);
      }
      logger.lines.length = 0;
      const before = keyspace.count();
      assertThrows(
        () =>
          keyspace.atomically("write", () => {
            keyspace.set("a", "v".repeat(700_000), Infinity);
            assert(keyspace.count() < before);
            throw new Error("Changed my mind");
          }),
        Error,
        "Changed my mind",
      );
      assertEquals(keyspace.count(), before);
      assertEquals(logger.lines, []);
    });
  });

  for (const elsewhere of [false, true]) {
    const where = elsewhere ? "in a storage without a bound" : "in itself";
    it(`evicts by the current deadline, ${where}`, () => {
      using folder = new Folder();
      const clock = new Clock();
      const { now } = clock;
      const full = openKeyspace(folder.file(), { now, maxBytes: MAX_BYTES });
      const other = openKeyspace(folder.file(), { now });
      const touching = elsewhere ? other : full;
      const keys = Array.from({ length: 1400 }, (_, i) => `key:${i}`);
      const deadline = clock.time + 1e6;
      full.atomically("write", () => {
        for (const key of keys) full.set(key, "v".repeat(500), deadline);
      });
      touching.atomically("write", () => {
        for (let i = 0; i < keys.length; i++) {
          // Scattered, so that the pages of the index split. Those left alone come last.
          const at = i * 7919 % keys.length;
          if (at < 1200) touching.expire(keys[at]!, deadline + 5000 + at);
        }
      });
      for (let i = 0; i < 200; i++) {
        full.set(`new:${i}`, "w".repeat(500), deadline * 2);
      }
      const gone = keys.filter((key) => !full.has(key));
      assert(gone.length > 0);
      assertEquals(gone, keys.slice(1200, 1200 + gone.length));
      for (let i = 200; i < 3000; i++) {
        full.set(`new:${i}`, "w".repeat(500), deadline * 2);
      }
      full.close();
      other.close();
      assertLessOrEqual(statSync(folder.file()).size, MAX_BYTES);
    });
  }

  it("removes expired entries first, and logs them as expired", () => {
    onBounded("soonest", (keyspace, clock, logger) => {
      for (let i = 0; i < 1300; i++) {
        const ttl = i < 200 ? 9000 : 1000;
        keyspace.set(`key:${i}`, "v".repeat(500), clock.time + ttl);
      }
      clock.time += 2000;
      logger.lines.length = 0;
      keyspace.set("new", "w".repeat(300_000), Infinity);
      assertEquals(keyspace.count(), 201);
      const removed = logger.lines.map(([, line]) => line.split(" ").at(-1));
      assertEquals(new Set(removed), new Set(["expired"]));
    });
  });

  it("works with keys that expire at the end of time", () => {
    onBounded("soonest", (keyspace, clock) => {
      const ends = [2 ** 43, 2 ** 53, 2 ** 62, 1e20, 1e300].map((ttl) =>
        clock.time + ttl
      );
      ends.forEach((end, i) => keyspace.set(`end:${i}`, "v", end));
      for (let i = 0; i < 4000; i++) {
        keyspace.set(`key:${i}`, "v".repeat(500), clock.time + 1000 + i);
      }
      ends.forEach((end, i) =>
        assertEquals(keyspace.deadline(`end:${i}`), end)
      );
      for (let i = 0; i < 4000; i++) keyspace.set(`key:${i}`, "v", Infinity);
      keyspace.set("large", "v".repeat(800_000), Infinity);
      assertEquals(keyspace.has("end:0"), false);
    });
  });

  it("replaces a value by one of the same size without room for both", () => {
    onBounded("volatile", (keyspace) => {
      keyspace.set("key", "v".repeat(600_000), Infinity);
      keyspace.set("other", "v", Infinity);
      keyspace.set("key", "w".repeat(700_000), Infinity);
      assertThrows(
        () => keyspace.append("key", "x".repeat(400_000)),
        ReplyError,
        OOM,
      );
      keyspace.overwrite("key", 300_000, "x");
      assertEquals(keyspace.length("key"), 700_000);
      keyspace.append("key", "x".repeat(100_000));
      assertEquals(keyspace.length("key"), 800_000);
    });
  });

  it("counts the size of a long value correctly", () => {
    onBounded("soonest", (keyspace) => {
      for (const length of [100_000, 400_000, 800_000, 880_000]) {
        keyspace.set("key", "v".repeat(length), Infinity);
        assertEquals(keyspace.length("key"), length);
      }
    });
  });

  if (canMount) {
    it("distinguishes a full disk from a reached bound", () => {
      using folder = new Folder();
      using mount = new Mount(folder, "1500k");
      openKeyspace(mount.file()).close();
      // With it an undone write gives its room on the disk back.
      useRollbackJournal(mount.file());
      const maxBytes = 10 * MAX_BYTES;
      const keyspace = openKeyspace(mount.file(), { maxBytes });
      const error = assertThrows(() => {
        for (let i = 0;; i++) keyspace.set(`key:${i}`, "v".repeat(1000), 1e15);
      }, StorageError);
      assertEquals(error.code, "full");
      assert(keyspace.count() > 100);
      keyspace.close();
    });
  }

  it("survives thousands of writes of all sizes", () => {
    onBounded("soonest", (keyspace, clock) => {
      for (let i = 0; i < 4000; i++) {
        const key = `key:${i * 7919 % 500}`;
        const value = "v".repeat((i * 104_729) % 30_000);
        if (i % 3 === 0) keyspace.append(key, value.slice(0, 3000));
        else keyspace.set(key, value, clock.time + 1000 + (i * 31) % 100_000);
        if (i % 5 === 0) clock.time += 50;
      }
      assert(keyspace.count() > 10);
    });
  });
});
