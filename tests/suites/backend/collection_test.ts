import {
  Collection,
  type CollectionOptions,
  type CollectionSetOptions,
  CollectionValueError,
} from "@mayfly/store/collection";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { it } from "@std/testing/bdd";
import { describeOnEvery } from "./backends.ts";
import { allKeys, assertTimeLeft } from "./suite.ts";

const HOUR = 3_600_000;
/** Longer than 2^31 ms. */
const MONTH = 30 * 24 * HOUR;

describeOnEvery("collection", (opened) => {
  function collection<T>(
    name: string,
    options?: CollectionOptions<T>,
  ): Collection<T> {
    return new Collection<T>(name, { storage: opened().backend, ...options });
  }

  function assertLeft(of: Collection<number>, ms: number): Promise<void> {
    return assertTimeLeft(
      of.remainingTtl("k").then((left) => left ?? NaN),
      ms,
      "ms",
    );
  }

  it("keeps values", async () => {
    const values = collection<unknown>("v");
    const given = [null, false, 0, "", [], {}, {
      a: [1, { b: "é👋\n\ud800" }],
    }];
    for (const key of ["", "k", "a:b", "%", "*", "é👋", "\0"]) {
      for (const value of given) {
        await values.set(key, value);
        assertEquals(await values.get(key), value);
      }
      assertEquals(await values.has(key), true);
      assertEquals(await values.delete(key), true);
      assertEquals(await values.delete(key), false);
      assertEquals(await values.has(key), false);
      assertEquals(await values.get(key), undefined);
    }
    assertEquals(await allKeys(opened().backend), []);
  });

  it("sets the given TTL", async () => {
    const numbers = collection<number>("n", { ttl: MONTH });
    const lives: [number | CollectionSetOptions | undefined, number][] = [
      [undefined, MONTH],
      [HOUR, HOUR],
      [{ ttl: HOUR + 0.5 }, HOUR + 1],
      [{ expiresAt: Date.now() + HOUR }, HOUR],
      [{ keepTtl: true }, HOUR],
      [{ keepTtl: false }, MONTH],
      [{}, MONTH],
    ];
    for (const [ttl, left] of lives) {
      await numbers.set("k", 1, ttl);
      await assertLeft(numbers, left);
    }
    for (const ttl of [Infinity, { expiresAt: Infinity }, { keepTtl: true }]) {
      await numbers.set("k", 1, ttl);
      assertEquals(await numbers.remainingTtl("k"), Infinity);
    }
    await numbers.set("k", 2, { expiresAt: Date.now() - 1 });
    assertEquals(await numbers.remainingTtl("k"), undefined);
    await numbers.set("k", 3, { keepTtl: true });
    await assertLeft(numbers, MONTH);
    await numbers.set("k", 4, { expiresAt: -5 });
    assertEquals(await numbers.get("k"), undefined);
  });

  it("restarts TTLs by touch and sliding", async () => {
    const numbers = collection<number>("n", { ttl: MONTH });
    const sliding = collection<number>("n", { ttl: MONTH, sliding: true });
    const forever = collection<number>("n");
    assertEquals(await numbers.touch("k"), false);
    assertEquals(await forever.touch("k"), false);
    await numbers.set("k", 1, HOUR);
    assertEquals(await numbers.get("k"), 1);
    assertEquals(await sliding.has("k"), true);
    await assertLeft(numbers, HOUR);
    assertEquals(await sliding.get("k"), 1);
    await assertLeft(numbers, MONTH);
    assertEquals(await numbers.touch("k", HOUR), true);
    await assertLeft(numbers, HOUR);
    assertEquals(await numbers.touch("k"), true);
    await assertLeft(numbers, MONTH);
    assertEquals(await forever.touch("k"), true);
    assertEquals(await numbers.remainingTtl("k"), Infinity);
    assertEquals(await forever.touch("k"), true);
    assertEquals(await sliding.get("k"), 1);
    await assertLeft(numbers, MONTH);
  });

  it("updates a value with its deadline or a new one", async () => {
    const numbers = collection<number>("n", { ttl: HOUR });
    const next = (n = 0) => n + 1;
    assertEquals(await numbers.update("k", next), 1);
    await assertLeft(numbers, HOUR);
    await numbers.touch("k", MONTH);
    assertEquals(await numbers.update("k", next), 2);
    await assertLeft(numbers, MONTH);
    assertEquals(await numbers.update("k", next, { ttl: HOUR }), 3);
    await assertLeft(numbers, HOUR);
    assertEquals(await numbers.update("k", next, { ttl: Infinity }), 4);
    assertEquals(await numbers.remainingTtl("k"), Infinity);
    assertEquals(await numbers.update("k", next), 5);
    assertEquals(await numbers.remainingTtl("k"), Infinity);
    assertEquals(await numbers.update("k", () => undefined), undefined);
    assertEquals(await numbers.has("k"), false);
    assertEquals(await numbers.update("k", () => undefined), undefined);
  });

  it("loses no update, and adds and takes once", async () => {
    const { backend, connect } = opened();
    const [one, other] = [backend, connect()].map((storage) =>
      new Collection<number>("n", { storage })
    );
    const of = (i: number) => (i % 2 ? one : other)!;
    const times = <R>(n: number, run: (i: number) => Promise<R>) =>
      Promise.all(Array.from({ length: n }, (_, i) => run(i)));

    const added = await times(200, (i) => of(i).add("k", 0));
    assertEquals(added.filter((isAdded) => isAdded).length, 1);
    await times(60, (i) => of(i).update("k", (n) => n! + 1));
    assertEquals(await one!.get("k"), 60);
    const taken = await times(30, (i) => of(i).take("k"));
    assertEquals(taken.filter((value) => value !== undefined), [60]);
  });

  it("adds with the given TTL", async () => {
    const numbers = collection<number>("n", { ttl: HOUR });
    assertEquals(await numbers.add("k", 1), true);
    await assertLeft(numbers, HOUR);
    assertEquals(await numbers.add("k", 2, MONTH), false);
    assertEquals(await numbers.take("k"), 1);
    assertEquals(await numbers.add("k", 3, { ttl: MONTH }), true);
    await assertLeft(numbers, MONTH);
    await numbers.delete("k");
    assertEquals(await numbers.add("k", 4, Infinity), true);
    assertEquals(await numbers.remainingTtl("k"), Infinity);
    await numbers.delete("k");
    await numbers.add("k", 5, { expiresAt: Date.now() - 1 });
    assertEquals(await numbers.get("k"), undefined);
  });

  it("does not change foreign values", async () => {
    const { backend } = opened();
    const numbers = collection<number>("n", {
      codec: {
        encode: String,
        decode(text) {
          if (!/^\d+$/.test(text)) throw new Error(`not ${text}`);
          return Number(text);
        },
      },
    });
    const runs = [
      () => numbers.get("k"),
      () => numbers.take("k"),
      () => numbers.update("k", () => 1),
      () => Array.fromAsync(numbers.entries()),
    ];
    await backend.set("n:k", "secret");
    for (const run of runs) {
      const error = await assertRejects(run, CollectionValueError, '"k"');
      assert(!error.message.includes("secret"));
      assertEquals(error.issues, []);
    }
    assertEquals(await backend.get("n:k"), "secret");
    // Half of a character.
    await backend.set("n:k", "é");
    await backend.setrange("n:k", 1, "a");
    for (const run of runs) await assertRejects(run, CollectionValueError);
    assertEquals(await backend.strlen("n:k"), 2);
    assertEquals(await numbers.delete("k"), true);
    assertEquals(await numbers.update("k", () => 1), 1);
  });

  it("lists and clears only its own keys", async () => {
    const names = ["a", "a:b", "a%3ab", "a*", "[a]", "?", "a\\", "é👋"];
    const all = names.map((name) => collection<string>(name));
    const keys = ["", "*", ":", "b", "b:c", "👋"];
    for (const [i, one] of all.entries()) {
      for (const key of keys) await one.set(key, `${names[i]} ${key}`);
    }
    for (const [i, one] of all.entries()) {
      assertEquals((await Array.fromAsync(one.keys())).sort(), keys);
      const entries = new Map(await Array.fromAsync(one.entries()));
      for (const key of keys) {
        assertEquals(entries.get(key), `${names[i]} ${key}`);
      }
      assertEquals(entries.size, keys.length);
    }
    for (const [i, one] of all.entries()) {
      await one.clear();
      assertEquals(await Array.fromAsync(one.keys()), []);
      const left = (names.length - i - 1) * keys.length;
      assertEquals((await allKeys(opened().backend)).length, left);
    }
  });

  it("lists many keys", async () => {
    const numbers = collection<number>("n");
    const all = Array.from({ length: 2500 }, (_, i) => i);
    await Promise.all(all.map((i) => numbers.set(String(i), i)));
    const entries = await Array.fromAsync(numbers.entries());
    assertEquals(entries.map(([, value]) => value).sort((a, b) => a - b), all);
    await numbers.clear();
    assertEquals(await allKeys(opened().backend), []);
  });
});
