import { InMemoryStorage } from "@mayfly/store";
import { Cache } from "@mayfly/store/cache";
import { CollectionValueError } from "@mayfly/store/collection";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { cacheOf, LEASE, Origin, TTL } from "./_cache.ts";
import { connect, FakeClock, gate, mortal, settle } from "./_support.ts";

describe("Cache.get", () => {
  it("loads once for all who ask, and again when the ttl is over", async () => {
    using clock = new FakeClock();
    using storage = new InMemoryStorage();
    const cache = cacheOf(storage);
    const { load } = new Origin();
    const values = await Promise.all(
      Array.from({ length: 100 }, () => cache.get("k", load)),
    );
    assertEquals(new Set(values), new Set([1]));
    clock.time.tick(TTL - 1);
    assertEquals(await cache.get("k", load), 1);
    assertEquals(await cache.peek("k"), 1);
    clock.time.tick(1);
    assertEquals(await cache.peek("k"), undefined);
    assertEquals(await cache.get("k", load), 2);
    assertEquals(await cache.get("other", load), 3);
  });

  it("costs one GET for a fresh value", async () => {
    using storage = new InMemoryStorage();
    const commands: string[] = [];
    const server = connect(storage, {
      before: (command) => void commands.push(command),
    });
    const cache = cacheOf(server, { staleIfError: TTL });
    const { load } = new Origin();
    await cache.get("k", load);
    commands.length = 0;
    await cache.get("k", load);
    assertEquals(commands, ["get"]);
  });

  it("of another process waits for what is stored", async () => {
    using clock = new FakeClock();
    using storage = new InMemoryStorage();
    const [one, two] = [new Origin(), new Origin()];
    const { hold, open } = gate();
    one.hold = hold;
    const first = cacheOf(connect(storage)).get("k", one.load);
    await settle();
    const second = cacheOf(connect(storage)).get("k", two.load);
    await clock.pass(10 * LEASE);
    open();
    assertEquals(await first, 1);
    await clock.pass(LEASE);
    assertEquals(await second, 1);
    assertEquals(two.count, 0);
  });

  it("takes a load over whose process has died", async () => {
    using clock = new FakeClock();
    using storage = new InMemoryStorage();
    const { client, freeze } = mortal(storage);
    const { hold, open } = gate();
    const [one, two] = [new Origin(), new Origin()];
    one.hold = hold;
    const lost = cacheOf(client).get("k", one.load);
    await settle();
    freeze(hold);
    two.count = 10;
    const taken = cacheOf(storage).get("k", two.load);
    await clock.pass(2 * LEASE);
    assertEquals(await taken, 11);
    // It comes back to life, has lost its lease, and stores nothing.
    open();
    assertEquals(await lost, 1);
    assertEquals(await cacheOf(storage).get("k", two.load), 11);
  });

  it("gives what a load throws to all who wait in the process, and tries again", async () => {
    using storage = new InMemoryStorage();
    const cache = cacheOf(storage);
    const origin = new Origin();
    origin.failure = new Error("no origin");
    const results = await Promise.allSettled(
      [1, 2, 3].map(() => cache.get("k", origin.load)),
    );
    for (const result of results) {
      assertEquals(result, { status: "rejected", reason: origin.failure });
    }
    assertEquals(origin.count, 1);
    const throwing = () => {
      throw origin.failure;
    };
    assertEquals(
      await assertRejects(() => cache.get("k", throwing)),
      origin.failure,
    );
    origin.failure = undefined;
    assertEquals(await cache.get("k", origin.load), 2);
  });

  it("does not store undefined, nor what its ttl function answers 0 for", async () => {
    using storage = new InMemoryStorage();
    const cache = cacheOf(storage, { ttl: (value) => value % 2 ? 0 : TTL });
    const { load } = new Origin();
    assertEquals(await cache.get("k", () => undefined as never), undefined);
    assertEquals(await cache.get("k", load), 1);
    assertEquals(await cache.get("k", load), 2);
    assertEquals(await cache.get("k", load), 2);
    await cache.set("k", 3);
    assertEquals(await cache.peek("k"), undefined);
  });

  it("keeps a value for ever where its ttl is Infinity", async () => {
    using clock = new FakeClock();
    using storage = new InMemoryStorage();
    const cache = cacheOf(storage, { ttl: Infinity, staleIfError: TTL });
    const { load } = new Origin();
    await cache.get("k", load);
    await cache.set("j", 5);
    clock.time.tick(1e11);
    assertEquals(await cache.get("k", load), 1);
    assertEquals(await cache.get("j", load), 5);
  });

  it("tells its caller of a ttl that is none, and of a value that is none", async () => {
    using storage = new InMemoryStorage();
    const cache = cacheOf(storage, {
      ttl: (value) => value,
      staleIfError: TTL,
    });
    for (const value of [NaN, -1]) {
      const bad = new Cache<number>("c", { storage, ttl: () => value });
      await assertRejects(() => bad.get("k", () => 1), RangeError, '"ttl"');
      await assertRejects(() => bad.set("k", 1), RangeError, '"ttl"');
    }
    await assertRejects(
      () => cache.get("k", () => new Date() as never),
      CollectionValueError,
    );
    assertEquals(await cache.get("k", () => 7), 7);
  });

  it("takes garbage for a miss", async () => {
    using storage = new InMemoryStorage();
    const cache = cacheOf(storage, { staleWhileRevalidate: TTL });
    await cache.set("k", 5);
    const keys = storage.keys("*");
    assertEquals(keys.length, 2);
    const junk = ["", ":", "=", "?", "junk", "=id:", "=id:{", "=id?n:x", "?:1"];
    for (const text of [...junk, null]) {
      for (const key of keys) {
        storage.set(key, text ?? "x");
        // Bytes that are not UTF-8.
        if (text === null) {
          storage.setrange(key, 0, "é"), storage.setrange(key, 1, "x");
        }
      }
      assertEquals(await cache.peek("k"), undefined);
      assertEquals(await cache.get("k", () => 6), 6);
      assertEquals(await cache.peek("k"), 6);
    }
  });

  it("takes for a miss what its schema no longer takes", async () => {
    using storage = new InMemoryStorage();
    await cacheOf(storage).set("k", 1);
    const strict = cacheOf(storage, {
      schema: {
        "~standard": {
          version: 1,
          vendor: "test",
          validate: (value) =>
            Number(value) > 5
              ? { value: Number(value) }
              : { issues: [{ message: "too small" }] },
        },
      },
    });
    assertEquals(await strict.peek("k"), undefined);
    assertEquals(await strict.get("k", () => 6), 6);
    await assertRejects(() => strict.set("k", 5), CollectionValueError);
    assertEquals(await strict.peek("k"), 6);
  });

  it("gives its caller a value that cannot be stored, and tells of it", async () => {
    using storage = new InMemoryStorage();
    const errors: unknown[] = [];
    let isDown = false;
    const server = connect(storage, {
      before() {
        if (isDown) throw new Error("no server");
      },
    });
    const cache = cacheOf(server, {
      lease: 50,
      onError: (error) => errors.push(error),
    });
    const value = await cache.get("k", () => {
      isDown = true;
      return 1;
    });
    assertEquals([value, String(errors)], [1, "Error: no server"]);
  });
});

