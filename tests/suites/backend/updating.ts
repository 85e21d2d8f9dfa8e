/** Conformance: `update`, one atomic step wherever the value is. */

import { update } from "@mayfly/store";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { it } from "@std/testing/bdd";
import type { OpenBackend } from "./backends.ts";
import { assertTimeLeft, delay } from "./suite.ts";

const FAR = 4_102_444_800;
const MIB = 1024 * 1024;

/** What `update` does alike everywhere. */
export function updating(opened: () => OpenBackend): void {
  const backend = () => opened().backend;
  const increment = (value: string | null) => String(Number(value ?? 0) + 1);

  it("creates, changes and removes a value, and returns the new one", async () => {
    const seen: (string | null)[] = [];
    const to = (next: string | null) =>
      update(backend(), "k", (value) => {
        seen.push(value);
        return next;
      });
    assertEquals(await to("one"), "one");
    assertEquals(await to(""), "");
    assertEquals(await to("two"), "two");
    assertEquals(await to(null), null);
    assertEquals(await backend().get("k"), null);
    assertEquals(await to(null), null);
    assertEquals(seen, [null, "one", "", "two", null]);
  });

  it("passes any text on unchanged", async () => {
    const texts = [
      ...[
        "Grüße aus 京都 👋",
        "\uFEFFwith a mark",
        "a\0b\r\n",
        "\uFFFD",
        "\uFFFD é",
      ],
      "x".repeat(MIB),
    ];
    for (const text of texts) {
      await backend().set("k", text);
      const next = await update(backend(), "k", (value) => {
        assert(value === text);
        return `${value}${value}`;
      });
      assert(next === text + text);
      assert(await backend().get("k") === next);
    }
  });

  it("does not change the deadline", async () => {
    await backend().set("k", "1", "EXAT", FAR);
    await update(backend(), "k", increment);
    assertEquals(await backend().expiretime("k"), FAR);
    await update(backend(), "new", increment);
    assertEquals(await backend().ttl("new"), -1);
  });

  it("sets a TTL, of an existing key and a new one", async () => {
    await backend().set("k", "1", "EXAT", FAR);
    for (const key of ["k", "new"]) {
      await update(backend(), key, increment, { ttl: 1_000_000 });
      await assertTimeLeft(backend().pttl(key), 1_000_000, "ms");
    }
  });

  it("rounds a fraction of a TTL up", async () => {
    await update(backend(), "k", increment, { ttl: 0.25 });
    await delay(20);
    assertEquals(await backend().get("k"), null);
    await update(backend(), "k", increment, { ttl: 999_999.25 });
    await assertTimeLeft(backend().pttl("k"), 1_000_000, "ms");
  });

  it("throws the error of change, and changes nothing", async () => {
    await backend().set("k", "1", "EXAT", FAR);
    const failure = new Error("no");
    const error = await assertRejects(() =>
      update(backend(), "k", () => {
        throw failure;
      }, { ttl: 5 })
    );
    assert(error === failure);
    assertEquals(await backend().get("k"), "1");
    assertEquals(await backend().expiretime("k"), FAR);
  });

  it("accepts only a string or null from change", async () => {
    await backend().set("k", "1", "EXAT", FAR);
    const results: [() => unknown, string][] = [
      [() => undefined, "undefined"],
      [() => 7, "a number"],
      [() => true, "a boolean"],
      [() => ({}), "an object"],
      [() => ["secret"], "an array"],
      [() => Symbol("secret"), "a symbol"],
      [() => Promise.resolve("secret"), "a promise"],
      [() => Promise.reject(new Error("secret")), "a promise"],
    ];
    for (const [result, kind] of results) {
      await assertRejects(
        () => update(backend(), "k", result as () => string),
        TypeError,
        `Cannot update the key: "change" must return a string or null: received ${kind}`,
      );
    }
    assertEquals(await backend().get("k"), "1");
    assertEquals(await backend().expiretime("k"), FAR);
  });

  it("refuses a value that is not UTF-8", async () => {
    let calls = 0;
    // Each reads as one U+FFFD or more; those of the last have its three bytes.
    const broken: [text: string, offset: number][] = [["é", 1], ["京", 1], [
      "京",
      2,
    ], [
      "👋",
      3,
    ]];
    for (const [text, offset] of broken) {
      await backend().set("k", text);
      await backend().setrange("k", offset, "a");
      const before = await backend().get("k");
      await assertRejects(
        () => update(backend(), "k", () => (calls++, "new")),
        TypeError,
        'Cannot update the key: the value of "k" must be UTF-8 text',
      );
      assertEquals(await backend().get("k"), before);
      assertEquals(
        await backend().strlen("k"),
        offset + (text === "京" && offset === 1 ? 2 : 1),
      );
    }
    assertEquals(calls, 0);
  });

  it("loses no concurrent update over several connections", async () => {
    const connections = [backend(), opened().connect(), opened().connect()];
    const results = await Promise.all(
      Array.from(
        { length: 150 },
        (_, i) => update(connections[i % 3]!, "k", increment),
      ),
    );
    assertEquals(await backend().get("k"), "150");
    assertEquals(new Set(results).size, 150);
  });

  it("loses no update when another client removes the value meanwhile", async () => {
    const taker = opened().connect();
    let taken = 0;
    let isDone = false;
    const taking = (async () => {
      while (!isDone) {
        taken += Number(await taker.getdel("k") ?? 0);
        await delay(1);
      }
    })();
    const updates = 150;
    for (let i = 0; i < updates; i += 3) {
      const three = [1, 2, 3].map(() => update(backend(), "k", increment));
      await Promise.all(three);
      // In memory nobody else would ever have a turn.
      if (i % 30 === 0) await delay(2);
    }
    isDone = true;
    await taking;
    assert(taken > 0, "Nothing was taken meanwhile");
    assertEquals(taken + Number(await backend().get("k") ?? 0), updates);
  });

  it("finds no expired value", async () => {
    await update(backend(), "k", increment, { ttl: 20 });
    await delay(60);
    assertEquals(await update(backend(), "k", increment), "1");
    assertEquals(await backend().ttl("k"), -1);
  });

  it("continues with a key after a failed update", async () => {
    const failing = update(backend(), "k", () => {
      throw new Error("no");
    });
    const next = update(backend(), "k", increment);
    await assertRejects(() => failing, Error, "no");
    assertEquals(await next, "1");
  });
}
