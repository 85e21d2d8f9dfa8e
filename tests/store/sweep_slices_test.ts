import { ExpiringStore } from "@mayfly/store";
import {
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { setImmediate } from "node:timers";
import { WatchedTimers } from "./_support.ts";

/** Counts the turns of the event loop until it is told to stop. */
class Turns {
  count = 0;
  #stopped = false;

  constructor() {
    const turn = () => {
      this.count++;
      if (!this.#stopped) setImmediate(turn);
    };
    setImmediate(turn);
  }

  [Symbol.dispose](): void {
    this.#stopped = true;
  }
}

function busy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** Waits until `isDone`: for as long as it takes, the runner knows when to give up. */
async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("the sweeper, with much to do at once", () => {
  it("lets the event loop have its turn while a slow onRemove is told, and frees everything", async () => {
    const COUNT = 150;
    using turns = new Turns();
    const perTurn = new Map<number, number>();
    let told = 0;
    using store = new ExpiringStore<number, number>({
      ttl: 20,
      sweepInterval: 1,
      onRemove() {
        told++;
        perTurn.set(turns.count, (perTurn.get(turns.count) ?? 0) + 1);
        busy(1);
      },
    });
    for (let i = 0; i < COUNT; i++) store.set(i, i);
    await until(() => told === COUNT);
    // The budget is a few ms, and each callback takes one, on any machine.
    assertLessOrEqual(Math.max(...perTurn.values()), 10);
    assertGreaterOrEqual(perTurn.size, COUNT / 10);
    assertEquals(store.stats().expired, COUNT);
  });

  it("keeps to it when onRemove is slower than a slice", async () => {
    using turns = new Turns();
    const perTurn: number[] = [];
    using store = new ExpiringStore<number, number>({
      ttl: 10,
      sweepInterval: 1,
      onRemove() {
        perTurn.push(turns.count);
        busy(12);
      },
    });
    for (let i = 0; i < 8; i++) store.set(i, i);
    await until(() => perTurn.length === 8);
    assertEquals(new Set(perTurn).size, 8);
  });

  it("reads on in between, and what is read is never stale", async () => {
    let told = 0;
    using store = new ExpiringStore<number, number>({
      ttl: 5,
      sweepInterval: 1,
      onRemove() {
        told++;
        busy(0.2);
      },
    });
    for (let i = 0; i < 200; i++) store.set(i, i);
    busy(6);
    for (let turn = 0; turn < 3; turn++) {
      assertEquals(store.get(199 - turn), undefined);
      assertEquals(store.has(100 - turn), false);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => told === 200);
    assertEquals(store.size, 0);
    assertEquals(told, 200);
  });

  it("works in slices without an onRemove, too", async () => {
    const COUNT = 20_000;
    const { now } = performance;
    let looks = 0;
    const timers = new WatchedTimers();
    const store = new ExpiringStore<number, number>({ sweepInterval: 1 });
    try {
      // A slice ends after so many looks at the time, on any machine.
      performance.now = () => looks++ * 0.5;
      for (let i = 0; i < COUNT; i++) store.set(i, i, 20);
      while (timers.active > 0) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      performance.now = now;
      timers[Symbol.dispose]();
    }
    // The first one waits, the others take turns.
    assertGreaterOrEqual(timers.delays.length, 50);
    assertEquals(
      timers.delays.filter((delay) => delay === 0).length >= 50,
      true,
    );
    assertEquals(store.stats().expired, COUNT);
    store[Symbol.dispose]();
  });

  it("is stopped in the middle of it by a shutdown", async () => {
    let told = 0;
    using store: ExpiringStore<number, number> = new ExpiringStore<
      number,
      number
    >({
      ttl: 10,
      sweepInterval: 1,
      onRemove() {
        busy(4);
        if (++told === 2) store.shutdown();
      },
    });
    for (let i = 0; i < 10; i++) store.set(i, i);
    await until(() => told === 2);
    await new Promise((resolve) => setTimeout(resolve, 30));
    assertEquals(told, 2);
    assertEquals(store.size, 0);
    assertEquals(store.sweep(), 8);
    assertEquals(told, 10);
  });
});
