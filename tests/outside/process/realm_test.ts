/** A realm of its own, as some test runners have: there the runtime's classes are others. */
import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { buildSync } from "esbuild";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createContext, runInContext } from "node:vm";
import type * as Mayfly from "@mayfly/store/sqlite";
import type * as Connect from "@mayfly/store/connect";
import { Folder } from "../../storage/sqlite/_support.ts";

type Module = typeof Mayfly & typeof Connect;

/** What npm users get, where the gate has packed it, else the source. */
const packed = process.env.MAYFLY_ARTEFACT;
const root = packed ?? fileURLToPath(new URL("../../..", import.meta.url));
const extension = packed === undefined ? "ts" : "js";

/** The package in a realm that shares with this one what such runners share. */
function load(): Module {
  const { outputFiles } = buildSync({
    stdin: {
      contents: `
        export * from "./src/storage/sqlite/mod.${extension}";
        export * from "./src/connect/mod.${extension}";`,
      resolveDir: root,
    },
    bundle: true,
    preserveSymlinks: true,
    format: "cjs",
    platform: "node",
    write: false,
  });
  const context = createContext({
    ...{ process, console, performance, crypto, queueMicrotask },
    ...{ TextEncoder, TextDecoder, URL, setTimeout, clearTimeout },
  });
  const module = { exports: {} };
  runInContext(
    `(function (module, exports) {${outputFiles[0].text}\n})`,
    context,
  )(module, module.exports);
  return module.exports as Module;
}

function failure(run: () => unknown): string {
  try {
    run();
    return "";
  } catch (error) {
    const { name, code } = error as { name: string; code?: string };
    return `${name} ${code}`;
  }
}

describe(
  "a file in another realm",
  () => {
    it("has the same locks, waits and errors as in this one", async () => {
      using folder = new Folder();
      const { SqliteStorage, connectStorage } = load();
      assertEquals(
        failure(() => new SqliteStorage(folder.file("none/state.db"))),
        "StorageError open",
      );
      // A URL and a Map of this realm.
      const one = new SqliteStorage(pathToFileURL(folder.file()));
      const other = new SqliteStorage(folder.file(), { busyTimeout: 100 });
      one.mset(new Map([["a", "1"], ["b", "2"]]));
      assertEquals(other.mget("a", "b").join(), "1,2");
      one.batch(() => {
        const start = performance.now();
        assertEquals(failure(() => other.set("a", "2")), "StorageError busy");
        assert(performance.now() - start >= 99);
      });
      one.close();
      other.close();
      assertEquals(failure(() => one.get("a")), "StorageError closed");
      const url = `file:${folder.file("none/state.db")}`;
      const error = await connectStorage(url).catch((error) => error);
      assertEquals(error.name, "ConfigError");
      await using storage = await connectStorage(
        pathToFileURL(folder.file()),
      );
      assertEquals(await storage.get("a"), "1");
    });
  },
);
