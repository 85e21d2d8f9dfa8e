import { InMemoryStorage, setStorageBackend } from "@mayfly/store";
import {
  HandleError,
  type HandleErrorReason,
  Handles,
} from "@mayfly/store/handles";
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";
import { TestServer } from "./journal/_server.ts";

/** Why a call on a handle fails. */
async function reasonOf(
  run: () => Promise<unknown>,
): Promise<HandleErrorReason> {
  const error = await assertRejects(run, HandleError);
  return error.reason;
}

const MALFORMED = [
  "",
  "handle",
  "a".repeat(44),
  "A".repeat(43),
  "A".repeat(1_000_000),
  "\0".repeat(44),
  "é".repeat(44),
  "__proto__",
  "../../etc/passwd",
  crypto.randomUUID(),
];

describe("Handles.mint", () => {
  it("makes a handle that does not show what it stands for", async () => {
    using storage = new InMemoryStorage();
    const handles = new Handles<string>({ storage });
    const handle = await handles.mint("secret", { owner: "ada" });
    assertMatch(handle, /^[A-Za-z0-9_-]{44}$/);
    assert(
      !atob(handle.replaceAll("-", "+").replaceAll("_", "/")).includes(
        "secret",
      ),
    );
    const [key] = storage.keys("*");
    assertMatch(key!, /^handle:[0-9a-f]{64}$/);
    assert(!key!.includes(handle));
    assert(!storage.get(key!)!.includes(handle));
  });

  it("makes another each time, in at least 128 bits", async () => {
    using _time = new FakeTime();
    using storage = new InMemoryStorage();
    const handles = new Handles<number>({ storage });
    const bits = Array.from({ length: 33 * 8 }, () => new Set<number>());
    for (let i = 0; i < 100; i++) {
      const text = await handles.mint(i);
      const bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
      bits.forEach((seen, bit) =>
        seen.add(bytes.charCodeAt(bit >> 3) >> (bit & 7) & 1)
      );
    }
    assertEquals(storage.dbsize(), 100);
    assert(bits.filter((seen) => seen.size === 2).length >= 128);
  });

  it("keeps any JSON", async () => {
    using storage = new InMemoryStorage();
    const handles = new Handles<
      null | boolean | number | string | (number | null)[] | { a?: string }
    >({ storage });
    for (
      const value of [
        null,
        true,
        false,
        0,
        -1.5,
        "",
        "é\ud800",
        [],
        [1, null],
        {},
        { a: "b" },
      ]
    ) {
      const handle = await handles.mint(value);
      assertEquals(await handles.read(handle), value);
    }
  });

  it("refuses what is no JSON before anything is sent", async () => {
    const server = new TestServer();
    const handles = new Handles<never>({ storage: server.connect() });
    const cycle: unknown[] = [];
    cycle.push({ cycle });
    let deep: unknown = null;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    for (
      const value of [
        undefined,
        1n,
        NaN,
        Infinity,
        Symbol("secret"),
        () => {},
        new Date(0),
        new Map(),
        new Uint8Array(2),
        Promise.resolve(1),
        { a: { b: 1n } },
        { a: () => {} },
        { toJSON: () => "x" },
        [undefined],
        new Array(2),
        cycle,
        deep,
      ]
    ) {
      const error = await assertRejects(
        () => handles.mint(value as never),
        TypeError,
        'Cannot mint a handle: "value" must be JSON: received ',
      );
      assert(!error.message.includes("secret"));
    }
    assertEquals(server.commands, 0);
  });

  it("keeps the same object in two places", async () => {
    using storage = new InMemoryStorage();
    const handles = new Handles<{ a: number[]; b: number[]; c?: undefined }>({
      storage,
    });
    const shared = [1];
    const handle = await handles.mint({ a: shared, b: shared, c: undefined });
    assertEquals(await handles.read(handle), { a: [1], b: [1] });
  });

  it("takes a ttl, a fraction of a millisecond rounded up", async () => {
    using _time = new FakeTime();
    using storage = new InMemoryStorage();
    const handles = new Handles<number>({ storage, ttl: 999.5, prefix: "h:" });
    const long = await handles.mint(1, { ttl: 5_000_000.2 });
    assertEquals(storage.pttl(storage.keys("h:*")[0]!), 5_000_001);
    await handles.revoke(long);
    await handles.mint(1);
    assertEquals(storage.pttl(storage.keys("h:*")[0]!), 1000);
  });

  it("lives for an hour by default", async () => {
    using time = new FakeTime();
    using storage = new InMemoryStorage();
    const handles = new Handles<number>({ storage });
    const handle = await handles.mint(1);
    time.tick(3_600_000 - 1);
    assertEquals(await handles.read(handle), 1);
    time.tick(1);
    assertEquals(await reasonOf(() => handles.read(handle)), "expired");
  });

  it("looks the shared backend up at each call", async () => {
    using first = new InMemoryStorage();
    using second = new InMemoryStorage();
    const handles = new Handles<number>();
    try {
      setStorageBackend(first);
      const handle = await handles.mint(1);
      setStorageBackend(second);
      assertEquals(await reasonOf(() => handles.read(handle)), "gone");
      setStorageBackend(first);
      assertEquals(await handles.read(handle), 1);
    } finally {
      setStorageBackend(undefined);
    }
  });
});

