/** Finds the Redis client that the user has installed. */

import { getBuiltin, runtime } from "../base/runtime.ts";
import type { ServerAddress } from "./_url.ts";

/** The module of a client: `ioredis`, or its fork `iovalkey`. */
export interface RedisModule {
  /** A client of one server. */
  Redis: new (options: object) => unknown;
  /** A client of a cluster. */
  Cluster: new (nodes: object[], options: object) => unknown;
}

/** The module of Bun's client. */
export interface BunModule {
  /** A client of one server. */
  RedisClient: new (url: string, options: object) => unknown;
}

/** A client that was found, or none. */
export type FoundClient =
  | { kind: "redis"; module: RedisModule }
  | { kind: "bun"; module: BunModule }
  | { kind: "none"; cause: unknown };

/** Finds a client for a server; the one that the URL prefers is tried first. */
export async function findClient(
  { client, isCluster }: ServerAddress,
): Promise<FoundClient> {
  const names = client === "ioredis"
    ? ["ioredis", "iovalkey"]
    : ["iovalkey", "ioredis"];
  const specifiers = runtime === "deno"
    ? [...names, ...names.map((name) => `npm:${name}`)]
    : wouldDownload()
    ? []
    : names;
  let cause: unknown;
  for (const specifier of specifiers) {
    try {
      const loaded = await load(specifier) as Partial<RedisModule> & {
        default?: Partial<RedisModule>;
      };
      const module = loaded.Redis ? loaded : loaded.default;
      if (module?.Redis && module.Cluster) {
        return { kind: "redis", module: module as RedisModule };
      }
    } catch (error) {
      cause ??= error;
    }
  }
  if (runtime === "bun" && !isCluster) {
    return { kind: "bun", module: await load("bun") as BunModule };
  }
  return { kind: "none", cause };
}

/**
 * `true` on Bun if an import would download a package: Bun does so for a file without a
 * `node_modules` folder above it.
 */
function wouldDownload(): boolean {
  if (runtime !== "bun") return false;
  const fs = getBuiltin<{ existsSync(path: URL): boolean }>("fs");
  for (let folder = new URL(".", import.meta.url);;) {
    if (fs?.existsSync(new URL("node_modules", folder))) return false;
    const above = new URL("..", folder);
    if (above.href === folder.href) return true;
    folder = above;
  }
}

/** Imports a module that is not a dependency of this package. */
function load(specifier: string): Promise<unknown> {
  // Otherwise a bundler would replace this import with a lookup in an empty table of modules.
  return import(/* webpackIgnore: true */ /* @vite-ignore */ specifier);
}
