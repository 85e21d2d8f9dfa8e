/** What comes and goes leaves nothing. */

import { InMemoryStorage } from "@mayfly/store";
import { Leases } from "@mayfly/store/lease";
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";

/** Counts the timers that are set, until it is disposed of. */
class Timers {
  readonly live = new Set<unknown>();
  readonly #real = { setTimeout, clearTimeout };

  constructor() {
    const { live } = this;
    const { setTimeout, clearTimeout } = this.#real;
    Object.assign(globalThis, {
      setTimeout: (run: () => void, ms: number) => {
        const timer = setTimeout(() => {
          live.delete(timer);
          run();
        }, ms);
        live.add(timer);
        return timer;
      },
      clearTimeout: (timer: ReturnType<typeof setTimeout>) => {
        live.delete(timer);
        clearTimeout(timer);
      },
    });
  }

  [Symbol.dispose](): void {
    Object.assign(globalThis, this.#real);
  }
}

/** A signal that counts its listeners. */
function countedSignal(): { signal: AbortSignal; count: () => number } {
  const { signal } = new AbortController();
  let count = 0;
  for (const [name, by] of [["add", 1], ["remove", -1]] as const) {
    const method = `${name}EventListener` as const;
    const real = signal[method].bind(signal);
    signal[method] = (type: string, listener: EventListener) => {
      count += by;
      real(type, listener);
    };
  }
  return { signal, count: () => count };
}

describe("leases", () => {
  it("leave no timer and no listener behind, however many come and go", async () => {
    using storage = new InMemoryStorage({ sweepInterval: Infinity });
    using timers = new Timers();
    const leases = new Leases({ storage });
    const { signal, count } = countedSignal();
    for (let i = 0; i < 50; i++) {
      const held = await Promise.all(
        Array.from(
          { length: 200 },
          (_, j) => leases.acquire(String(j % 100), { wait: 0, signal }),
        ),
      );
      assertEquals(timers.live.size, 1);
      await Promise.all(held.map((lease) => lease?.release()));
      assertEquals([timers.live.size, count()], [0, 0]);
    }
  });

  it("that are waited for leave none either", async () => {
    using storage = new InMemoryStorage({ sweepInterval: Infinity });
    using timers = new Timers();
    const leases = new Leases({ storage });
    const { signal, count } = countedSignal();
    await Promise.all(
      Array.from({ length: 500 }, async () => {
        await using _lease = await leases.acquire("k", { signal });
      }),
    );
    assertEquals([timers.live.size, count()], [0, 0]);
    // The timer of one that is lost is its last.
    const lost = await leases.acquire("k", { ttl: 20 });
    storage.flushall();
    while (!lost!.signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assertEquals(timers.live.size, 0);
  });
});
