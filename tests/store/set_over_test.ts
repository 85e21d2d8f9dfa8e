import { ExpiringStore } from "@mayfly/store";
import { assertEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";

describe("a set over an entry, on the runtime's own clock", () => {
  let time: FakeTime;
  beforeEach(() => void (time = new FakeTime(0)));
  afterEach(() => time.restore());

  const ttls: (number | undefined)[] = [undefined, 1000, 2000, 3000];
  for (const first of ttls) {
    for (const second of ttls) {
      it(`with ttl ${first}, then ${second}, is touched with the second`, () => {
        using store = new ExpiringStore<string, number>({ ttl: 1000 });
        // What shares its memory has a ttl of its own, or not.
        store.set("other", 0, first);
        store.set("a", 1, first);
        time.tick(10);
        store.set("a", 2, second);
        assertEquals(store.remainingTtl("a"), second ?? 1000);
        time.tick(10);
        store.touch("a");
        assertEquals(store.remainingTtl("a"), second ?? 1000);
        assertEquals(store.get("a"), 2);
        store.touch("other");
        assertEquals(store.remainingTtl("other"), first ?? 1000);
      });
    }
  }

  it("is not bound by the maxAge of the set before", () => {
    using store = new ExpiringStore<string, number>({ ttl: 1000 });
    store.set("a", 1, { maxAge: 1000 }).set("b", 1);
    time.tick(500);
    store.set("a", 2);
    time.tick(900);
    store.touch("a");
    assertEquals(store.remainingTtl("a"), 1000);
    assertEquals(store.has("b"), false);
  });

  it("with an expiresAt has no ttl to start again", () => {
    using store = new ExpiringStore<string, number>({ ttl: 1000 });
    store.set("a", 1).set("b", 1, { expiresAt: 1500 });
    store.set("a", 2, { expiresAt: 2000 });
    store.set("b", 2, { expiresAt: 2500 });
    time.tick(1200);
    store.touch("a");
    store.touch("b");
    assertEquals([store.expiresAt("a"), store.expiresAt("b")], [2000, 2500]);
    store.set("a", 3);
    time.tick(100);
    store.touch("a");
    assertEquals(store.expiresAt("a"), 2300);
  });
});
