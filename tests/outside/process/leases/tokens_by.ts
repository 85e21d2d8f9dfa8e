/** Four ways in which a process can keep a rotating token. */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Collection } from "../../../../src/collection/collection.ts";
import { connectStorage } from "../../../../src/connect/connect.ts";
import { Once, OnceUnknownError } from "../../../../src/leases/once.ts";
import type { Tokens } from "../../../../examples/demo/identity_provider.ts";

/** A token that is kept. */
interface Kept extends Tokens {
  /** In ms since the epoch. */
  expiresAt: number;
  /** Counts from one token to the next. */
  serial: number;
}

/** What a way is given. */
export interface Setting {
  url: string;
  provider: string;
  /** Of a file of its own. */
  path: string;
  /** How long a lease lasts, in ms. */
  ttl: number;
  say(...words: (string | number)[]): void;
}

/** A way to an access token. */
export interface Way extends AsyncDisposable {
  access(): Promise<string>;
}

/** Asks the provider. */
async function ask(
  provider: string,
  path: string,
  before: Kept | undefined,
): Promise<Kept> {
  const response = await fetch(`${provider}/${path}`);
  const tokens: Tokens = await response.json();
  if (!response.ok) throw new RevokedError();
  return {
    ...tokens,
    expiresAt: Date.now() + tokens.expiresIn,
    serial: (before?.serial ?? 0) + 1,
  };
}

class RevokedError extends Error {}

/** As a function that answers a token, which may be good for nothing any more. */
function wayOf(access: () => Promise<string>, dispose?: () => unknown): Way {
  return {
    access,
    async [Symbol.asyncDispose]() {
      await dispose?.();
    },
  };
}

/** A way by its name: `once`, `map`, `file` or `lockfile`. */
export async function tokensBy(name: string, setting: Setting): Promise<Way> {
  switch (name) {
    case "once":
      return await byOnce(setting);
    case "map":
      return byMap(setting);
    case "file":
      return byFile(setting, (run) => run());
    default: {
      const bench = new URL("../../../../bench/package.json", import.meta.url);
      const { lock } = createRequire(bench)("proper-lockfile");
      const options = {
        stale: setting.ttl,
        retries: { forever: true, minTimeout: 5, maxTimeout: 100 },
      };
      return byFile(setting, async (run) => {
        const release = await lock(setting.path, {
          ...options,
          onCompromised: () => {},
        });
        try {
          return await run();
        } finally {
          await release().catch(() => {});
        }
      });
    }
  }
}

/** The recipe. */
async function byOnce({ url, provider, ttl, say }: Setting): Promise<Way> {
  const storage = await connectStorage(url);
  const tokens = new Collection<Kept>("token", { storage });
  const refreshes = new Once<Kept>("refresh", { storage, lease: ttl });

  /** One of all processes asks the user. */
  async function logIn(before: Kept | undefined): Promise<void> {
    const key = `login ${before?.serial}`;
    try {
      const fresh = await refreshes.run(
        key,
        () => ask(provider, "login", before),
      );
      await tokens.update(
        "ada",
        (there) => there?.serial === before?.serial ? fresh : there,
      );
    } catch (error) {
      if (!(error instanceof OnceUnknownError)) throw error;
      // To ask twice does no harm.
      await refreshes.forget(key);
    }
  }

  return wayOf(async () => {
    const held = await tokens.get("ada");
    if (held === undefined) {
      await logIn(undefined);
      return "";
    }
    if (held.expiresAt > Date.now()) return held.access;
    try {
      const next = await refreshes.run(
        String(held.serial),
        async ({ signal }) => {
          say("asks", held.serial);
          signal.throwIfAborted();
          return await ask(provider, held.refresh, held);
        },
      );
      await tokens.update(
        "ada",
        (there) =>
          there !== undefined && there.serial < next.serial ? next : there,
      );
      return next.access;
    } catch (error) {
      if (error instanceof OnceUnknownError) say("unknown", held.serial);
      else if (error instanceof RevokedError) say("revoked", held.serial);
      else throw error;
      await logIn(held);
      return "";
    }
  }, () => storage[Symbol.asyncDispose]());
}

/** Shared by nobody: each process begins with the token that it finds in the file. */
function byMap({ provider, path, say }: Setting): Way {
  const pending = new Map<string, Promise<Kept>>();
  let held: Kept = JSON.parse(readFileSync(path, "utf8"));
  return wayOf(async () => {
    if (held.expiresAt > Date.now()) return held.access;
    let refresh = pending.get("ada");
    if (refresh === undefined) {
      refresh = ask(provider, held.refresh, held)
        .finally(() => pending.delete("ada"));
      pending.set("ada", refresh);
    }
    held = await refresh.catch(async () => {
      say("revoked", held.serial);
      return await ask(provider, "login", held);
    });
    return held.access;
  });
}

/** A file that is read, refreshed and written, alone or not. */
function byFile(
  { provider, path, say }: Setting,
  alone: <T>(run: () => Promise<T>) => Promise<T>,
): Way {
  const read = (): Kept | undefined => {
    try {
      return JSON.parse(readFileSync(path, "utf8"));
    } catch {
      // Somebody writes it, or died while writing.
      return undefined;
    }
  };
  return wayOf(async () => {
    const held = read();
    if (held !== undefined && held.expiresAt > Date.now()) return held.access;
    return await alone(async () => {
      const held = read();
      if (held !== undefined && held.expiresAt > Date.now()) return held.access;
      const next = await ask(provider, held?.refresh ?? "login", held)
        .catch(async () => {
          say("revoked", held?.serial ?? 0);
          return await ask(provider, "login", held);
        });
      writeFileSync(path, JSON.stringify(next));
      return next.access;
    });
  });
}
