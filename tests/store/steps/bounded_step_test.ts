import { StoreFullError } from "../../../src/base/errors.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Watched } from "./_support.ts";

describe("a step of a bounded StepMap", () => {
  for (const eviction of ["sieve", "lru", "soonest", "volatile"] as const) {
    it(`undoes what it evicted ("${eviction}")`, () => {
      const watched = new Watched({ maxEntries: 3, eviction });
      const { map } = watched;
      ["a", "b", "c"].forEach((key, i) => map.set(key, 1, 1000 + i));
      const before = watched.look();
      watched.fail(() => {
        map.set("d", 1, 500);
        map.set("e", 1, 500);
      });
      assertEquals(watched.look(), before);
      map.atomically(() => map.set("d", 1, 2000));
      assertEquals([...map.walk((key) => key)], ["b", "c", "d"]);
    });

    it(`never evicts what it wrote itself ("${eviction}")`, () => {
      const watched = new Watched({ maxEntries: 2, eviction });
      const { map } = watched;
      map.set("x", 1, 1000);
      map.set("y", 1, 1000);
      const before = watched.look();
      assertThrows(
        () =>
          map.atomically(() => {
            for (const key of ["a", "b", "c"]) map.set(key, 1, 10);
          }),
        StoreFullError,
      );
      assertEquals(watched.look(), before);
    });
  }

  it("has changed nothing by a call that was refused and caught", () => {
    const watched = new Watched({ maxWeight: 10 });
    const { map } = watched;
    map.set("x", 4);
    map.set("y", 4);
    map.atomically(() => {
      map.set("a", 6);
      assertEquals([...map.walk((key) => key)], ["y", "a"]);
      assertThrows(() => map.set("b", 5), StoreFullError);
    });
    assertEquals([...map.walk((key) => key)], ["y", "a"]);
    assertEquals(watched.log.take(), ["x=4 evicted"]);
    assertEquals(map.evicted, 1);
  });
});

describe('a call that is refused under "volatile"', () => {
  it("has evicted nothing", () => {
    const watched = new Watched({
      maxEntries: 4,
      eviction: "volatile",
      maxWeight: 16,
    });
    const { map } = watched;
    map.set("forever", 6, Infinity);
    map.set("ever", 5, Infinity);
    map.set("mortal", 2, 1000);
    map.set("other", 3, 2000);
    const before = watched.look();
    assertThrows(() => map.set("heavy", 7 + 8, Infinity), StoreFullError);
    // All that it may evict is itself.
    assertThrows(() => map.set("mortal", 7, Infinity), StoreFullError);
    assertEquals(watched.look(), before);
    map.set("last", 5, Infinity);
    assertEquals(watched.log.take(), ["mortal=2 evicted", "other=3 evicted"]);
  });

  it("has not either where the count is what is full", () => {
    const { map, log } = new Watched({ maxEntries: 2, eviction: "volatile" });
    map.set("a", 1, Infinity);
    map.set("b", 1, Infinity);
    assertThrows(() => map.set("c", 1, 5), StoreFullError);
    assertEquals(log.lines, []);
  });
});
