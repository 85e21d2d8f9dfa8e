import { ExpiringStore } from "@mayfly/store";
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { inspect } from "node:util";
import { ManualClock } from "./_support.ts";

/** What the console of this runtime makes of a value. */
function shown(value: unknown): string {
  const { Deno, Bun } = globalThis as {
    Deno?: { inspect(value: unknown): string };
    Bun?: { inspect(value: unknown): string };
  };
  return (Deno ?? Bun)?.inspect(value) ?? inspect(value);
}

describe("console.log of an ExpiringStore", () => {
  it("shows the name, how many live and the options, and no key or value", () => {
    const clock = new ManualClock();
    using store = new ExpiringStore<string, string>({
      now: clock.now,
      ttl: 100,
      maxEntries: 5,
      eviction: "lru",
      sliding: undefined,
    });
    store.set("key", "secret").set("long", "hidden", Infinity);
    const options =
      '{ now: [Function], ttl: 100, maxEntries: 5, eviction: "lru" }';
    for (const count of [2, 1]) {
      assertEquals(
        shown(store).split(/\s+/).sort(),
        `ExpiringStore(${count}) ${options}`.split(" ").sort(),
      );
      assertEquals(inspect(store).includes("secret"), false);
      clock.time += 100;
    }
    assertEquals(shown({ store }).includes("secret"), false);
  });

  it("shows no options where none were given", () => {
    using store = new ExpiringStore();
    assertEquals(shown(store), "ExpiringStore(0) {}");
    assertEquals(inspect(store), "ExpiringStore(0) {}");
  });

  it("does not throw when the clock does", () => {
    let broken = false;
    using store = new ExpiringStore<string, number>({
      now() {
        if (broken) throw new Error();
        return 0;
      },
    });
    store.set("a", 1, 5);
    broken = true;
    assertEquals(shown(store), "ExpiringStore(?) { now: [Function] }");
    broken = false;
  });
});
