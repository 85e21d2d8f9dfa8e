import { InMemoryStorage } from "@mayfly/store";
import { Collection } from "@mayfly/store/collection";
import { assertEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";

describe("An entry of a collection", () => {
  let time: FakeTime;
  let storage: InMemoryStorage;
  beforeEach(() => {
    time = new FakeTime();
    storage = new InMemoryStorage();
  });
  afterEach(() => {
    storage.close();
    time.restore();
  });

  it("expires when its ttl is over", async () => {
    const numbers = new Collection<number>("n", { storage, ttl: 99.5 });
    await numbers.set("k", 1);
    time.tick(99);
    assertEquals(await numbers.get("k"), 1);
    assertEquals(await numbers.remainingTtl("k"), 1);
    time.tick(1);
    assertEquals(await numbers.get("k"), undefined);
    assertEquals(await numbers.has("k"), false);
    assertEquals(await numbers.take("k"), undefined);
    assertEquals(await numbers.delete("k"), false);
    assertEquals(await numbers.touch("k"), false);
    assertEquals(await numbers.remainingTtl("k"), undefined);
    assertEquals(await numbers.add("k", 2), true);
    assertEquals(await numbers.remainingTtl("k"), 100);
  });

  it("gets a new TTL with each get in a sliding collection, and with no other call", async () => {
    const options = { storage, ttl: 100, sliding: true };
    const numbers = new Collection<number>("n", options);
    await numbers.set("k", 1, 60);
    for (let i = 0; i < 5; i++) {
      time.tick(50);
      assertEquals(await numbers.get("k"), 1);
    }
    time.tick(50);
    await numbers.has("k");
    await numbers.update("k", (n) => n);
    await Array.fromAsync(numbers.entries());
    assertEquals(await numbers.remainingTtl("k"), 50);
    await numbers.set("k", 1, Infinity);
    assertEquals(await numbers.get("k"), 1);
    assertEquals(await numbers.remainingTtl("k"), 100);
  });

  it("keeps its deadline with keepTtl", async () => {
    const numbers = new Collection<number>("n", { storage, ttl: 100 });
    await numbers.set("k", 1);
    time.tick(60);
    await numbers.set("k", 2, { keepTtl: true });
    await numbers.update("k", (n) => n! + 1);
    assertEquals(await numbers.get("k"), 3);
    assertEquals(await numbers.remainingTtl("k"), 40);
    time.tick(40);
    assertEquals(await numbers.get("k"), undefined);
    await numbers.set("k", 4, { keepTtl: true });
    assertEquals(await numbers.remainingTtl("k"), 100);
  });

  it("is removed by a deadline in the past", async () => {
    const numbers = new Collection<number>("n", { storage });
    for (const past of [Date.now(), Date.now() - 1, 0, -1.5]) {
      await numbers.set("k", 1);
      await numbers.set("k", 2, { expiresAt: past });
      assertEquals(await numbers.has("k"), false);
    }
    await numbers.set("k", 3, { expiresAt: Date.now() + 0.5 });
    assertEquals(await numbers.remainingTtl("k"), 1);
  });

  it("costs one command to get and one to set", async () => {
    const calls: string[] = [];
    const counting = new Proxy(storage, {
      get(target, name) {
        const found: unknown = Reflect.get(target, name);
        if (typeof found !== "function") return found;
        return (...args: unknown[]) => {
          calls.push(String(name));
          return found.apply(target, args);
        };
      },
    });
    const once = new Collection<number>("n", { storage: counting });
    const sliding = new Collection<number>("n", {
      ...{ storage: counting, ttl: 100, sliding: true },
    });
    await once.set("k", 1);
    await once.set("k", 1, 100);
    await once.set("k", 1, { expiresAt: Infinity });
    await once.get("k");
    await sliding.get("k");
    await once.add("k", 1);
    await once.has("k");
    await once.touch("k");
    await once.remainingTtl("k");
    await once.delete("k");
    assertEquals(calls, [
      ...["set", "set", "set", "get", "getex", "set", "exists", "getex"],
      ...["pttl", "del"],
    ]);
  });
});
