/** The request state, on every backend, and as the SDK's server uses it. */

import { InMemoryStorage } from "@mayfly/store";
import { createRequestState, type RequestContext } from "@mayfly/store/mcp";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";
import { assertRefusesOptions } from "../backend/_bad_options.ts";
import { describeOnEvery } from "../suites/backend/backends.ts";

function from(clientId: string): RequestContext {
  const authInfo = { clientId };
  return { mcpReq: { method: "tools/call" }, http: { authInfo } };
}

const ctx: RequestContext = { mcpReq: { method: "tools/call" } };

describeOnEvery("createRequestState", (opened) => {
  it("returns a payload, also on another connection", async () => {
    const state = createRequestState<unknown>({ storage: opened().backend });
    const other = createRequestState<unknown>({ storage: opened().connect() });
    for (const payload of [{ step: 1, of: ["ä", null] }, "text", 0, null, []]) {
      const text = await state.mint(payload);
      assertEquals(await other.verify(text, ctx), payload);
      assertEquals(await state.verify(text, ctx), payload);
    }
  });

  it('is valid for one answer with "once"', async () => {
    const options = { storage: opened().backend, once: true };
    const state = createRequestState<number>(options);
    const text = await state.mint(7);
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => state.verify(text, ctx)),
    );
    const good = results.filter(({ status }) => status === "fulfilled");
    assertEquals(good, [{ status: "fulfilled", value: 7 }]);
  });

  it("is bound to its owner, and not used up by another", async () => {
    const state = createRequestState<number>({
      storage: opened().backend,
      once: true,
      bind: (ctx) => ctx.http?.authInfo?.clientId ?? "",
    });
    for (
      const [owner, stranger] of [["ada", "bob"], ["", "ada"], ["ada", ""]]
    ) {
      const text = await state.mint(7, from(owner!));
      await assertRejects(() => state.verify(text, from(stranger!)));
      assertEquals(await state.verify(text, from(owner!)), 7);
      await assertRejects(() => state.verify(text, from(owner!)));
    }
    const text = await state.mint(7, from(""));
    assertEquals(await state.verify(text, ctx), 7);
  });

  it("refuses a state that was changed, and shows no payload", async () => {
    const state = createRequestState<object>({ storage: opened().backend });
    const text = await state.mint({ password: "hunter2" });
    assert(!text.includes("hunter2") && !atob64(text).includes("hunter2"));
    for (let i = 0; i < text.length; i++) {
      const other = text[i] === "A" ? "B" : "A";
      const changed = text.slice(0, i) + other + text.slice(i + 1);
      await assertRejects(() => state.verify(changed, ctx));
    }
    for (const nonsense of ["", "v1.e30.e30", "x".repeat(1_000_000)]) {
      await assertRejects(() => state.verify(nonsense, ctx));
    }
    assertEquals(await state.verify(text, ctx), { password: "hunter2" });
  });
});

function atob64(text: string): string {
  return atob(text.replaceAll("-", "+").replaceAll("_", "/"));
}

describe("createRequestState", () => {
  it("has a TTL of ten minutes, or the given one", async () => {
    using time = new FakeTime();
    using storage = new InMemoryStorage();
    for (const [ttl, ms] of [[undefined, 600_000], [5_000, 5_000]] as const) {
      const state = createRequestState<number>({ storage, ttl });
      const text = await state.mint(7);
      time.tick(ms - 1);
      assertEquals(await state.verify(text, ctx), 7);
      time.tick(1);
      await assertRejects(() => state.verify(text, ctx));
      assertEquals(storage.dbsize(), 0);
    }
  });

  it("needs a context for bind, which must return text", async () => {
    const state = createRequestState<number>({
      bind: (ctx) => ctx.mcpReq.method,
    });
    await assertRejects(() => state.mint(7), TypeError, '"ctx" must be given');
    const wrong = createRequestState<number>({ bind: () => 7 as never });
    await assertRejects(
      () => wrong.mint(7, ctx),
      TypeError,
      "must be a string",
    );
    const failing = createRequestState<number>({
      bind() {
        throw new Error("no token");
      },
    });
    await assertRejects(() => failing.mint(7, ctx), Error, "no token");
    // deno-lint-ignore no-explicit-any
    await assertRejects(() => state.mint(7n as any, ctx), TypeError);
  });

  it("refuses invalid options", () => {
    assertRefusesOptions(createRequestState, "make the request state", [
      [{ once: 1 }, TypeError],
      [{ bind: "x" }, TypeError],
    ]);
  });

  it("keeps the states under a prefix", async () => {
    using storage = new InMemoryStorage();
    for (const [prefix, start] of [["a:", "a:"], [undefined, "state:"]]) {
      const state = createRequestState<number>({ storage, prefix });
      const text = await state.mint(7);
      assert(storage.keys("*")[0]!.startsWith(start!));
      assertEquals(await state.verify(text, ctx), 7);
      storage.flushall();
    }
  });
});
