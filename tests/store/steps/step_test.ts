import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { StepMap } from "../../../src/store/steps/step_map.ts";
import { Watched } from "./_support.ts";

describe("a step of a StepMap", () => {
  it("returns what it was made of", () => {
    assertEquals(new Watched().map.atomically(() => 7), 7);
  });

  it("reads the clock once, and not before it is needed", () => {
    const { map, clock, ...watched } = new Watched();
    const counting = new Watched();
    counting.map.atomically(() => counting.map.get("a"));
    assertEquals(counting.reads, 0);
    counting.map.atomically(() => {
      counting.map.set("a", 1, 10);
      counting.clock.time += 100;
      assertEquals(counting.map.get("a"), 1);
      assertEquals(counting.map.now(), counting.clock.time - 100);
    });
    assertEquals(counting.reads, 1);
    assertEquals(counting.map.get("a"), undefined);
    assertEquals([map.count(), clock.time, watched.reads], [0, 1_000_000, 0]);
  });

  it("that throws leaves values, deadlines, counts and the order as they were", () => {
    const watched = new Watched({ ttl: 500 });
    const { map } = watched;
    map.set("a", 1);
    map.set("b", 2, 100);
    map.set("c", 3, Infinity);
    map.get("a");
    const before = watched.look();
    watched.fail(() => {
      map.delete("a");
      map.set("a", 10);
      map.set("b", 20);
      map.setKeepingTtl("c", 30);
      map.expireAt("c", watched.clock.time + 5);
      map.set("d", 40);
      map.delete("d");
      map.set("e", 50);
      map.get("nothing");
    });
    assertEquals(watched.look(), before);
    watched.clock.time += 100;
    map.sweep();
    assertEquals([...map.walk((key) => key)], ["a", "c"]);
    watched.clock.time += 400;
    assertEquals(map.sweep(), 1);
  });

  it("that throws leaves ttls and the moment that no touch goes beyond", () => {
    const watched = new Watched({ ttl: 100, maxAge: 1000 });
    const { map, clock } = watched;
    map.set("a", 1);
    clock.time += 50;
    watched.fail(() => {
      map.set("a", 2, 700);
      map.touch("a", 3);
      map.set("a", 3);
    });
    map.touch("a");
    assertEquals(map.deadline("a"), clock.time + 100);
    for (let i = 0; i < 49; i++) {
      clock.time += 19;
      map.touch("a");
    }
    assertEquals(map.deadline("a"), 1_001_000);
  });

  it("that throws puts back what a clear removed", () => {
    const watched = new Watched();
    const { map } = watched;
    for (let i = 0; i < 50; i++) map.set(`k${i}`, i, 1000 + i);
    const before = watched.look();
    watched.fail(() => {
      map.set("k3", 0);
      map.delete("k4");
      map.clear();
      map.set("k5", 1, 1);
      map.clear();
      map.set("k6", 1);
    });
    assertEquals(watched.look(), before);
    map.atomically(() => {
      map.delete("k1");
      map.clear();
      map.set("x", 1);
    });
    assertEquals([...map.walk((key) => key)], ["x"]);
    assertEquals(map.count(), 1);
  });

  it("tells of removals when it is done, and of none when it is undone", () => {
    const { map, log } = new Watched();
    map.set("a", 1);
    map.set("b", 2);
    map.atomically(() => {
      map.delete("a");
      map.set("b", 3);
      assertEquals(log.lines, []);
    });
    assertEquals(log.take(), ["a=1 deleted", "b=2 replaced"]);
  });

  it("keeps the order in which keys are added", () => {
    const { map } = new Watched();
    for (const key of ["a", "b", "c"]) map.set(key, 1);
    map.atomically(() => {
      map.delete("a");
      map.set("d", 1);
      map.set("a", 2);
      map.set("e", 1);
      map.delete("b");
    });
    assertEquals([...map.walk((key) => key)], ["c", "d", "a", "e"]);
  });

  it("is a part of the step that is under way, undone alone where that catches what it throws", () => {
    const watched = new Watched();
    const { map } = watched;
    map.atomically(() => {
      map.set("a", 1);
      assertThrows(() =>
        map.atomically(() => {
          map.delete("a");
          map.set("c", 3);
          throw new Error("caught");
        })
      );
      map.set("b", 2);
    });
    assertEquals([...map.walk((key) => key)], ["a", "b"]);
    watched.fail(() => map.atomically(() => map.set("c", 3)));
    assertEquals([...map.walk((key) => key)], ["a", "b"]);
  });

  it("calls onUndo's functions when it is undone, in reverse order", () => {
    const watched = new Watched();
    const { map } = watched;
    const calls: number[] = [];
    map.atomically(() => map.onUndo(() => calls.push(1)));
    map.onUndo(() => calls.push(2));
    watched.fail(() => {
      map.onUndo(() => calls.push(3));
      map.onUndo(() => calls.push(4));
    });
    assertEquals(calls, [4, 3]);
  });

  it("that a callback begins tells of what it removed, after the others", () => {
    const lines: string[] = [];
    const map: StepMap<string, number> = new StepMap({
      ttl: Infinity,
      sliding: false,
      maxAge: Infinity,
      sweepInterval: Infinity,
      now: undefined,
      onRemove: (_value, key) => {
        lines.push(key);
        if (key !== "a") return;
        map.atomically(() => map.delete("b"));
        assertThrows(() =>
          map.atomically(() => {
            map.delete("c");
            throw new Error();
          })
        );
      },
      onError: (error) => lines.push(String(error)),
      onSweep: undefined,
      bounds: undefined,
    });
    for (const key of ["a", "b", "c"]) map.set(key, 1);
    map.delete("a");
    assertEquals(lines, ["a", "b"]);
    assertEquals([...map.walk((key) => key)], ["c"]);
  });

  it("survives a clock that throws in the middle", () => {
    let broken = false;
    const map = new StepMap<string, number>({
      ttl: 100,
      sliding: false,
      maxAge: Infinity,
      sweepInterval: Infinity,
      now: () => {
        if (broken) throw new Error("clock");
        return 0;
      },
      onRemove: undefined,
      onError: undefined,
      onSweep: undefined,
      bounds: undefined,
    });
    map.set("forever", 1, Infinity);
    map.set("a", 1);
    broken = true;
    assertThrows(
      () =>
        map.atomically(() => {
          map.delete("forever");
          map.set("b", 1, Infinity);
          map.get("a");
        }),
      Error,
      "clock",
    );
    broken = false;
    assertEquals([...map.walk((key) => key)], ["forever", "a"]);
  });

  it("is undone while a large map is being copied, and goes on", () => {
    const watched = new Watched({ ttl: 1000 });
    const { map, clock } = watched;
    const COUNT = 70_000;
    for (let i = 0; i < COUNT; i++) map.set(`k${i}`, i, i % 7 ? 10 : 1000);
    clock.time += 10;
    // Comes upon the due ones as a slice of the sweep would, and leaves the rest to the next.
    const before = watched.look() as { entries: [string, number][] };
    const keys = before.entries.map(([key]) => key);
    watched.fail(() => {
      for (let i = 0; i < keys.length; i += 2) map.delete(keys[i]);
      map.set(keys[0], 1);
    });
    assertEquals([...map.walk((key) => key)], keys);
    map.atomically(() => {
      for (let i = 0; i < keys.length; i += 2) map.delete(keys[i]);
      map.set(keys[0], 1);
    });
    assertEquals(
      [...map.walk((key) => key)],
      [...keys.filter((_, i) => i % 2 === 1), keys[0]],
    );
  });
});
