import { InMemoryStorage } from "@mayfly/store";
import { Handles } from "@mayfly/store/handles";
import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";
import { assertRefusesOptions } from "../backend/_bad_options.ts";
import { TestServer } from "../backend/journal/_server.ts";
import { reasonOf } from "./_reason.ts";

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

  it("must be a string that is not empty", async () => {
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

  it("slide: a read restarts the TTL", async () => {
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

  it("refuse invalid options", () => {
    assertRefusesOptions(
      (options) => new Handles(options),
      "make the handles",
      [[{ sliding: "yes" }, TypeError]],
    );
  });

  it("refuse an invalid TTL of a handle", async () => {
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
  it("pass its errors on", async () => {
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

  it("give a handle to exactly one of many takers", async () => {
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
