/**
 * Every snippet of TypeScript and JavaScript in the pages, as it stands, in a file of its own:
 * on Deno and Bun against the source, on Node against the packed artefact. (`deno test --doc`
 * checks their types besides.) `ts ignore` is one that needs what a test has not: it is left out.
 */
import { setStorageBackend } from "@mayfly/store";
import { assert } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { fencesOf, pages, ROOT } from "./_markdown.ts";

// In the repository, where names such as `@mayfly/store` lead to it, but not below node_modules,
// where Node and Deno strip no types.
const SNIPPETS = join(ROOT, ".snippets");
const FOLDER = join(SNIPPETS, String(process.pid));

describe("the snippets of", () => {
  const { log, error } = console;
  beforeEach(async () => {
    await mkdir(FOLDER, { recursive: true });
    setStorageBackend(undefined);
    console.log = console.error = () => {};
  });
  afterEach(async () => {
    Object.assign(console, { log, error });
    setStorageBackend(undefined);
    await rm(FOLDER, { recursive: true });
  });

  let count = 0;
  for (const { path, text } of pages()) {
    for (const { info, code, line } of fencesOf(text)) {
      if (info !== "ts" && info !== "js") continue;
      // How the package is called where it is not installed.
      const here = code.replaceAll('"jsr:@mayfly/store', '"@mayfly/store');
      count++;
      it(`${path}, line ${line}`, async () => {
        const name = `${path.replaceAll(/\W/g, "_")}_${line}.${info}`;
        const file = join(FOLDER, name);
        await writeFile(file, `${here}\nexport {};\n`);
        await import(pathToFileURL(file).href);
      });
    }
  }

  it("all pages: there are some", () => assert(count > 5));
});