describe("A handle that is of no use", () => {
  it("is malformed, and nothing is sent", async () => {
    const server = new TestServer();
    const handles = new Handles<number>({ storage: server.connect() });
    for (const handle of MALFORMED) {
      assertEquals(await reasonOf(() => handles.read(handle)), "malformed");
      assertEquals(await reasonOf(() => handles.take(handle)), "malformed");
      assertEquals(
        await reasonOf(() => handles.update(handle, (n) => n)),
        "malformed",
      );
      assertEquals(await handles.revoke(handle), false);
    }
    assertEquals(server.commands, 0);
  });

  it("is a TypeError if it is no string", async () => {
    const handles = new Handles<number>({ storage: new InMemoryStorage() });
    for (const handle of [undefined, null, 5, {}, [], Symbol("s"), ["a"]]) {
      for (
        const run of [
          () => handles.read(handle as never),
          () => handles.take(handle as never),
          () => handles.update(handle as never, (n) => n),
          () => handles.revoke(handle as never),
        ]
      ) await assertRejects(run, TypeError, '"handle" must be a string');
    }
  });

  it("is gone when it was spent, revoked or lost", async () => {
    using storage = new InMemoryStorage();
    const handles = new Handles<number>({ storage });
    const spent = await handles.mint(1);
    await handles.take(spent);
    const revoked = await handles.mint(2);
    assertEquals(await handles.revoke(revoked), true);
    const lost = await handles.mint(3);
    storage.flushall();
    for (const handle of [spent, revoked, lost]) {
      assertEquals(await reasonOf(() => handles.read(handle)), "gone");
      assertEquals(await reasonOf(() => handles.take(handle)), "gone");
      assertEquals(await handles.revoke(handle), false);
    }
  });

  it("is expired past its time, spent or not", async () => {
    using time = new FakeTime();
    using storage = new InMemoryStorage();
    const handles = new Handles<number>({ storage, ttl: 1000 });
    const spent = await handles.mint(1);
    const left = await handles.mint(2);
    await handles.take(spent);
    time.tick(1000);
    for (const handle of [spent, left]) {
      assertEquals(await reasonOf(() => handles.read(handle)), "expired");
      assertEquals(await reasonOf(() => handles.take(handle)), "expired");
      assertEquals(await handles.revoke(handle), false);
    }
  });

  it("is expired even where the backend has kept it", async () => {
    using time = new FakeTime();
    using storage = new InMemoryStorage();
    const handles = new Handles<number>({ storage, ttl: 1000 });
    const handle = await handles.mint(1);
    storage.persist(storage.keys("*")[0]!);
    time.tick(1000);
    assertEquals(await reasonOf(() => handles.read(handle)), "expired");
  });

  it("is gone when a bit of it was changed, of its time too", async () => {
    using storage = new InMemoryStorage();
    const handles = new Handles<number>({ storage });
    const handle = await handles.mint(1);
    const alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (let i = 0; i < handle.length; i++) {
      const digit = alphabet.indexOf(handle[i]!);
      for (let bit = 1; bit < 64; bit *= 2) {
        const forged = handle.slice(0, i) + alphabet[digit ^ bit] +
          handle.slice(i + 1);
        assertNotEquals(forged, handle);
        await assertRejects(() => handles.read(forged), HandleError);
        await assertRejects(() => handles.take(forged), HandleError);
        assertEquals(await handles.revoke(forged), false);
      }
    }
    assertEquals(await handles.read(handle), 1);
  });

  it("does not hold the handle in its message", async () => {
    const handles = new Handles<number>({ storage: new InMemoryStorage() });
    const handle = await handles.mint(1);
    await handles.revoke(handle);
    const error = await assertRejects(() => handles.take(handle), HandleError);
    assertEquals(error.message, "Cannot take the handle: it is gone");
    assertEquals(error.name, "HandleError");
  });

  it("is gone where the backend holds something else", async () => {
    using storage = new InMemoryStorage();
    const handles = new Handles<number>({ storage });
    const handle = await handles.mint(1);
    storage.set(storage.keys("*")[0]!, "no JSON");
    assertEquals(await reasonOf(() => handles.read(handle)), "gone");
  });
});

