/**
 * A JSR registry on loopback that serves the stand-ins in `tests/stand_ins` as
 * the packages they stand in for. With `JSR_URL` pointing at it, Deno resolves
 * the `jsr:` specifiers of `deno.json` as they are, so that there is no second
 * configuration for machines that cannot reach JSR.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { ROOT } from "./runtimes.js";

/** The stand-ins: package, the version they claim, export to file. */
const PACKAGES: Record<
  string,
  { version: string; exports: Record<string, string> }
> = {
  "@std/assert": { version: "1.0.0", exports: { ".": "assert.ts" } },
  "@std/log": { version: "0.224.14", exports: { ".": "log.ts" } },
  "@std/testing": {
    version: "1.0.0",
    exports: { "./bdd": "testing_bdd.ts", "./time": "testing_time.ts" },
  },
};

/** The file that stands in for a module such as `@std/testing/bdd`. */
export function standInOf(specifier: string): string | undefined {
  for (const [name, { exports }] of Object.entries(PACKAGES)) {
    for (const [key, file] of Object.entries(exports)) {
      if (specifier === name + key.slice(1)) {
        return join(ROOT, "tests", "stand_ins", file);
      }
    }
  }
}

async function source(file: string): Promise<string> {
  const text = await readFile(join(ROOT, "tests", "stand_ins", file), "utf8");
  const lock = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  // In a JSR package, what comes from npm is named as such.
  return text.replaceAll(
    /from "(@sinonjs\/fake-timers)"/g,
    (_, name) => `from "npm:${name}@${lock.devDependencies[name]}"`,
  );
}

async function answer(path: string): Promise<string | undefined> {
  const match = /^\/(@\w+)\/(\w+)\/(.+)$/.exec(path);
  if (!match) return undefined;
  const [, scope, name, rest] = match as unknown as string[];
  const known = PACKAGES[`${scope}/${name}`];
  if (!known || rest === undefined) return undefined;
  const { version, exports } = known;
  if (rest === "meta.json") {
    return JSON.stringify({
      scope: scope?.slice(1),
      name,
      latest: version,
      versions: { [version]: {} },
    });
  }
  if (rest === `${version}_meta.json`) {
    const manifest: Record<string, { size: number; checksum: string }> = {};
    for (const file of Object.values(exports)) {
      const text = await source(file);
      manifest[`/${file}`] = {
        size: Buffer.byteLength(text),
        checksum: `sha256-${createHash("sha256").update(text).digest("hex")}`,
      };
    }
    return JSON.stringify({
      manifest,
      exports: Object.fromEntries(
        Object.entries(exports).map(([key, file]) => [key, `./${file}`]),
      ),
    });
  }
  const file = Object.values(exports).find((file) =>
    rest === `${version}/${file}`
  );
  return file === undefined ? undefined : await source(file);
}

/** A running registry. */
export interface Registry {
  /** The environment in which Deno uses it. */
  env: Record<string, string>;
  /** Stops it and forgets what Deno cached from it. */
  close(): Promise<void>;
}

/** Starts the registry on a free port. */
export async function startRegistry(): Promise<Registry> {
  const server = createServer((request, response) => {
    answer(request.url ?? "").then((body) => {
      response.writeHead(body === undefined ? 404 : 200, {
        "content-type": request.url?.endsWith(".json")
          ? "application/json"
          : "application/typescript",
      });
      response.end(body ?? "not found");
    }, (error) => {
      response.writeHead(500).end(String(error));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const cache = join(ROOT, "node_modules", ".cache", "deno");
  return {
    env: {
      JSR_URL: `http://127.0.0.1:${port}/`,
      DENO_DIR: cache,
      DENO_NO_UPDATE_CHECK: "1",
      NO_COLOR: process.env.NO_COLOR ?? "1",
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await rm(join(cache, "remote", "http", `127.0.0.1_PORT${port}`), {
        recursive: true,
        force: true,
      });
    },
  };
}
