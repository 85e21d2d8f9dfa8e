/** Commands on a storage in which much is due. */

import { InMemoryStorage } from "@mayfly/store";
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { LineLogger } from "./_support.ts";

describe("a storage with many expired keys", () => {
  it("counts keys, picks random ones and scans without a sweep", () => {
    let time = 0;
    const logger = new LineLogger();
    using storage = new InMemoryStorage({
      logger,
      now: () => time,
      sweepInterval: Infinity,
    });
    for (let i = 0; i < 5000; i++) storage.setex(`due${i}`, 1, "1");
    storage.mset("a", "1", "b", "1");
    time = 1000;
    logger.take();
    assertEquals(storage.dbsize(), 2);
    const drawn = new Set<string | null>();
    for (let i = 0; i < 200; i++) drawn.add(storage.randomkey());
    assertEquals([...drawn].sort(), ["a", "b"]);
    const found: string[] = [];
    let cursor = "0";
    do {
      const [next, keys] = storage.scan(cursor);
      found.push(...keys);
      cursor = next;
    } while (cursor !== "0");
    assertEquals(found.sort(), ["a", "b"]);
    assertEquals(logger.take(), []);
  });

  it("picks each key equally often, even if few are left", () => {
    using storage = new InMemoryStorage();
    for (let i = 0; i < 20_000; i++) storage.set(`k${i}`, "1");
    for (let i = 0; i < 20_000; i++) {
      if (i !== 3 && i !== 4 && i !== 19_000) storage.del(`k${i}`);
    }
    const drawn = new Map<string | null, number>();
    for (let i = 0; i < 3000; i++) {
      const key = storage.randomkey();
      drawn.set(key, (drawn.get(key) ?? 0) + 1);
    }
    assertEquals([...drawn.keys()].sort(), ["k19000", "k3", "k4"]);
    // A thousand each; one of them was drawn 94 times of a hundred.
    for (const count of drawn.values()) assertEquals(count > 750, true);
  });
});
