/** Conformance: finding keys by patterns. */

import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { assertReplyError, type GetBackend } from "./suite.ts";

/** The commands that look for keys. */
export function scanCommands(backend: GetBackend): void {
  async function fill(count: number): Promise<string[]> {
    const names = Array.from({ length: count }, (_, i) => `key:${i}`);
    await backend().mset(...names.flatMap((name) => [name, "v"]));
    return names.sort();
  }

  describe("keys", () => {
    it("matches bytes against glob patterns", async () => {
      const names = ["a", "b", "c", "ab", "abc", "é", "a*", "[", "a-c", "^"];
      await backend().mset(...names.flatMap((name) => [name, "v"]));
      const matches: [string, string[]][] = [
        ["*", names],
        ["", []],
        ["a", ["a"]],
        ["a*", ["a", "ab", "abc", "a*", "a-c"]],
        ["?", ["a", "b", "c", "[", "^"]],
        ["??", ["ab", "é", "a*"]],
        ["[ab]", ["a", "b"]],
        ["[a-b]", ["a", "b"]],
        ["[b-a]", ["a", "b"]],
        ["[^a-b]", ["c", "[", "^"]],
        ["a\\*", ["a*"]],
        ["\\[", ["["]],
        ["[[]", ["["]],
        ["[a", ["a"]],
        ["a[-]c", ["a-c"]],
        ["é", ["é"]],
        ["*c", ["c", "abc", "a-c"]],
        ["**b**", ["b", "ab", "abc"]],
        ["A", []],
      ];
      for (const [pattern, expected] of matches) {
        assertEquals(
          (await backend().keys(pattern)).sort(),
          [...expected].sort(),
          `pattern ${pattern}`,
        );
      }
    });
  });

  describe("scan", () => {
    it("returns all keys", async () => {
      const names = await fill(500);
      const found = new Set<string>();
      let cursor = "0";
      let steps = 0;
      do {
        const [next, keys] = await backend().scan(cursor);
        for (const key of keys) found.add(key);
        cursor = next;
        steps++;
      } while (cursor !== "0");
      assertEquals([...found].sort(), names);
      assert(steps > 1, "Expected more than one step for 500 keys");
    });

    it("returns every key that exists throughout", async () => {
      const names = await fill(300);
      const found = new Set<string>();
      let cursor = "0";
      let step = 0;
      do {
        const [next, keys] = await backend().scan(cursor, "COUNT", 10);
        for (const key of keys) found.add(key);
        await backend().set(`more:${step}`, "v");
        await backend().del(`more:${step - 3}`);
        cursor = next;
        step++;
      } while (cursor !== "0");
      const missing = names.filter((name) => !found.has(name));
      assertEquals(missing, []);
    });

    it("returns the remaining keys when others are removed meanwhile", async () => {
      const names = await fill(300);
      const [removed, left] = [names.slice(0, 250), names.slice(250)];
      const found = new Set<string>();
      let [cursor, keys] = await backend().scan(0, "COUNT", 20);
      for (const key of keys) found.add(key);
      await backend().del(...removed);
      while (cursor !== "0") {
        [cursor, keys] = await backend().scan(cursor, "COUNT", 20);
        for (const key of keys) found.add(key);
      }
      assertEquals(left.filter((name) => !found.has(name)), []);
    });

    it("accepts a pattern, a count and a type together", async () => {
      await backend().mset("a", "1", "b", "2", "ab", "3");
      const sorted = async (
        reply: ReturnType<ReturnType<GetBackend>["scan"]>,
      ) => {
        const [cursor, keys] = await reply;
        assertEquals(cursor, "0");
        return keys.sort();
      };
      const all = ["a", "ab", "b"];
      assertEquals(await sorted(backend().scan(0)), all);
      assertEquals(await sorted(backend().scan("0", "MATCH", "a*")), [
        ...["a", "ab"],
      ]);
      assertEquals(await sorted(backend().scan(0, "COUNT", 100)), all);
      assertEquals(await sorted(backend().scan(0, "TYPE", "string")), all);
      assertEquals(await sorted(backend().scan(0, "TYPE", "hash")), []);
      assertEquals(
        await sorted(backend().scan(0, "MATCH", "?", "COUNT", 100)),
        ["a", "b"],
      );
      assertEquals(
        await sorted(backend().scan(0, "MATCH", "?", "TYPE", "string")),
        ["a", "b"],
      );
      assertEquals(
        await sorted(backend().scan(0, "COUNT", 100, "TYPE", "string")),
        all,
      );
      assertEquals(
        await sorted(
          backend().scan(0, "MATCH", "b", "COUNT", 100, "TYPE", "string"),
        ),
        ["b"],
      );
    });

    it("refuses an invalid cursor or count", async () => {
      await assertReplyError(() => backend().scan("abc"), "ERR invalid cursor");
      await assertReplyError(
        () => backend().scan(0, "COUNT", 0),
        "ERR syntax error",
      );
    });
  });
}