describe("The owner of a handle", () => {
  it("alone can use it", async () => {
    using storage = new InMemoryStorage();
    const handles = new Handles<number>({ storage });
    const owners = [
      "ada",
      "bob",
      "ada ",
      "Ada",
      "\ud800",
      "\ud801",
      "\ufffd",
      '"',
      "é",
    ];
    const minted = new Map<string, string>();
    for (const [i, owner] of owners.entries()) {
      minted.set(owner, await handles.mint(i, { owner }));
    }
    const free = await handles.mint(-1);
    for (const [i, owner] of owners.entries()) {
      const handle = minted.get(owner)!;
      for (
        const other of [undefined, ...owners].filter((name) => name !== owner)
      ) {
        const as = { owner: other };
        assertEquals(await reasonOf(() => handles.read(handle, as)), "gone");
        assertEquals(await reasonOf(() => handles.take(handle, as)), "gone");
        assertEquals(await handles.revoke(handle, as), false);
      }
      assertEquals(await reasonOf(() => handles.read(free, { owner })), "gone");
      assertEquals(await handles.take(handle, { owner }), i);
    }
    assertEquals(await handles.take(free), -1);
  });

  it("is a string that is not empty", async () => {
    const handles = new Handles<number>({ storage: new InMemoryStorage() });
    const handle = await handles.mint(1);
    for (
      const run of [
        (owner: never) => handles.mint(1, { owner }),
        (owner: never) => handles.read(handle, { owner }),
        (owner: never) => handles.take(handle, { owner }),
        (owner: never) => handles.update(handle, (n) => n, { owner }),
        (owner: never) => handles.revoke(handle, { owner }),
      ]
    ) {
      await assertRejects(
        () => run("" as never),
        RangeError,
        '"owner" must not be empty',
      );
      for (const owner of [null, 5, {}, []]) {
        await assertRejects(
          () => run(owner as never),
          TypeError,
          '"owner" must be a string',
        );
      }
    }
    assertEquals(await handles.read(handle), 1);
  });
});

