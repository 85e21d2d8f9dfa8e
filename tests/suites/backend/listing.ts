/** Conformance: `listKeys`, over the whole of a backend. */

import { listKeys } from "@mayfly/store";
import { assert, assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import type { OpenBackend } from "./backends.ts";

/** What `listKeys` does alike everywhere. */
export function listing(opened: () => OpenBackend): void {
  const backend = () => opened().backend;

  /** The keys in the order in which they come. */
  async function list(pattern: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const key of listKeys(backend(), pattern)) keys.push(key);
    return keys;
  }

  async function fill(names: string[]): Promise<void> {
    await Promise.all(names.map((name) => backend().set(name, "v")));
  }

  it("lists every key once", async () => {
    const names = Array.from({ length: 3000 }, (_, i) => `key:${i}`).sort();
    await fill(names);
    assertEquals((await list("*")).sort(), names);
  });

  it("lists nothing in an empty backend", async () => {
    assertEquals(await list("*"), []);
  });

  it("takes a glob pattern", async () => {
    await fill(["thread:1", "thread:2", "thread*", "lock", "京都"]);
    assertEquals((await list("thread:?")).sort(), ["thread:1", "thread:2"]);
    assertEquals(await list("thread\\*"), ["thread*"]);
    assertEquals(await list("[a-l]*"), ["lock"]);
    assertEquals(await list("京*"), ["京都"]);
    assertEquals(await list(""), []);
  });

  it("leaves out expired keys", async () => {
    await fill(["here"]);
    await backend().set("gone", "v", "PXAT", 1);
    assertEquals(await list("*"), ["here"]);
  });

  it("lists the keys that exist throughout, while others are added and removed", async () => {
    const names = Array.from({ length: 2500 }, (_, i) => `stay:${i}`).sort();
    await fill(names);
    const seen = new Set<string>();
    let step = 0;
    for await (const key of listKeys(backend(), "*")) {
      assert(!seen.has(key), `${key} was listed twice`);
      seen.add(key);
      if (step++ % 50 > 0) continue;
      await backend().set(`come:${step}`, "v");
      await backend().del(`come:${step - 500}`);
    }
    assertEquals(names.filter((name) => !seen.has(name)), []);
  });

  it("can be ended early", async () => {
    await fill(["a", "b"]);
    for await (const key of listKeys(backend(), "*")) {
      assert(key === "a" || key === "b");
      break;
    }
    assertEquals((await list("*")).sort(), ["a", "b"]);
  });
}
