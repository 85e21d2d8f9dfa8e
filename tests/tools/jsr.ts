/**
 * A JSR registry on loopback that serves the stand-ins in `tests/tools/stand_ins` as
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
import { ROOT, withoutProxy } from "./runtimes.js";
import { STAND_IN_FOLDER, STAND_INS } from "./stand_ins.js";

async function source(file: string): Promise<string> {
  const text = await readFile(join(STAND_IN_FOLDER, file), "utf8");
  const manifest = await readFile(join(ROOT, "package.json"), "utf8");
  const { devDependencies } = JSON.parse(manifest);
  // In a JSR package, what comes from npm is named as such.
  return text.replaceAll(
    /from "(@sinonjs\/fake-timers)"/g,
    (_, name) => `from "npm:${name}@${devDependencies[name]}"`,
  );
}

async function answer(path: string): Promise<string | undefined> {
  const match = /^\/(@\w+)\/(\w+)\/(.+)$/.exec(path);
  if (!match) return undefined;
  const [, scope, name, rest] = match as unknown as string[];
  const known = STAND_INS[`${scope}/${name}`];
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
      ...withoutProxy(),
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
