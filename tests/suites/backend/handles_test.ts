/** Handles do the same on every backend. */

import { HandleError, Handles } from "@mayfly/store/handles";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { it } from "@std/testing/bdd";
import { describeOnEvery } from "./backends.ts";
import { assertTimeLeft, delay } from "./suite.ts";

const HOUR = 3_600_000;

async function assertReason(
  run: () => Promise<unknown>,
  reason: string,
): Promise<void> {
  assertEquals((await assertRejects(run, HandleError)).reason, reason);
}

/** The only key there is on a backend that has one. */
async function onlyKey(
  storage: { scan(cursor: number): unknown },
): Promise<string> {
  const [, keys] = await storage.scan(0) as [string, string[]];
  assertEquals(keys.length, 1);
  return keys[0]!;
}

describeOnEvery("handles", (opened, { isCluster }) => {
  it("return their value", async () => {
    const handles = new Handles<{ text: string } | null>({
      storage: opened().backend,
    });
    for (const value of [{ text: "é\n\ud800" }, null]) {
      const handle = await handles.mint(value, { owner: "ada" });
      assertEquals(await handles.read(handle, { owner: "ada" }), value);
      await assertReason(() => handles.take(handle, { owner: "bob" }), "gone");
      assertEquals(await handles.take(handle, { owner: "ada" }), value);
      await assertReason(() => handles.read(handle, { owner: "ada" }), "gone");
      assertEquals(await handles.revoke(handle, { owner: "ada" }), false);
    }
  });

  it("expire", async () => {
    const handles = new Handles<number>({ storage: opened().backend, ttl: 30 });
    const handle = await handles.mint(1);
    const spent = await handles.mint(2);
    // On a busy machine its time may be over before: spent or not, it ends the same.
    await handles.take(spent).catch(() => {});
    await delay(80);
    for (const one of [handle, spent]) {
      await assertReason(() => handles.read(one), "expired");
      await assertReason(() => handles.take(one), "expired");
      await assertReason(() => handles.update(one, (n) => n), "expired");
      assertEquals(await handles.revoke(one), false);
    }
  });

  it('slide with "sliding"', async () => {
    const { backend } = opened();
    const sliding = new Handles<number>({ storage: backend, sliding: true });
    const handle = await sliding.mint(1);
    if (isCluster) {
      assertEquals(await sliding.read(handle), 1);
      assertEquals(await sliding.update(handle, (n) => n + 1), 2);
      return;
    }
    const key = await onlyKey(backend);
    await assertTimeLeft(backend.pttl(key), HOUR, "ms");
    await backend.pexpire(key, HOUR / 2);
    assertEquals(await sliding.read(handle), 1);
    await assertTimeLeft(backend.pttl(key), HOUR, "ms");
    await backend.pexpire(key, HOUR / 2);
    assertEquals(await sliding.update(handle, (n) => n + 1), 2);
    await assertTimeLeft(backend.pttl(key), HOUR, "ms");
    const fixed = new Handles<number>({ storage: backend });
    await backend.pexpire(key, HOUR / 2);
    assertEquals(await fixed.read(handle), 2);
    assertEquals(await fixed.update(handle, (n) => n + 1), 3);
    await assertTimeLeft(backend.pttl(key), HOUR / 2, "ms");
  });

  it("lose no update", async () => {
    const { backend, connect } = opened();
    const [one, other] = [backend, connect()].map((storage) =>
      new Handles<number[]>({ storage })
    );
    const handle = await one!.mint([]);
    await Promise.all(
      Array.from(
        { length: 60 },
        (_, i) => (i % 2 ? one : other)!.update(handle, (list) => [...list, i]),
      ),
    );
    const list = await one!.read(handle);
    assertEquals(list.toSorted((a, b) => a - b), [...Array(60).keys()]);
  });

  it("are not created again by an update", async () => {
    const { backend } = opened();
    const handles = new Handles<number>({ storage: backend });
    const handle = await handles.mint(1);
    await handles.take(handle);
    let runs = 0;
    await assertReason(() => handles.update(handle, () => runs++), "gone");
    assertEquals(runs, 0);
    await assertReason(() => handles.read(handle), "gone");
  });

  it("do not change when an update fails", async () => {
    const handles = new Handles<number>({ storage: opened().backend });
    const handle = await handles.mint(1);
    const changes: (() => unknown)[] = [
      () => {
        throw new RangeError("no");
      },
      () => 1n,
      () => undefined,
      () => NaN,
      () => Promise.reject(new Error("no")),
    ];
    for (const change of changes) {
      let failed = false;
      await handles.update(handle, change as () => number)
        .catch(() => failed = true);
      assert(failed);
    }
    await assertRejects(
      () => handles.update(handle, 5 as never),
      TypeError,
      '"change" must be a function',
    );
    assertEquals(await handles.read(handle), 1);
  });

  it("are taken by exactly one of many callers", async () => {
    const { backend, connect } = opened();
    const takers = [backend, connect(), connect()].map((storage) =>
      new Handles<number>({ storage })
    );
    for (let round = 0; round < 5; round++) {
      const handle = await takers[0]!.mint(round);
      const results = await Promise.allSettled(
        Array.from({ length: 30 }, (_, i) => takers[i % 3]!.take(handle)),
      );
      const winners = results.filter(({ status }) => status === "fulfilled");
      assertEquals(winners, [{ status: "fulfilled", value: round }]);
    }
  });
});