describe("a stale value", () => {
  it("is served while one process loads", async () => {
    using clock = new FakeClock();
    using storage = new InMemoryStorage();
    const errors: unknown[] = [];
    const options = {
      staleWhileRevalidate: TTL,
      onError: (error: unknown) => errors.push(error),
    };
    const caches = [1, 2, 3].map(() => cacheOf(connect(storage), options));
    const origin = new Origin();
    const all = () => Promise.all(caches.map((c) => c.get("k", origin.load)));
    await caches[0]!.get("k", origin.load);
    await clock.pass(TTL);
    const { hold, open } = gate();
    origin.hold = hold;
    origin.failure = new Error("no origin");
    assertEquals(await all(), [1, 1, 1]);
    await settle();
    assertEquals(await all(), [1, 1, 1]);
    await settle();
    assertEquals([origin.count, errors.length], [2, 0]);
    open();
    await clock.pass(1);
    assertEquals(errors, [origin.failure]);
    // It did not help: the next one tries again.
    origin.failure = undefined;
    assertEquals(await all(), [1, 1, 1]);
    await clock.pass(1);
    assertEquals(await all(), [3, 3, 3]);
    assertEquals(origin.stale, [undefined, 1, 1]);
    await clock.pass(2 * TTL);
    origin.hold = Promise.resolve();
    assertEquals(await caches[1]!.get("k", origin.load), 4);
  });

  it("takes the place of what a load throws", async () => {
    using clock = new FakeClock();
    using storage = new InMemoryStorage();
    const errors: unknown[] = [];
    const cache = cacheOf(storage, {
      staleIfError: TTL,
      onError: (error) => errors.push(error),
    });
    const origin = new Origin();
    await cache.get("k", origin.load);
    origin.failure = new Error("no origin");
    clock.time.tick(2 * TTL - 1);
    assertEquals(await cache.get("k", origin.load), 1);
    assertEquals(errors, [origin.failure]);
    clock.time.tick(1);
    await assertRejects(() => cache.get("k", origin.load), Error, "no origin");
    assertEquals(origin.stale, [undefined, 1, undefined]);
  });

  it("is gone with its key", async () => {
    using clock = new FakeClock();
    using storage = new InMemoryStorage();
    const cache = cacheOf(storage, { staleWhileRevalidate: TTL });
    const { load } = new Origin();
    await cache.get("k", load);
    clock.time.tick(TTL);
    assertEquals(await cache.delete("k"), false);
    assertEquals(await cache.get("k", load), 2);
    assertEquals(await cache.delete("k"), true);
    assertEquals(await cache.get("k", load), 3);
  });
});

describe("a cache", () => {
  it("refuses what it cannot use", async () => {
    using storage = new InMemoryStorage();
    for (const ttl of [0, -1, NaN]) {
      assertThrows(() => cacheOf(storage, { ttl }), RangeError, '"ttl"');
      assertThrows(() => cacheOf(storage, { lease: ttl }), RangeError);
    }
    assertThrows(() => new Cache("c", {} as never), TypeError, '"ttl"');
    assertThrows(() => new Cache("c", undefined as never), TypeError);
    assertThrows(() => new Cache("", { ttl: 1 }), RangeError, '"name"');
    assertThrows(() => new Cache("\ud800", { ttl: 1 }), RangeError, '"name"');
    for (const name of ["staleIfError", "staleWhileRevalidate"]) {
      assertThrows(() => cacheOf(storage, { [name]: -1 }), RangeError, name);
    }
    const cache = cacheOf(storage);
    await assertRejects(() => cache.get("\ud800", () => 1), RangeError);
    await assertRejects(() => cache.get("k", 1 as never), TypeError, '"load"');
    assert(storage.dbsize() === 0);
  });
});
