import { InMemoryStorage } from "@mayfly/store";
import { CollectionValueError } from "@mayfly/store/collection";
import {
  Once,
  OnceConflictError,
  type OnceOptions,
  OnceUnknownError,
} from "@mayfly/store/once";
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

const LEASE = 3000;
const TTL = 60_000;

/** An effect that counts how often it was done, each time when it is let. */
class Effect {
  count = 0;
  failure: Error | undefined;
  hold: Promise<unknown> = Promise.resolve();

  readonly run = async (): Promise<number> => {
    await this.hold;
    if (this.failure) throw this.failure;
    return ++this.count;
  };
}

function onceOf(
  storage: OnceOptions<number>["storage"],
  options: OnceOptions<number> = {},
): Once<number> {
  return new Once("o", { storage, ttl: TTL, lease: LEASE, ...options });
}

describe("Once.run", () => {
  it("runs an effect once, at the same moment and later", async () => {
    using clock = new FakeClock();
    using storage = new InMemoryStorage();
    const [a, b] = [onceOf(connect(storage)), onceOf(connect(storage))];
    const { run } = new Effect();
    const all = Promise.all([a, a, b, b, a].map((once) => once.run("k", run)));
    await clock.pass(LEASE);
    assertEquals(await all, [1, 1, 1, 1, 1]);
    assertEquals(await a.run("other", run), 2);
    clock.time.tick(TTL - LEASE - 1);
    assertEquals(await b.run("k", run), 1);
    clock.time.tick(1);
    assertEquals(await b.run("k", run), 3);
  });

  it("keeps undefined, null and whatever is JSON", async () => {
    using storage = new InMemoryStorage();
    const once = new Once<unknown>("o", { storage });
    const values = [undefined, null, 0, "", [1], { a: { b: null } }];
    for (const [i, value] of values.entries()) {
      const { run, count } = { run: () => value, count: i };
      assertEquals(await once.run(`k${count}`, run), value);
      assertEquals(await once.run(`k${count}`, () => "again"), value);
    }
  });

  it("costs one GET when it was run", async () => {
    using storage = new InMemoryStorage();
    const commands: string[] = [];
    const once = onceOf(connect(storage, {
      before: (command) => void commands.push(command),
    }));
    await once.run("k", () => 1);
    commands.length = 0;
    await once.run("k", () => 2);
    assertEquals(commands, ["get"]);
  });

  it("gives what an effect throws to its caller; the others try in turn", async () => {
    using clock = new FakeClock();
    using storage = new InMemoryStorage();
    const [a, b] = [onceOf(connect(storage)), onceOf(connect(storage))];
    const failing = new Effect();
    const { hold, open } = gate();
    failing.hold = hold;
    failing.failure = new Error("nothing was done");
    const failed = assertRejects(() => a.run("k", failing.run));
    await settle();
    const { run } = new Effect();
    const others = Promise.all([a, b, a].map((once) => once.run("k", run)));
    await settle();
    open();
    assertEquals(await failed, failing.failure);
    await clock.pass(2 * LEASE);
    assertEquals(await others, [1, 1, 1]);
    const throwing = () => {
      throw failing.failure;
    };
    await assertRejects(() => a.run("j", throwing), Error, "nothing");
    assertEquals(await a.run("j", () => 5), 5);
  });

  it("refuses another input, and runs nothing", async () => {
    using storage = new InMemoryStorage();
    const once = onceOf(storage);
    const { run } = new Effect();
    const input = { to: "secret", lines: [1, { b: 2, a: undefined, c: -0 }] };
    await once.run("k", run, { input });
    const same = { lines: [1, { c: 0, b: 2 }], to: "secret" };
    assertEquals(await once.run("k", run, { input: same }), 1);
    const others = [{ to: "bob" }, undefined, null, [], "", { ...same, x: 1 }];
    for (const input of others) {
      const error = await assertRejects(
        () => once.run("k", run, { input }),
        OnceConflictError,
      );
      assertEquals(error.key, "k");
    }
    await once.run("j", run);
    await assertRejects(
      () => once.run("j", run, { input: 1 }),
      OnceConflictError,
    );
    // At once, while it is under way.
    const { hold, open } = gate();
    const slow = once.run("slow", () => hold.then(() => 7), { input: 1 });
    await settle();
    await assertRejects(
      () => onceOf(storage).run("slow", run, { input: 2 }),
      OnceConflictError,
    );
    open();
    assertEquals(await slow, 7);
    await assertRejects(
      () => once.run("k", run, { input: new Date() as never }),
      TypeError,
      '"input"',
    );
    for (const key of storage.keys("*")) {
      assert(!storage.get(key)!.includes("secret"));
    }
  });

  it("waits as long as it is told, and no longer", async () => {
    using clock = new FakeClock();
    using storage = new InMemoryStorage();
    const once = onceOf(connect(storage));
    const { hold, open } = gate();
    const slow = once.run("k", () => hold.then(() => 1), { wait: 0 });
    await settle();
    for (const other of [once, onceOf(connect(storage))]) {
      const waiting = assertRejects(
        () => other.run("k", () => 2, { wait: 500 }),
        DOMException,
      );
      const atOnce = assertRejects(
        () => other.run("k", () => 2, { wait: 0 }),
        DOMException,
      );
      const controller = new AbortController();
      const aborted = assertRejects(
        () => other.run("k", () => 2, { signal: controller.signal }),
        Error,
        "enough",
      );
      await settle();
      controller.abort(new Error("enough"));
      await aborted;
      assertEquals((await atOnce).name, "TimeoutError");
      await clock.pass(501);
      assertEquals((await waiting).name, "TimeoutError");
    }
    open();
    assertEquals(await slow, 1);
  });

  it("ends its waiting when the signal is aborted during a command", async () => {
    using storage = new InMemoryStorage();
    const [effect, command] = [gate(), gate()];
    const wire: Wire = {};
    const once = onceOf(connect(storage, wire));
    const slow = once.run("k", () => effect.hold.then(() => 1));
    await settle();
    wire.before = () => command.hold;
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = once.run("k", () => 2, { signal });
    controller.abort(new Error("enough"));
    command.open();
    await assertRejects(() => waiting, Error, "enough");
    effect.open();
    assertEquals(await slow, 1);
  });

  it("keeps the mark of an effect that takes longer than the ttl", async () => {
    using clock = new FakeClock();
    using storage = new InMemoryStorage();
    const [a, b] = [1, 2].map(() => onceOf(connect(storage), { ttl: 1000 }));
    const { hold, open } = gate();
    const { run } = new Effect();
    const slow = a!.run("k", () => hold.then(run));
    await settle();
    const waiting = b!.run("k", run);
    await clock.pass(10 * LEASE);
    open();
    await clock.pass(900);
    assertEquals([await slow, await waiting], [1, 1]);
  });

  it("refuses what it cannot use", async () => {
    using storage = new InMemoryStorage();
    for (const ttl of [0, -1, NaN, Infinity]) {
      assertThrows(() => onceOf(storage, { ttl }), RangeError, '"ttl"');
      assertThrows(() => onceOf(storage, { lease: ttl }), RangeError);
    }
    assertThrows(() => new Once(""), RangeError, '"name"');
    const once = onceOf(storage);
    await assertRejects(() => once.run("\ud800", () => 1), RangeError);
    await assertRejects(() => once.run("k", 1 as never), TypeError);
    await assertRejects(
      () => once.run("k", () => 1, { wait: -1 }),
      RangeError,
      '"wait"',
    );
    await assertRejects(() => once.forget(1 as never), TypeError);
    assertEquals(storage.dbsize(), 0);
  });
});

