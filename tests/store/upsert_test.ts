import { ExpiringStore, StoreFullError } from "@mayfly/store";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { runInNewContext } from "node:vm";
import { describe, it } from "@std/testing/bdd";
import { ManualClock, RemovalLog } from "./_support.ts";

/** Until all promises that are settled were heard of. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

describe("getOrInsert", () => {
  it("returns what is there, or stores the value and returns that", () => {
    const clock = new ManualClock();
    using store = new ExpiringStore<string, number>({
      ttl: 100,
      now: clock.now,
    });
    assertEquals(store.getOrInsert("a", 1), 1);
    assertEquals(store.getOrInsert("a", 2), 1);
    assertEquals(store.remainingTtl("a"), 100);
    clock.time += 100;
    assertEquals(store.getOrInsert("a", 3), 3);
    assertEquals([...store], [["a", 3]]);
  });

  it("takes undefined for a value", () => {
    using store = new ExpiringStore<string, number | undefined>();
    store.set("a", undefined);
    assertEquals(store.getOrInsert("a", 1), undefined);
    assertEquals(store.getOrInsertComputed("a", () => 1), undefined);
    assertEquals(store.getOrInsert("b", undefined), undefined);
    assertEquals(store.has("b"), true);
  });

  it("counts as get does, and replaces nothing", () => {
    const log = new RemovalLog();
    using store = new ExpiringStore<string, number>({
      onRemove: log.onRemove,
    });
    store.getOrInsert("a", 1);
    store.getOrInsert("a", 2);
    store.getOrInsertComputed("b", () => 3);
    store.getOrInsertComputed("b", () => 4);
    assertEquals(store.stats().misses, 2);
    assertEquals(store.stats().hits, 2);
    assertEquals(log.take(), []);
  });
});

describe("getOrInsertComputed", () => {
  it("computes only what is not there, from the key", () => {
    const asked: unknown[][] = [];
    using store = new ExpiringStore<string, string>({ ttl: 100 });
    const compute = (...args: [string]) => {
      asked.push(args);
      return `of ${args[0]}`;
    };
    assertEquals(store.getOrInsertComputed("a", compute), "of a");
    assertEquals(store.getOrInsertComputed("a", compute), "of a");
    assertEquals(asked, [["a"]]);
    assert(store.remainingTtl("a")! <= 100);
  });

  it("stores nothing when the function throws", () => {
    using store = new ExpiringStore<string, number>();
    assertThrows(
      () =>
        store.getOrInsertComputed("a", () => {
          throw new URIError("of compute");
        }),
      URIError,
    );
    assertEquals(store.size, 0);
  });

  it("replaces what the function stored, as in a Map", () => {
    const log = new RemovalLog();
    using store = new ExpiringStore<string, number>({
      onRemove: log.onRemove,
    });
    const value = store.getOrInsertComputed("a", () => {
      store.set("a", 1);
      return 2;
    });
    assertEquals(value, 2);
    assertEquals([...store], [["a", 2]]);
    assertEquals(log.take(), ["a=1 replaced"]);
  });
});

describe("getOrInsertComputed with a function that returns a promise", () => {
  it("calls it once for a thousand who ask at once", async () => {
    let calls = 0;
    using store = new ExpiringStore<string, Promise<object>>({ ttl: 60_000 });
    async function load(key: string): Promise<object> {
      calls++;
      await settled();
      return { key };
    }
    const results = await Promise.all(
      Array.from({ length: 1000 }, () => store.getOrInsertComputed("a", load)),
    );
    assertEquals(calls, 1);
    for (const result of results) assertStrictEquals(result, results[0]);
    assertStrictEquals(await store.get("a"), results[0]);
    assertEquals(calls, 1);
  });

  it("stores the promise itself", () => {
    using store = new ExpiringStore<string, Promise<number>>();
    const promise = Promise.resolve(1);
    assertStrictEquals(store.getOrInsertComputed("a", () => promise), promise);
    assertStrictEquals(store.get("a"), promise);
  });

  it("removes it again when it is rejected, and tells all who asked", async () => {
    const reasons: string[] = [];
    using store = new ExpiringStore<string, Promise<number>>({
      onRemove: (_value, key, reason) => reasons.push(`${key} ${reason}`),
    });
    let calls = 0;
    const load = async () => {
      await settled();
      throw new URIError(`${++calls}`);
    };
    const promises = [1, 2, 3].map(() => store.getOrInsertComputed("a", load));
    for (const promise of promises) {
      await assertRejects(() => promise, URIError, "1");
    }
    assertEquals(store.has("a"), false);
    assertEquals(reasons, ["a deleted"]);
    await assertRejects(
      () => store.getOrInsertComputed("a", load),
      URIError,
      "2",
    );
    const good = store.getOrInsertComputed("a", () => Promise.resolve(7));
    assertEquals(await good, 7);
    assertStrictEquals(store.get("a"), good);
  });

  it("leaves alone what took its place before it was rejected", async () => {
    using store = new ExpiringStore<string, Promise<number>>();
    const bad = store.getOrInsertComputed("a", async () => {
      await settled();
      throw new URIError();
    });
    const other = Promise.resolve(1);
    store.set("a", other);
    await assertRejects(() => bad, URIError);
    await settled();
    assertStrictEquals(store.get("a"), other);
  });

  it("does not miss it when the entry is gone before it is rejected", async () => {
    const clock = new ManualClock();
    using store = new ExpiringStore<string, Promise<number>>({
      ttl: 100,
      now: clock.now,
    });
    const fail = async (): Promise<number> => {
      await settled();
      throw new URIError();
    };
    const promises = ["a", "b", "c"].map((key) =>
      store.getOrInsertComputed(key, fail)
    );
    store.delete("a");
    clock.time += 100;
    store.sweep();
    for (const promise of promises) {
      await assertRejects(() => promise, URIError);
    }
    await settled();
    assertEquals(store.stats().expired, 2);
  });

  it("tells nobody else when nobody asks what became of it", async () => {
    // It would end the process: an unhandled rejection is an error on all runtimes.
    using store = new ExpiringStore<string, Promise<number>>({
      maxEntries: 1,
      eviction: "reject",
    });
    store.getOrInsertComputed("a", () => Promise.reject(new URIError()));
    assertThrows(
      () =>
        store.getOrInsertComputed("b", () => Promise.reject(new URIError())),
      StoreFullError,
    );
    await settled();
    assertEquals(store.size, 0);
  });

  it("slides and counts for each who asks", () => {
    const clock = new ManualClock();
    using store = new ExpiringStore<string, Promise<number>>({
      ttl: 100,
      sliding: true,
      now: clock.now,
    });
    const load = () => Promise.resolve(1);
    store.getOrInsertComputed("a", load);
    clock.time += 60;
    store.getOrInsertComputed("a", load);
    assertEquals(store.remainingTtl("a"), 100);
    assertEquals(store.stats().hits, 1);
    assertEquals(store.stats().misses, 1);
  });

  it("compute for the key 0 where -0 is asked for, as a Map does", () => {
    using store = new ExpiringStore<number, number>();
    let given = NaN;
    store.getOrInsertComputed(-0, (key) => given = key);
    assertEquals(Object.is(given, 0), true);
  });
});

describe("getOrInsertComputed with what fails later", () => {
  /** A promise of nobody's class. */
  function thenable(fails: boolean): PromiseLike<number> {
    return {
      then: ((resolved, rejected) => {
        queueMicrotask(() =>
          fails ? rejected?.(new Error("later")) : resolved?.(1)
        );
        return thenable(false);
      }) as PromiseLike<number>["then"],
    };
  }

  it("does not keep a thenable that is rejected", async () => {
    using store = new ExpiringStore<string, PromiseLike<number>>();
    store.getOrInsertComputed("bad", () => thenable(true));
    store.getOrInsertComputed("good", () => thenable(false));
    assertEquals(store.size, 2);
    await new Promise((resolve) => setTimeout(resolve, 1));
    assertEquals([...store.keys()], ["good"]);
  });

  it("does not keep a rejected promise of another realm", async () => {
    using store = new ExpiringStore<string, Promise<number>>();
    const foreign = runInNewContext("Promise.reject(new Error('there'))");
    assertEquals(foreign instanceof Promise, false);
    store.getOrInsertComputed("bad", () => foreign);
    await new Promise((resolve) => setTimeout(resolve, 1));
    assertEquals(store.size, 0);
  });

  for (
    const [how, then] of [
      ["rejects", (_: unknown, rejected?: (error: Error) => void) => {
        rejected?.(new Error("now"));
      }],
      ["throws", () => {
        throw new Error("now");
      }],
    ] as const
  ) {
    it(`does not keep a thenable whose then ${how} at once`, async () => {
      using store = new ExpiringStore<string, PromiseLike<number>>();
      let calls = 0;
      const load = () => {
        calls++;
        // deno-lint-ignore no-explicit-any
        return { then } as any;
      };
      for (let i = 0; i < 2; i++) {
        await assertRejects(
          async () => await store.getOrInsertComputed("bad", load),
          Error,
          "now",
        );
        assertEquals(store.has("bad"), false);
      }
      assertEquals(calls, 2);
    });
  }

  it("keeps what took its place meanwhile", async () => {
    using store = new ExpiringStore<string, unknown>();
    store.getOrInsertComputed("a", () => thenable(true));
    store.set("a", 5);
    await new Promise((resolve) => setTimeout(resolve, 1));
    assertEquals(store.get("a"), 5);
  });

  it("takes what has a then that cannot be read as it is", () => {
    using store = new ExpiringStore<string, unknown>();
    const odd = Object.defineProperty({}, "then", {
      get() {
        throw new Error("no");
      },
    });
    assertEquals(store.getOrInsertComputed("a", () => odd), odd);
    assertEquals(store.size, 1);
  });
});
