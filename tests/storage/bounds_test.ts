import {
  InMemoryStorage,
  type InMemoryStorageOptions,
  ReplyError,
} from "@mayfly/store";
import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { NO_NUMBERS, NOT_POSITIVE, quoted } from "./_support.ts";

const OOM = "OOM command not allowed when used memory > 'maxmemory'.";

function makeStorage(options: InMemoryStorageOptions): {
  clock: { time: number };
  storage: InMemoryStorage;
} {
  const clock = { time: 1_000_000 };
  const storage = new InMemoryStorage({
    timeoutHours: 1,
    now: () => clock.time,
    ...options,
  });
  return { clock, storage };
}

describe("the bounds of an InMemoryStorage", () => {
  it("limit the number of keys, and evict the least recently used by default", () => {
    for (const eviction of [undefined, "lru", "allkeys-lru"] as const) {
      const { storage } = makeStorage({ maxEntries: 2, eviction });
      storage.set("a", "1");
      storage.set("b", "2");
      storage.get("a");
      storage.set("c", "3");
      assertEquals(storage.keys("*").sort(), ["a", "c"]);
    }
  });

  it("limit the bytes of keys and values, as UTF-8", () => {
    const { storage } = makeStorage({ maxBytes: 12 });
    storage.set("a", "12345");
    storage.set("b", "12345");
    assertEquals(storage.dbsize(), 2);
    storage.set("b", "é1234");
    assertEquals(storage.keys("*"), ["b"]);
    storage.set("é", "\u{1F389}");
    assertEquals(storage.keys("*"), ["é"]);
    storage.set("a", "12345");
    assertEquals(storage.dbsize(), 2);
    storage.append("a", "678901");
    assertEquals(storage.keys("*"), ["a"]);
  });

  it('evict the key that expires soonest under "soonest"', () => {
    for (const eviction of ["soonest", "volatile-ttl"] as const) {
      const { storage } = makeStorage({ maxEntries: 3, eviction });
      storage.set("a", "1");
      storage.setex("b", 50, "2");
      storage.setex("c", 10, "3");
      storage.set("d", "4");
      assertEquals(storage.keys("*").sort(), ["a", "b", "d"]);
    }
  });

  it("evict no key without a TTL under volatile-ttl, as Redis", () => {
    const { storage } = makeStorage({
      maxEntries: 2,
      eviction: "volatile-ttl",
    });
    storage.set("a", "1");
    storage.set("b", "2");
    assertThrows(() => storage.set("c", "3"), ReplyError, OOM);
    assertThrows(() => storage.setex("c", 5, "3"), ReplyError, OOM);
    assertEquals(storage.keys("*").sort(), ["a", "b"]);
    storage.expire("a", 100);
    storage.set("c", "3");
    assertEquals(storage.keys("*").sort(), ["b", "c"]);
  });

  for (const eviction of ["reject", "noeviction"] as const) {
    it(`refuse with Redis's error under ${eviction}, and change nothing`, () => {
      const { storage, clock } = makeStorage({ maxBytes: 12, eviction });
      storage.setex("a", 10, "12345");
      storage.set("b", "12345");
      const calls = [
        () => storage.set("c", "1"),
        () => storage.setex("c", 5, "1"),
        () => storage.setWithTtl("c", 5, "1"),
        () => storage.set("b", "123456"),
        () => storage.append("b", "6"),
        () => storage.incr("n"),
      ];
      for (const call of calls) {
        const error = assertThrows(call, ReplyError);
        assertEquals((error as Error).message, OOM);
        assertEquals(storage.get("a"), "12345");
        assertEquals(storage.get("b"), "12345");
        assertEquals(storage.dbsize(), 2);
        assertEquals(storage.ttl("a"), 10);
      }
      // What does not need more room is well.
      storage.set("b", "54321");
      clock.time += 10_000;
      storage.set("c", "1");
      storage.del("b");
      storage.set("d", "1234567890".slice(0, 9));
      assertEquals(storage.keys("*").sort(), ["c", "d"]);
    });
  }

  it("refuse a value larger than the bound under any policy", () => {
    for (const eviction of ["lru", "volatile-ttl", "noeviction"] as const) {
      const { storage } = makeStorage({ maxBytes: 5, eviction });
      storage.set("a", "1");
      assertThrows(() => storage.set("a", "12345"), ReplyError, OOM);
      assertEquals(storage.get("a"), "1");
    }
  });

  for (const name of ["maxEntries", "maxBytes"] as const) {
    for (const [value, received] of NO_NUMBERS) {
      it(`are refused with the ${name} ${received}`, () => {
        assertThrows(
          () => makeStorage({ [name]: value as number }),
          TypeError,
          `"${name}"`,
        );
      });
    }
    for (const value of [...NOT_POSITIVE, 1.5]) {
      it(`are refused with the ${name} ${quoted(value)}`, () => {
        assertThrows(
          () => makeStorage({ [name]: value }),
          RangeError,
          `"${name}"`,
        );
      });
    }
  }

  it("are refused with an unknown policy", () => {
    for (const value of ["", "LRU", "allkeys-random", "toString"]) {
      assertThrows(
        () => makeStorage({ eviction: value as never }),
        RangeError,
        '"eviction"',
      );
    }
    for (const value of [null, 5, {}, [], true]) {
      assertThrows(
        () => makeStorage({ eviction: value as never }),
        TypeError,
        '"eviction"',
      );
    }
  });
});
