/** What the single calls of a keyspace do. */

import { assertEquals } from "@std/assert";
import { contents } from "./fixture.ts";
import type { KeyspaceTest } from "./suite.ts";

export function describeCalls(test: KeyspaceTest): void {
  test("keeps a value until its deadline", ({ keyspace, clock }) => {
    const end = clock.time + 1000;
    keyspace.set("a", "1", end);
    keyspace.set("b", Uint8Array.of(0xff), Infinity);
    assertEquals(keyspace.get("a"), "1");
    assertEquals(keyspace.entry("a"), { value: "1", deadline: end });
    assertEquals([keyspace.has("a"), keyspace.deadline("a")], [true, end]);
    assertEquals(keyspace.length("a"), 1);
    assertEquals(keyspace.now(), clock.time);
    clock.time = end - 1;
    assertEquals(keyspace.count(), 2);
    clock.time = end;
    assertEquals(keyspace.get("a"), undefined);
    assertEquals(keyspace.entry("a"), undefined);
    assertEquals([keyspace.has("a"), keyspace.deadline("a")], [
      false,
      undefined,
    ]);
    assertEquals(keyspace.length("a"), undefined);
    assertEquals(keyspace.range("a", 0, 0), undefined);
    assertEquals(keyspace.count(), 1);
    assertEquals([...keyspace.keys()], ["b"]);
    assertEquals(keyspace.random(), "b");
    assertEquals(keyspace.expire("a", Infinity), false);
    assertEquals(keyspace.delete("a"), false);
    assertEquals(contents(keyspace), [
      ["b", { value: Uint8Array.of(0xff), deadline: Infinity }],
    ]);
  });

  test("counts what has expired nowhere, come upon or not", ({ keyspace, clock }) => {
    for (let i = 0; i < 100; i++) {
      keyspace.set(`k${i}`, "1", clock.time + 1 + i % 2);
    }
    clock.time++;
    assertEquals(keyspace.count(), 50);
    assertEquals([...keyspace.keys()].length, 50);
    clock.time++;
    assertEquals(keyspace.count(), 0);
    assertEquals(keyspace.random(), undefined);
    assertEquals([...keyspace.keys()], []);
  });

  test("stores and keeps nothing past its deadline", ({ keyspace, clock }) => {
    keyspace.set("a", "1", Infinity);
    keyspace.set("a", "2", clock.time);
    keyspace.set("b", "2", clock.time - 1);
    keyspace.set("c", "1", Infinity);
    assertEquals(keyspace.expire("c", clock.time), true);
    assertEquals([...keyspace.keys()], []);
  });

  test("goes by the time it is given, if it is given one", ({ keyspace, clock }) => {
    const now = keyspace.now();
    keyspace.set("a", "1", now + 10, now);
    assertEquals(keyspace.deadline("a", now), now + 10);
    assertEquals(keyspace.expire("a", now + 20, now), true);
    assertEquals(keyspace.deadline("a", now), now + 20);
    clock.time = now + 20;
    assertEquals(keyspace.deadline("a", clock.time), undefined);
  });

  test("gives new deadlines, and removes", ({ keyspace, clock }) => {
    keyspace.set("a", "1", clock.time + 10);
    assertEquals(keyspace.expire("a", clock.time + 20), true);
    clock.time += 15;
    assertEquals(keyspace.get("a"), "1");
    assertEquals(keyspace.expire("a", Infinity), true);
    assertEquals(keyspace.deadline("a"), Infinity);
    assertEquals(keyspace.delete("a"), true);
    assertEquals(keyspace.delete("a"), false);
    keyspace.set("b", "1", Infinity);
    keyspace.clear();
    assertEquals(keyspace.count(), 0);
  });

  test("tells any keys apart", ({ keyspace }) => {
    const keys = [
      "",
      "\0",
      "a",
      "a\0",
      "é",
      "e\u0301",
      "\u{1F389}",
      "__proto__",
    ];
    for (const key of keys) keyspace.set(key, key, Infinity);
    for (const key of keys) assertEquals(keyspace.get(key), key);
    assertEquals([...keyspace.keys()].sort(), [...keys].sort());
  });

  test("walks by scan to every key that is there all the time", ({ keyspace, clock }) => {
    for (let i = 0; i < 200; i++) keyspace.set(`stays${i}`, "1", Infinity);
    for (let i = 0; i < 100; i++) keyspace.set(`goes${i}`, "1", clock.time + 5);
    const seen = new Set<string>();
    let cursor = 0;
    let steps = 0;
    do {
      const [next, keys] = keyspace.scan(cursor, 7);
      assertEquals(Number.isSafeInteger(next), true);
      for (const key of keys) seen.add(key);
      keyspace.delete(`goes${steps}`);
      keyspace.set(`new${steps}`, "1", Infinity);
      if (steps === 5) clock.time += 5;
      cursor = next;
    } while (cursor !== 0 && ++steps < 1000);
    assertEquals(cursor, 0);
    for (let i = 0; i < 200; i++) assertEquals(seen.has(`stays${i}`), true);
    // A cursor from elsewhere leads nowhere, but to an end.
    let foreign = Number.MAX_SAFE_INTEGER;
    steps = 0;
    do [foreign] = keyspace.scan(foreign, 7); while (
      foreign !== 0 && ++steps < 1000
    );
    assertEquals(foreign, 0);
  });

  test("draws each of its keys, whatever gaps there are", ({ keyspace }) => {
    for (let i = 0; i < 3000; i++) keyspace.set(`k${i}`, "1", Infinity);
    for (let i = 0; i < 3000; i++) {
      if (i % 1000 !== 1) keyspace.delete(`k${i}`);
    }
    const drawn = new Map<string, number>();
    for (let i = 0; i < 3000; i++) {
      const key = keyspace.random()!;
      drawn.set(key, (drawn.get(key) ?? 0) + 1);
    }
    assertEquals([...drawn.keys()].sort(), ["k1", "k1001", "k2001"]);
  });

  test("closes twice as well as once", ({ keyspace }) => {
    keyspace.close();
  });
}
