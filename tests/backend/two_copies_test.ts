import {
  getStorageBackend,
  InMemoryStorage,
  setStorageBackend,
} from "@mayfly/store";
import {
  assertEquals,
  assertNotStrictEquals,
  assertStrictEquals,
} from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

const VARIABLE = "CONVERSATION_TIMEOUT_HOURS";

describe("two copies of the module in one process", () => {
  const before = process.env[VARIABLE];
  let folder: string;
  let copy: typeof import("@mayfly/store");
  beforeEach(async () => {
    delete process.env[VARIABLE];
    setStorageBackend(undefined);
    // As one through npm would lie beside one through JSR: the same files elsewhere.
    const entry = import.meta.resolve("@mayfly/store");
    folder = await mkdtemp(join(tmpdir(), "mayfly-"));
    const name = entry.endsWith(".ts") ? "mod.ts" : "mod.js";
    await cp(fileURLToPath(new URL("src", entry)), join(folder, "src"), {
      recursive: true,
    });
    await cp(fileURLToPath(entry), join(folder, name));
    if (name === "mod.js") {
      const manifest = fileURLToPath(new URL("package.json", entry));
      await cp(manifest, join(folder, "package.json"));
    }
    copy = await import(pathToFileURL(join(folder, name)).href);
  });
  afterEach(async () => {
    setStorageBackend(undefined);
    if (before !== undefined) process.env[VARIABLE] = before;
    await rm(folder, { recursive: true });
  });

  it("share one backend, whichever copy created it", () => {
    assertNotStrictEquals(copy.InMemoryStorage, InMemoryStorage);
    const made = copy.getStorageBackend();
    assertEquals(made instanceof copy.InMemoryStorage, true);
    assertStrictEquals(getStorageBackend(), made);
    assertStrictEquals(copy.getStorageBackend(), made);
    made.set("a", "1");
    assertEquals(getStorageBackend().get("a"), "1");
  });

  it("share a backend that was set, and its removal", () => {
    const storage = new InMemoryStorage();
    setStorageBackend(storage);
    assertStrictEquals(copy.getStorageBackend(), storage);
    copy.setStorageBackend(undefined);
    const next = getStorageBackend();
    assertNotStrictEquals(next, storage);
    assertStrictEquals(copy.getStorageBackend(), next);
  });
});
