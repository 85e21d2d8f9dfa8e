/**
 * Every snippet of TypeScript and JavaScript in the pages, as it stands, in a file of its own:
 * on Deno and Bun against the source, on Node against the packed artefact. (`deno test --doc`
 * checks their types besides.) Recipes that ask for a storage get one in memory, in a file and on
 * a server. `ts ignore bun` is one for Bun alone; `ts ignore` is left out: it needs what a test
 * has not.
 */
import { getStorageBackend, setStorageBackend } from "@mayfly/store";
import { runtime } from "@mayfly/store/runtime";
import { assert } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { isLeftOut, REDIS_PROGRAM } from "../../suites/oracle/programs.ts";
import {
  type RedisServer,
  startRedisServer,
} from "../../suites/oracle/redis_server.ts";
import { fencesOf, pages, ROOT } from "./_markdown.ts";

// In the repository, where names such as `@mayfly/store` lead to it, but not below node_modules,
// where Node and Deno strip no types.
const SNIPPETS = join(ROOT, ".snippets");
const FOLDER = join(SNIPPETS, String(process.pid));
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Runs a snippet in an empty folder of its own. */
async function run(name: string, code: string): Promise<void> {
  const listeners = SIGNALS.map((signal) => process.listeners(signal));
  const { log, error } = console;
  const folder = process.cwd();
  await mkdir(FOLDER, { recursive: true });
  try {
    process.chdir(FOLDER);
    console.log = console.error = () => {};
    const file = join(FOLDER, name.replaceAll(/[^\w.]/g, "_"));
    // How the package is called where it is not installed.
    const here = code.replaceAll('"jsr:@mayfly/store', '"@mayfly/store');
    await writeFile(file, `${here}\nexport {};\n`);
    await import(pathToFileURL(file).href);
  } finally {
    Object.assign(console, { log, error });
    process.chdir(folder);
    // A client that stays open would keep this process alive.
    const backend: object & Partial<AsyncDisposable> = getStorageBackend();
    await backend[Symbol.asyncDispose]?.();
    setStorageBackend(undefined);
    SIGNALS.forEach((signal, i) => {
      for (const listener of process.listeners(signal)) {
        if (!listeners[i]!.includes(listener)) process.off(signal, listener);
      }
    });
    await rm(FOLDER, { recursive: true });
  }
}

interface Snippet {
  name: string;
  code: string;
  /** The ending of its file. */
  ending: string;
}

const snippets: Snippet[] = pages().flatMap(({ path, text }) =>
  fencesOf(text).flatMap(({ info, code, line }) => {
    const [ending, ignore, ...runtimes] = info.split(" ") as [
      string,
      ...string[],
    ];
    if (ending !== "ts" && ending !== "js") return [];
    if (ignore === "ignore" && !runtimes.includes(runtime)) return [];
    return [{ name: `${path}, line ${line}`, code, ending }];
  })
);
const onStorage = snippets.filter(({ code }) =>
  code.includes("connectStorage()")
);

describe("the snippets of the pages", () => {
  const before = process.env.MAYFLY_URL;
  afterEach(() => setUrl(before));

  for (const { name, code, ending } of snippets) {
    it(name, async () => {
      setUrl(undefined);
      await run(`${name}.${ending}`, code);
    });
  }

  it("exist", () => {
    assert(snippets.length > 20);
    assert(onStorage.length > 5);
  });

  for (const { name, code, ending } of onStorage) {
    it(`${name}, in a file`, async () => {
      setUrl("file:state.db");
      await run(`file ${name}.${ending}`, code);
    });
  }
});

describe("the snippets of the pages, on a server", {
  ignore: isLeftOut("recipes on a Redis server", REDIS_PROGRAM),
}, () => {
  const before = process.env.MAYFLY_URL;
  let server: RedisServer | undefined;
  beforeAll(async () => {
    server = await startRedisServer();
    setUrl(server!.url);
  });
  afterAll(async () => {
    setUrl(before);
    await server?.stop();
  });

  for (const { name, code, ending } of onStorage) {
    it(name, () => run(`server ${name}.${ending}`, code));
  }
});

function setUrl(url: string | undefined): void {
  if (url === undefined) delete process.env.MAYFLY_URL;
  else process.env.MAYFLY_URL = url;
}
