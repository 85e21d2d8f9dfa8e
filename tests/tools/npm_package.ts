/**
 * Makes the package that is published on npm: what `deno pack` makes, with a manifest that the npm
 * registry can do something with. As a program it writes the tarball:
 *
 *     node tests/tools/run.js tests/tools/npm_package.ts mayfly.tgz
 *
 * With `--links`, it makes the links of README.md absolute instead, in place, for JSR.
 */
import { spawnSync } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { withAbsoluteLinks } from "./absolute_links.ts";
import { insidePath, packTarball, save, untar } from "./artefact.ts";
import { ROOT } from "./runtimes.js";

/** A manifest, as far as it is changed. */
interface Manifest {
  dependencies?: Record<string, string>;
  [field: string]: unknown;
}

const LOG = "@std/log";
const LOG_ON_NPM = "@jsr/std__log";

/** The manifest of the package on npm. */
export function npmManifest(
  packed: Manifest,
  repository: string | undefined,
): Manifest {
  const { dependencies = {}, ...rest } = packed;
  const { [LOG_ON_NPM]: log, ...others } = dependencies;
  return {
    ...rest,
    description:
      "The expiring store for tool servers: a Map whose entries die, Redis's string commands in memory, in a file or on a server.",
    keywords: [
      ...["ttl", "cache", "expiring", "map", "session", "mcp", "redis"],
      ...["valkey", "sqlite", "deno", "bun", "node"],
    ],
    // npm compares it with where the workflow runs, before it takes the provenance.
    ...repository === undefined ? {} : {
      repository: {
        type: "git",
        url: `git+https://github.com/${repository}.git`,
      },
    },
    engines: { node: ">=20" },
    sideEffects: false,
    ...Object.keys(others).length > 0 ? { dependencies: others } : {},
    // The npm registry does not have it: who wants ./log adds it with `npx jsr add @std/log`.
    ...log === undefined ? {} : {
      peerDependencies: { [LOG]: log },
      peerDependenciesMeta: { [LOG]: { optional: true } },
    },
  };
}

/** Writes the tarball of the package on npm. */
export async function writeNpmTarball(
  tarball: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-npm-"));
  try {
    const packed = join(folder, "packed.tgz");
    await packTarball(packed, env);
    for (const [path, content] of untar(await readFile(packed))) {
      const inside = insidePath(path);
      const { GITHUB_REPOSITORY: repository } = env;
      if (repository && inside === "README.md") {
        const text = new TextDecoder().decode(content);
        await save(
          join(folder, "package", inside),
          withAbsoluteLinks(text, repository),
        );
        continue;
      }
      await save(
        join(folder, "package", inside),
        inside === "package.json"
          ? JSON.stringify(
            npmManifest(
              JSON.parse(new TextDecoder().decode(content)),
              repository,
            ),
            null,
            2,
          )
          : content,
      );
    }
    const { status, stdout, stderr } = spawnSync(
      "npm",
      ["pack", "--json", "--ignore-scripts", `--pack-destination=${folder}`],
      {
        cwd: join(folder, "package"),
        encoding: "utf8",
        shell: process.platform === "win32",
      },
    );
    if (status !== 0) throw new Error(`Cannot pack for npm:\n${stderr}`);
    const [{ filename }]: [{ filename: string }] = JSON.parse(stdout);
    await copyFile(join(folder, filename), tarball);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const [program, target] = process.argv.slice(1);
if (program && import.meta.url === pathToFileURL(program).href) {
  const { GITHUB_REPOSITORY: repository } = process.env;
  if (target === "--links" && repository) {
    const path = join(ROOT, "README.md");
    const text = await readFile(path, "utf8");
    await writeFile(path, withAbsoluteLinks(text, repository));
  } else if (target === undefined || target === "--links") {
    console.error(
      "Usage: npm_package.ts <tarball>, or GITHUB_REPOSITORY=<owner/name> npm_package.ts --links",
    );
    process.exitCode = 2;
  } else await writeNpmTarball(resolve(target), process.env);
}
