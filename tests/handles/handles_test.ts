import { InMemoryStorage, setStorageBackend } from "@mayfly/store";
import { HandleError, Handles } from "@mayfly/store/handles";
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";
import { TestServer } from "../backend/journal/_server.ts";
import { reasonOf } from "./_reason.ts";

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
  it("returns a handle that does not contain the value", async () => {
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

  it("returns a different handle each time, with at least 128 random bits", async () => {
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

  it("refuses a value that is not JSON before anything is sent", async () => {
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

  it("stores an object that occurs twice in the value", async () => {
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

  it("sets a TTL of an hour by default", async () => {
    using time = new FakeTime();
    using storage = new InMemoryStorage();
    const handles = new Handles<number>({ storage });
    const handle = await handles.mint(1);
    time.tick(3_600_000 - 1);
    assertEquals(await handles.read(handle), 1);
    time.tick(1);
    assertEquals(await reasonOf(() => handles.read(handle)), "expired");
  });

  it("looks the default backend up at each call", async () => {
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

describe("A handle that is not valid", () => {
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

  it("throws a TypeError if it is not a string", async () => {
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

  it('is "gone" after it was taken, revoked or lost', async () => {
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

  it('is "expired" after its TTL, taken or not', async () => {
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

  it("does not depend on the reader's clock", async () => {
    const backend = new InMemoryStorage({ now: () => 1_000_000 });
    using time = new FakeTime(1_000_000);
    const handles = new Handles<number>({ storage: backend, ttl: 1000 });
    const [read, taken, revoked] = [
      await handles.mint(1),
      await handles.mint(2),
      await handles.mint(3),
    ];
    time.tick(600_000);
    assertEquals(await handles.read(read), 1);
    assertEquals(await handles.update(read, (n) => n + 1), 2);
    assertEquals(await handles.take(taken), 2);
    assertEquals(await handles.revoke(revoked), true);
    for (const handle of [taken, revoked]) {
      assertEquals(await reasonOf(() => handles.read(handle)), "expired");
    }
  });

  it('is "gone" if any bit of it was changed', async () => {
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

  it("is not shown in the error", async () => {
    const handles = new Handles<number>({ storage: new InMemoryStorage() });
    const handle = await handles.mint(1);
    await handles.revoke(handle);
    const error = await assertRejects(() => handles.take(handle), HandleError);
    assertEquals(error.message, "Cannot take the handle: it is gone");
    assertEquals(error.name, "HandleError");
  });

  it('is "gone" if the backend has something else under its key', async () => {
    using storage = new InMemoryStorage();
    const handles = new Handles<number>({ storage });
    const handle = await handles.mint(1);
    storage.set(storage.keys("*")[0]!, "no JSON");
    assertEquals(await reasonOf(() => handles.read(handle)), "gone");
  });
});
