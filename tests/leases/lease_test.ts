import {
  InMemoryStorage,
  setStorageBackend,
  StorageError,
} from "@mayfly/store";
import { type Lease, LeaseLostError, Leases } from "@mayfly/store/lease";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  connect,
  FakeClock,
  gate,
  mortal,
  settle,
  type Wire,
} from "./_support.ts";

const TTL = 3000;

async function acquired(lease: Promise<Lease | undefined>): Promise<Lease> {
  const result = await lease;
  assert(result, "Somebody else has it");
  return result;
}

describe("Leases.acquire", () => {
  it("gives a key to one at a time", async () => {
    using storage = new InMemoryStorage();
    const [a, b] = [new Leases({ storage }), new Leases({ storage })];
    const lease = await acquired(a.acquire("k"));
    assertEquals(lease.key, "k");
    assertEquals(await b.acquire("k", { wait: 0 }), undefined);
    const other = await acquired(b.acquire("other", { wait: 0 }));
    const [inTurn] = await Promise.all([b.acquire("k"), lease.release()]);
    assert(inTurn!.fence > lease.fence);
    assertEquals(await lease.release(), false);
    assertEquals(await other.release(), true);
    assertEquals(await inTurn!.release(), true);
    assertEquals(lease.signal.aborted, false);
  });

  it("releases at the end of a block", async () => {
    using storage = new InMemoryStorage();
    const leases = new Leases({ storage });
    {
      await using _lease = await leases.acquire("k");
      assertEquals(await leases.acquire("k", { wait: 0 }), undefined);
    }
    await acquired(leases.acquire("k", { wait: 0 })).then((l) => l.release());
  });

  it("keeps nothing but the counter of fences, for a day", async () => {
    using storage = new InMemoryStorage();
    const leases = new Leases({ storage, ttl: 1 });
    for (let i = 0; i < 3; i++) {
      await (await leases.acquire("k"))?.release();
    }
    assertEquals(storage.dbsize(), 1);
    const [key] = storage.keys("*");
    assert(storage.pttl(key!) > 23 * 3_600_000);
  });

  it("looks up the backend of the process at each call", async () => {
    const leases = new Leases();
    using one = new InMemoryStorage();
    using two = new InMemoryStorage();
    try {
      setStorageBackend(one);
      const first = await acquired(leases.acquire("k"));
      setStorageBackend(two);
      const second = await acquired(leases.acquire("k", { wait: 0 }));
      assertEquals([await first.release(), await second.release()], [
        true,
        true,
      ]);
    } finally {
      setStorageBackend(undefined);
    }
  });

  it("refuses what it cannot use", async () => {
    using storage = new InMemoryStorage();
    const leases = new Leases({ storage });
    for (const ttl of [0, -1, NaN, Infinity]) {
      assertThrows(() => new Leases({ ttl }), RangeError, '"ttl"');
      await assertRejects(() => leases.acquire("k", { ttl }), RangeError);
    }
    for (const wait of [-1, NaN]) {
      await assertRejects(() => leases.acquire("k", { wait }), RangeError);
    }
    const half = "\ud800";
    await assertRejects(() => leases.acquire(half), RangeError);
    assertThrows(() => new Leases({ prefix: half }), RangeError);
    const wrong = { wait: "1", ttl: "1", signal: {}, other: 1 };
    for (const [name, value] of Object.entries(wrong)) {
      await assertRejects(
        () => leases.acquire("k", { [name]: value }),
        TypeError,
        `"${name}"`,
      );
    }
    await assertRejects(() => leases.acquire(1 as never), TypeError);
    assertThrows(() => new Leases({ storage: {} as never }), TypeError);
    assertEquals(storage.dbsize(), 0);
  });

  it("waits as long as it is told, and no longer", async () => {
    using clock = new FakeClock();
    using storage = new InMemoryStorage();
    const leases = new Leases({ storage, ttl: TTL });
    const lease = await acquired(leases.acquire("k"));
    const waiting = leases.acquire("k", { wait: 500 });
    let answered = false;
    waiting.then(() => answered = true);
    await clock.pass(499);
    assertEquals(answered, false);
    await clock.pass(3);
    assertEquals(await waiting, undefined);
    assertEquals(await lease.release(), true);
  });

  it("ends its waiting with the reason of the signal", async () => {
    using storage = new InMemoryStorage();
    const leases = new Leases({ storage });
    const lease = await acquired(leases.acquire("k"));
    const controller = new AbortController();
    const { signal } = controller;
    const reason = new Error("enough");
    const waiting = leases.acquire("k", { signal });
    controller.abort(reason);
    assertEquals(await assertRejects(() => waiting), reason);
    assertEquals(
      await assertRejects(() => leases.acquire("j", { signal })),
      reason,
    );
    assertEquals(await lease.release(), true);
    await acquired(leases.acquire("k", { wait: 0 })).then((l) => l.release());
  });

  it("gives back what it gets for a caller who has left", async () => {
    using storage = new InMemoryStorage();
    const { hold, open } = gate();
    const leases = new Leases({
      storage: connect(storage, { before: () => hold }),
    });
    const controller = new AbortController();
    const waiting = leases.acquire("k", { signal: controller.signal });
    controller.abort(new Error("enough"));
    await assertRejects(() => waiting, Error, "enough");
    open();
    await acquired(leases.acquire("k")).then((l) => l.release());
  });

  it("serves those of one process in their order, with one poller", async () => {
    using clock = new FakeClock();
    using storage = new InMemoryStorage();
    let commands = 0;
    const server = connect(storage, {
      before() {
        commands++;
      },
    });
    // Another process, which the others know nothing of.
    const lease = await acquired(
      new Leases({ storage: connect(storage), ttl: 60_000 }).acquire("k"),
    );
    const order: number[] = [];
    const all = Array.from({ length: 20 }, async (_, i) => {
      const lease = await new Leases({ storage: server }).acquire("k");
      order.push(i);
      await lease!.release();
    });
    await clock.pass(10_000, 10);
    // One a second, and the first ones.
    assert(commands < 40, `${commands} commands`);
    await lease.release();
    await clock.pass(2000, 10);
    await Promise.all(all);
    assertEquals(order, [...Array(20).keys()]);
  });

  it("answers who tries once although others wait", async () => {
    using storage = new InMemoryStorage();
    const leases = new Leases({ storage, ttl: 60_000 });
    const lease = await acquired(leases.acquire("k"));
    const waiting = leases.acquire("k");
    await settle();
    assertEquals(await leases.acquire("k", { wait: 0 }), undefined);
    await lease.release();
    await (await waiting)!.release();
  });

  it("begins again where the key was lost before the fence was drawn", async () => {
    using storage = new InMemoryStorage();
    const others = new Leases({ storage });
    let other: Lease | undefined;
    const leases = new Leases({
      storage: connect(storage, {
        async before(command) {
          if (command !== "eval" || other) return;
          storage.flushall();
          other = await others.acquire("k");
        },
      }),
    });
    assertEquals(await leases.acquire("k", { wait: 0 }), undefined);
    assertEquals(await other!.release(), true);
  });

  it("passes on what the backend throws", async () => {
    using storage = new InMemoryStorage();
    const wire: Wire = {
      before() {
        throw new Error("no server");
      },
    };
    const leases = new Leases({ storage: connect(storage, wire) });
    await assertRejects(() => leases.acquire("k"), Error, "no server");
    delete wire.before;
    await acquired(leases.acquire("k", { wait: 0 })).then((l) => l.release());
  });
});

