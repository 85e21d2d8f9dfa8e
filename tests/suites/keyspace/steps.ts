/** What makes one step of several calls. */

import { assertEquals, assertThrows } from "@std/assert";
import { CALLS, fill, run } from "./_commands.ts";
import { contents } from "./fixture.ts";
import type { KeyspaceTest } from "./suite.ts";

class Failure extends Error {}

export function describeSteps(test: KeyspaceTest): void {
  test("returns what the calls of a step return", ({ keyspace }) => {
    keyspace.set("a", "1", Infinity);
    assertEquals(keyspace.atomically("read", () => keyspace.get("a")), "1");
    assertEquals(
      keyspace.atomically("write", () => {
        keyspace.set("b", "2", Infinity);
        return keyspace.count();
      }),
      2,
    );
    assertEquals(keyspace.get("b"), "2");
  });

  for (const call of CALLS) {
    test(`undoes "${call.slice(0, 3).join(" ").slice(0, 40)}" with the step that it was part of`, ({ keyspace }) => {
      fill(keyspace);
      const before = contents(keyspace);
      assertThrows(() => {
        keyspace.atomically("write", () => {
          run(keyspace, call);
          run(keyspace, ["set", "text", "other"]);
          if (!call[0].startsWith("rename")) run(keyspace, call);
          throw new Failure();
        });
      }, Failure);
      assertEquals(contents(keyspace), before);
      assertEquals(keyspace.count(), before.length);
      assertEquals(run(keyspace, ["strlen", "long"]), 4000);
    });
  }

  test("undoes everything at once, in any order", ({ keyspace }) => {
    fill(keyspace);
    const before = contents(keyspace);
    assertThrows(() => {
      keyspace.atomically("write", () => {
        for (const call of CALLS) {
          fill(keyspace);
          run(keyspace, call);
          run(keyspace, ["del", "absent", "missing"]);
        }
        throw new Failure();
      });
    }, Failure);
    assertEquals(contents(keyspace), before);
  });

  test("lets the clock stand still during a step", ({ keyspace, clock }) => {
    const start = clock.time;
    keyspace.set("a", "1", start + 10);
    for (const mode of ["read", "write"] as const) {
      clock.time = start;
      keyspace.atomically(mode, () => {
        assertEquals(keyspace.now(), start);
        clock.time += 10;
        assertEquals(keyspace.now(), start);
        assertEquals(keyspace.get("a"), "1");
      });
    }
    assertEquals(keyspace.now(), start + 10);
    assertEquals(keyspace.get("a"), undefined);
  });

  test("joins the step that is under way", ({ keyspace }) => {
    assertThrows(() => {
      keyspace.atomically("write", () => {
        keyspace.atomically("write", () => keyspace.set("a", "1", Infinity));
        assertEquals(
          keyspace.atomically("read", () => keyspace.get("a")),
          "1",
        );
        throw new Failure();
      });
    }, Failure);
    assertEquals(keyspace.get("a"), undefined);
    assertEquals(
      keyspace.atomically(
        "read",
        () => keyspace.atomically("read", () => keyspace.has("a")),
      ),
      false,
    );
  });

  test("undoes a part of a step that fails, and no more where the step catches it", ({ keyspace }) => {
    keyspace.set("a", "1", Infinity);
    keyspace.set("b", "2", Infinity);
    keyspace.atomically("write", () => {
      keyspace.set("c", "3", Infinity);
      keyspace.delete("b");
      assertThrows(() =>
        keyspace.atomically("write", () => {
          keyspace.set("a", "changed", Infinity);
          keyspace.set("b", "changed", Infinity);
          keyspace.set("d", "new", Infinity);
          keyspace.append("c", "appended");
          keyspace.delete("a");
          throw new Failure();
        }), Failure);
      assertEquals(keyspace.get("a"), "1");
      assertEquals(keyspace.get("c"), "3");
      assertEquals(keyspace.has("b"), false);
      assertEquals(keyspace.count(), 2);
      assertThrows(() =>
        keyspace.atomically("write", () => {
          keyspace.clear();
          keyspace.set("e", "new", Infinity);
          throw new Failure();
        }), Failure);
      assertEquals([...keyspace.keys()].sort(), ["a", "c"]);
      keyspace.set("d", "4", Infinity);
      keyspace.delete("a");
    });
    assertEquals([...keyspace.keys()].sort(), ["c", "d"]);
    assertEquals(keyspace.get("d"), "4");
    assertEquals(keyspace.count(), 2);
    keyspace.set("a", "5", Infinity);
    assertEquals(keyspace.get("a"), "5");
  });

  test("refuses a step that writes within one that only reads", ({ keyspace }) => {
    assertThrows(() => {
      keyspace.atomically("read", () => {
        keyspace.atomically("write", () => keyspace.set("a", "1", Infinity));
      });
    }, Error);
    assertEquals(keyspace.has("a"), false);
    keyspace.atomically("write", () => keyspace.set("a", "1", Infinity));
    assertEquals(keyspace.has("a"), true);
  });
}