describe("Handles with other options", () => {
  it("do not see handles of another prefix", async () => {
    using storage = new InMemoryStorage();
    const some = new Handles<number>({ storage, prefix: "a:" });
    const others = new Handles<number>({ storage, prefix: "b:" });
    const handle = await some.mint(1);
    assertEquals(await reasonOf(() => others.take(handle)), "gone");
    assertEquals(await others.revoke(handle), false);
    assertEquals(await some.take(handle), 1);
  });

  it("slide: a read starts the time again", async () => {
    using time = new FakeTime();
    using storage = new InMemoryStorage();
    const handles = new Handles<number>({ storage, ttl: 1000, sliding: true });
    const handle = await handles.mint(1);
    const short = await handles.mint(2, { ttl: 500 });
    for (let i = 0; i < 5; i++) {
      time.tick(499);
      assertEquals(await handles.read(handle), 1);
      assertEquals(await handles.read(short), 2);
    }
    time.tick(500);
    assertEquals(await reasonOf(() => handles.read(short)), "expired");
    time.tick(499);
    assertEquals(await handles.read(handle), 1);
    time.tick(1000);
    assertEquals(await reasonOf(() => handles.read(handle)), "expired");
  });

  it("do not slide by default", async () => {
    using time = new FakeTime();
    using storage = new InMemoryStorage();
    const handles = new Handles<number>({ storage, ttl: 1000 });
    const handle = await handles.mint(1);
    time.tick(999);
    assertEquals(await handles.read(handle), 1);
    time.tick(1);
    assertEquals(await reasonOf(() => handles.read(handle)), "expired");
  });

  it("refuse options that are none", () => {
    const bad: [unknown, typeof TypeError | typeof RangeError][] = [
      [null, TypeError],
      ["x", TypeError],
      [[], TypeError],
      [{ tll: 5 }, TypeError],
      [{ ttl: "5" }, TypeError],
      [{ ttl: 0 }, RangeError],
      [{ ttl: -1 }, RangeError],
      [{ ttl: NaN }, RangeError],
      [{ ttl: Infinity }, RangeError],
      [{ prefix: 5 }, TypeError],
      [{ sliding: "yes" }, TypeError],
      [{ storage: "redis://" }, TypeError],
      [{ storage: {} }, TypeError],
      [{ storage: null }, TypeError],
    ];
    for (const [options, kind] of bad) {
      assertThrows(
        () => new Handles(options as never),
        kind,
        "Cannot make the handles",
      );
    }
  });

  it("refuse a ttl of a handle that is none", async () => {
    const handles = new Handles<number>({ storage: new InMemoryStorage() });
    for (const ttl of [0, -1, NaN, Infinity]) {
      await assertRejects(
        () => handles.mint(1, { ttl }),
        RangeError,
        '"ttl" must be',
      );
    }
    await assertRejects(
      () => handles.mint(1, { ttl: "5" as never }),
      TypeError,
    );
    await assertRejects(
      () => handles.mint(1, { tll: 5 } as never),
      TypeError,
      '"tll"',
    );
  });
});

describe("Handles on a backend that fails", () => {
  it("pass on what it throws", async () => {
    for (const fails of ["set", "get", "getdel", "del", "getex"]) {
      const server = new TestServer();
      let broken = false;
      const storage = server.connect((name) => {
        if (broken && name === fails) throw new Error("LOADING");
      });
      const sliding = fails === "getex";
      const handles = new Handles<number>({ storage, sliding });
      const handle = await handles.mint(1);
      broken = true;
      await assertRejects(
        () =>
          fails === "set"
            ? handles.mint(1)
            : fails === "getdel"
            ? handles.take(handle)
            : fails === "del"
            ? handles.revoke(handle)
            : handles.read(handle),
        Error,
        "LOADING",
      );
    }
  });

  it("give a handle to one of many that take it", async () => {
    const server = new TestServer(Math.random);
    const mint = new Handles<number>({ storage: server.connect() });
    const handle = await mint.mint(7);
    const taken = await Promise.allSettled(
      Array.from(
        { length: 20 },
        () => new Handles<number>({ storage: server.connect() }).take(handle),
      ),
    );
    assertEquals(
      taken.filter(({ status }) => status === "fulfilled").length,
      1,
    );
  });
});
