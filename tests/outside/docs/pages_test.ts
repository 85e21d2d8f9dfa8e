import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  format,
  PAGES,
  readDocs,
  sizes,
  writePage,
} from "../../tools/pages.ts";
import { ROOT } from "../../tools/runtimes.js";

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const pages = PAGES.map((path) => ({ path, text: read(path) }));

describe("the pages show the current code (npm run docs writes them):", () => {
  const docs = readDocs();
  for (const { path, text } of pages) {
    it(path, async () => {
      assertEquals(await format(writePage(text, await docs)), text);
    });
  }

  it("the sizes of all entry points", () => {
    const readme = read("README.md");
    for (const [entry, kB] of sizes()) {
      const shown = readme.split(`\`${entry}\``)[1]?.match(/^ +\| ([\d.]+)/)
        ?.[1];
      // The runtimes' gzips differ by half a percent.
      assertAlmostEquals(Number(shown), kB, 0.02 * kB + 0.06, entry);
    }
  });

  it("every recipe is on a page", () => {
    const all = pages.map(({ text }) => text).join();
    for (const name of readdirSync(join(ROOT, "examples", "recipes"))) {
      if (!/^[^_].*\.ts$/.test(name)) continue;
      assert(all.includes(`ts examples/recipes/${name}\n`), name);
    }
  });

  it("every entry point is in the reference", async () => {
    const reference = read("docs/reference.md");
    for (const entry of (await docs).keys()) {
      assert(reference.includes(`<!-- doc ${entry} -->`), entry);
    }
  });
});