describe("a lease", () => {
  it("is renewed as long as it is held", async () => {
    using clock = new FakeClock();
    using storage = new InMemoryStorage();
    const leases = new Leases({ storage, ttl: TTL });
    const lease = await acquired(leases.acquire("k"));
    await clock.pass(20 * TTL);
    assertEquals(lease.signal.aborted, false);
    assertEquals(await leases.acquire("k", { wait: 0 }), undefined);
    assertEquals(await lease.release(), true);
    await clock.pass(TTL);
    await acquired(leases.acquire("k", { wait: 0 })).then((l) => l.release());
  });

  it("is free a ttl after its owner has died", async () => {
    using clock = new FakeClock();
    using storage = new InMemoryStorage();
    const { client, die } = mortal(storage);
    await new Leases({ storage: client, ttl: TTL }).acquire("k");
    die();
    const next = new Leases({ storage, ttl: TTL }).acquire("k");
    await clock.pass(2 * TTL);
    assertEquals(await (await next)!.release(), true);
  });

  for (const state of ["gone", "another's"]) {
    it(`is lost when its key is ${state}`, async () => {
      using clock = new FakeClock();
      using storage = new InMemoryStorage();
      const leases = new Leases({ storage, ttl: TTL });
      const lease = await acquired(leases.acquire("k"));
      storage.flushall();
      const other = state === "gone"
        ? undefined
        : await new Leases({ storage, ttl: TTL }).acquire("k");
      await clock.pass(TTL / 2);
      assertInstanceOf(lease.signal.reason, LeaseLostError);
      assertEquals(lease.signal.reason.key, "k");
      assertEquals(await lease.release(), false);
      if (other) assertEquals(await other.release(), true);
    });
  }

  it("says in release that it is lost, though nobody had noticed", async () => {
    using storage = new InMemoryStorage();
    const leases = new Leases({ storage });
    const lease = await acquired(leases.acquire("k"));
    storage.flushall();
    const other = await acquired(new Leases({ storage }).acquire("k"));
    assertEquals(await lease.release(), false);
    assertInstanceOf(lease.signal.reason, LeaseLostError);
    assertEquals(await other.release(), true);
  });

  it("is lost before another can have it when the server answers no more", async () => {
    using clock = new FakeClock();
    using storage = new InMemoryStorage();
    const { client, die } = mortal(storage);
    const leases = new Leases({ storage: client, ttl: TTL });
    const lease = await acquired(leases.acquire("k"));
    const { signal } = lease;
    await clock.pass(1.2 * TTL);
    die();
    const events: string[] = [];
    signal.addEventListener("abort", () => events.push("aborted"));
    const released = lease.release().then((is) => events.push(String(is)));
    new Leases({ storage, ttl: TTL }).acquire("k")
      .then((lease) => {
        events.push("another's");
        return lease!.release();
      });
    await clock.pass(2 * TTL, 1);
    await released;
    assertEquals(events.at(-1), "another's");
    assertEquals(events.slice(0, 2).sort(), ["aborted", "false"]);
  });

  it("holds on while the server fails for a shorter time than the lease's", async () => {
    using clock = new FakeClock();
    using storage = new InMemoryStorage();
    let isDown = false;
    const leases = new Leases({
      storage: connect(storage, {
        before() {
          if (isDown) throw new StorageError("unavailable", "no server");
        },
      }),
      ttl: TTL,
    });
    const lease = await acquired(leases.acquire("k"));
    for (let i = 0; i < 5; i++) {
      isDown = true;
      await clock.pass(TTL / 2);
      isDown = false;
      await clock.pass(TTL / 6);
    }
    assertEquals(lease.signal.aborted, false);
    isDown = true;
    const released = lease.release();
    await clock.pass(TTL / 4);
    isDown = false;
    await clock.pass(TTL / 4);
    assertEquals(await released, true);
  });

  for (const hour of [3_600_000, -3_600_000]) {
    it(`knows nothing of a clock that is set by ${hour} ms`, async () => {
      using clock = new FakeClock();
      const { now } = Date;
      // The server has a clock of its own.
      using storage = new InMemoryStorage({ now: () => clock.time.now });
      const leases = new Leases({ storage: connect(storage), ttl: TTL });
      const waiter = new Leases({ storage: connect(storage), ttl: TTL });
      const lease = await acquired(leases.acquire("k"));
      const waiting = waiter.acquire("k", { wait: 10 * TTL });
      let isAnother = false;
      waiting.then(() => isAnother = true);
      try {
        globalThis.Date = class extends Date {
          static override now = () => now() + hour;
        } as DateConstructor;
        await clock.pass(5 * TTL);
        assertEquals([lease.signal.aborted, isAnother], [false, false]);
        const { fence } = lease;
        assertEquals(await lease.release(), true);
        await clock.pass(TTL);
        const next = await waiting;
        assert(next!.fence > fence);
        await next!.release();
      } finally {
        globalThis.Date = Object.getPrototypeOf(Date);
      }
    });
  }
});

describe("a command that is sent again after its reply was lost", () => {
  /** Leases whose client does a command twice, from a certain one on. */
  function resending(storage: InMemoryStorage, name: string, from: number) {
    let count = 0;
    const isTwice = (command: string) => command === name && ++count === from;
    return new Leases({ storage: connect(storage, { isTwice }) });
  }

  it("does not hide that the lease was acquired", async () => {
    using storage = new InMemoryStorage();
    const leases = resending(storage, "set", 1);
    const lease = await acquired(leases.acquire("k", { wait: 0 }));
    assertEquals(await lease.release(), true);
  });

  it("does not hide that the lease was released", async () => {
    using storage = new InMemoryStorage();
    // The first script is that of the fence.
    const leases = resending(storage, "eval", 2);
    const lease = await acquired(leases.acquire("k"));
    assertEquals(await lease.release(), true);
    assertEquals(lease.signal.aborted, false);
  });
});
