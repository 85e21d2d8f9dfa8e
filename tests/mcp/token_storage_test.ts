/** The token storage for FastMCP, on every backend. */

import { InMemoryStorage, setStorageBackend } from "@mayfly/store";
import { createTokenStorage } from "@mayfly/store/mcp";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";
import { describeOnEvery } from "../suites/backend/backends.ts";

describeOnEvery("createTokenStorage", (opened) => {
  const make = () => createTokenStorage({ storage: opened().backend });

  it("returns a value as it was saved, as JSON", async () => {
    const tokens = make();
    const values = [
      { accessToken: "ä\u0000\ud800", scope: ["a", "b"], expiresIn: 1.5 },
      "text",
      0,
      false,
      [],
    ];
    for (const value of values) {
      await tokens.save("k", value);
      assertEquals(await tokens.get("k"), value);
    }
    assertEquals(await opened().backend.ttl("token:k"), -1);
  });

  it("returns null for a miss", async () => {
    const tokens = make();
    assertEquals(await tokens.get("none"), null);
    assertEquals(await tokens.take("none"), null);
    await tokens.delete("none");
    await tokens.save("k", 1);
    await tokens.delete("k");
    assertEquals(await tokens.get("k"), null);
    await tokens.cleanup();
  });

  it("keeps a token for a TTL in seconds, with fractions", async () => {
    const tokens = make();
    for (
      const [seconds, ms] of [[60, 60_000], [0.5, 500], [1e-9, 1]] as const
    ) {
      await tokens.save("k", 1, seconds);
      const left = await opened().backend.pttl("token:k");
      assert(left <= ms && left !== -1, `${left} ms left of ${ms}`);
    }
    await tokens.save("k", 1, 60);
    assert(await opened().backend.pttl("token:k") > 50_000);
    await tokens.save("k", 1);
    assertEquals(await opened().backend.pttl("token:k"), -1);
  });

  it("gives a token to exactly one of many takers, on two connections", async () => {
    const both = [opened().backend, opened().connect()].map((storage) =>
      createTokenStorage({ storage })
    );
    for (let round = 0; round < 20; round++) {
      await both[0]!.save("code", { round });
      const taken = await Promise.all(
        Array.from({ length: 20 }, (_, i) => both[i % 2]!.take("code")),
      );
      assertEquals(taken.filter((value) => value !== null), [{ round }]);
    }
  });

  it("treats foreign text as a miss, and separates prefixes", async () => {
    await opened().backend.set("token:k", "no JSON");
    assertEquals(await make().get("k"), null);
    const other = createTokenStorage({
      storage: opened().backend,
      prefix: "other:",
    });
    await other.save("k", 1);
    assertEquals(await make().get("k"), null);
    assertEquals(await opened().backend.get("other:k"), "1");
  });

  it("keeps a value with a TTL of 0 for ever, as FastMCP's own storages do", async () => {
    const tokens = make();
    await tokens.save("k", 1, 0);
    assertEquals(await tokens.get("k"), 1);
    assertEquals(await opened().backend.pttl("token:k"), -1);
  });

  it("refuses values that are not JSON, and does not show them", async () => {
    // deno-lint-ignore no-explicit-any
    const tokens = make() as any;
    const cycle: Record<string, unknown> = { secret: "hunter2" };
    cycle.self = cycle;
    for (
      const value of [undefined, () => "hunter2", Symbol("hunter2"), 7n, cycle]
    ) {
      const error = await assertRejects(
        () => tokens.save("k", value),
        TypeError,
        'Cannot save the token: "value" must be JSON',
      );
      assert(!/hunter2|7/.test(error.message), error.message);
    }
    // Half a surrogate pair would be stored as another key, which may be a secret.
    for (const method of ["get", "take", "delete", "save"]) {
      await assertRejects(
        () => tokens[method]("hunter2\ud800", 1),
        RangeError,
        '"key" must have no half of a surrogate pair: received a string',
      );
    }
    for (const ttl of [-1, NaN, Infinity]) {
      await assertRejects(() => tokens.save("k", 1, ttl), RangeError, '"ttl"');
    }
    await assertRejects(() => tokens.save("k", 1, "60"), TypeError, '"ttl"');
    for (const method of ["get", "take", "delete"]) {
      await assertRejects(() => tokens[method](1), TypeError, '"key" must be');
    }
    assertEquals(await tokens.get("k"), null);
  });
});

describe("createTokenStorage", () => {
  it("expires a token after its TTL", async () => {
    using time = new FakeTime();
    using storage = new InMemoryStorage();
    const tokens = createTokenStorage({ storage });
    await tokens.save("k", 1, 10);
    time.tick(9_999);
    assertEquals(await tokens.get("k"), 1);
    time.tick(1);
    assertEquals(await tokens.take("k"), null);
  });

  it("looks the default backend up at each call", async () => {
    const tokens = createTokenStorage();
    using storage = new InMemoryStorage();
    try {
      setStorageBackend(storage);
      await tokens.save("k", 1);
      assertEquals(storage.get("token:k"), "1");
    } finally {
      setStorageBackend(undefined);
    }
    assertEquals(await tokens.get("k"), null);
  });

  it("refuses unknown options", () => {
    // deno-lint-ignore no-explicit-any
    const make = createTokenStorage as any;
    for (
      const options of [null, 1, "x", [], { prefix: 1 }, { storage: 1 }, {
        ttl: 1,
      }]
    ) {
      assertThrows(() => make(options), TypeError, "make the token storage");
    }
  });
});