describe("an effect of which nobody knows whether it was done", () => {
  async function assertUnknown(once: Once<number>, key = "k"): Promise<void> {
    const error = await assertRejects(
      () => once.run(key, () => 99),
      OnceUnknownError,
    );
    assertEquals(error.key, key);
  }

  it("is one whose process has died", async () => {
    using clock = new FakeClock();
    using storage = new InMemoryStorage();
    const { die, client } = mortal(storage);
    const effect = new Effect();
    onceOf(client).run("k", () => {
      die();
      return effect.run();
    });
    await settle();
    const once = onceOf(storage);
    const waiting = assertUnknown(once);
    await clock.pass(2 * LEASE);
    await waiting;
    await assertUnknown(onceOf(connect(storage)));
    assertEquals(effect.count, 1);
    assertEquals(await once.forget("k"), true);
    assertEquals(await once.forget("k"), false);
    assertEquals(await once.run("k", effect.run), 2);
  });

  it("may be run again when its ttl is over", async () => {
    using clock = new FakeClock();
    using storage = new InMemoryStorage();
    const { die, client } = mortal(storage);
    onceOf(client).run("k", () => {
      die();
      return 1;
    });
    await clock.pass(TTL + LEASE, LEASE);
    assertEquals(await onceOf(storage).run("k", () => 2), 2);
  });

  it("is one that lost its lease, for its own caller, too", async () => {
    using clock = new FakeClock();
    using storage = new InMemoryStorage();
    for (const outcome of ["answers", "throws"]) {
      const { freeze, client } = mortal(storage);
      const { hold, open } = gate();
      const cause = new Error("aborted");
      let aborted = false;
      const frozen = onceOf(client).run(outcome, async ({ signal }) => {
        freeze(hold);
        signal.addEventListener("abort", () => aborted = true);
        await hold;
        if (outcome === "throws") throw cause;
        return 1;
      });
      const failed = assertRejects(() => frozen, OnceUnknownError);
      await settle();
      const waiting = assertUnknown(onceOf(storage), outcome);
      await clock.pass(2 * LEASE);
      await waiting;
      assert(aborted);
      open();
      const error = await failed;
      if (outcome === "throws") assertEquals(error.cause, cause);
      await assertUnknown(onceOf(storage), outcome);
    }
  });

  it("is one that says so", async () => {
    using storage = new InMemoryStorage();
    const once = onceOf(storage);
    const error = new OnceUnknownError("k", { cause: "no answer" });
    assertEquals(
      await assertRejects(() => once.run("k", () => Promise.reject(error))),
      error,
    );
    await assertUnknown(once);
  });

  it("is one whose answer cannot be kept, once its caller was told", async () => {
    using storage = new InMemoryStorage();
    const once = new Once<number>("o", {
      storage,
      schema: {
        "~standard": {
          version: 1,
          vendor: "test",
          validate: (value) =>
            typeof value === "number"
              ? { value }
              : { issues: [{ message: "no number" }] },
        },
      },
    });
    const bad = ["text", undefined, new Date()];
    for (const [i, value] of bad.entries()) {
      await assertRejects(
        () => once.run(`k${i}`, () => value as never),
        CollectionValueError,
      );
      await assertUnknown(once, `k${i}`);
    }
  });

  it("is one whose answer was lost on the way", async () => {
    using clock = new FakeClock();
    using storage = new InMemoryStorage();
    let isDown = false;
    const server = connect(storage, {
      before() {
        if (isDown) throw new Error("no server");
      },
    });
    const failed = assertRejects(
      () =>
        onceOf(server).run("k", () => {
          isDown = true;
          return 1;
        }),
      OnceUnknownError,
    );
    await clock.pass(LEASE);
    const error = await failed;
    assertInstanceOf(error.cause, Error);
    isDown = false;
    const waiting = assertUnknown(onceOf(server));
    await clock.pass(LEASE);
    await waiting;
  });

  it("is one under whose key lies something else", async () => {
    using storage = new InMemoryStorage();
    const once = onceOf(storage);
    await once.run("k", () => 1);
    const key = storage.keys("*").find((key) => storage.get(key)![0] === "=")!;
    for (const junk of ["", "junk", "=", "*:1", "\u{1f600}:"]) {
      storage.set(key, junk);
      await assertUnknown(once);
    }
    storage.set(key, "=:{");
    await assertRejects(() => once.run("k", () => 1), CollectionValueError);
  });
});

describe("a forgotten effect", () => {
  it("that is under way gives its caller the answer, and keeps nothing", async () => {
    using storage = new InMemoryStorage();
    const once = onceOf(storage);
    const { hold, open } = gate();
    const slow = once.run("k", () => hold.then(() => 1));
    await settle();
    assertEquals(await once.forget("k"), true);
    const next = once.run("k", () => 2);
    open();
    assertEquals([await slow, await next], [1, 2]);
  });
});
