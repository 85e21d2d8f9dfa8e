import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bunPath, nodePath, ROOT } from "../tools/runtimes.js";
import { FakeServer } from "./_fake_server.ts";

/** Runs a program; what it wrote. */
function run(command: string, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => output += text);
    }
    child.on("error", reject);
    child.on("close", () => resolve(output));
  });
}

describe("connectStorage in a bundle", () => {
  it("finds an installed client", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mayfly-bundle-"));
    const server = await FakeServer.start(() => undefined);
    try {
      await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
      const entry = join(folder, "entry.mjs");
      const module = join(ROOT, "src/connect/mod.ts");
      await writeFile(
        entry,
        `import { connectStorage } from ${JSON.stringify(module)};
        const storage = await connectStorage(process.argv[2]);
        console.log(await storage.set("k", "v"));
        await storage.close();`,
      );
      const out = join(folder, "esbuild.mjs");
      await run(
        nodePath(24),
        ...[join(ROOT, "node_modules/esbuild/bin/esbuild"), entry],
        ...["--bundle", "--format=esm", "--platform=node", `--outfile=${out}`],
      );
      const outfile = join(folder, "bun.mjs");
      await run(
        bunPath(),
        ...["build", entry, "--target=node", `--outfile=${outfile}`],
      );
      for (const name of ["esbuild.mjs", "bun.mjs"]) {
        const output = await run(nodePath(24), join(folder, name), server.url);
        assertEquals(output.replace(/\(node:[^]*/, ""), "OK\n", name);
      }
      // For webpack, which would put an empty table in the place of the import.
      const text = await readFile(out, "utf8");
      assertMatch(text, /import\(\s*\/\* webpackIgnore: true \*\//);
    } finally {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
