/** `connectStorage` against real servers, in processes of their own. */

import type { StorageErrorCode } from "@mayfly/store";
import { connectStorage } from "@mayfly/store/connect";
import { runtime } from "@mayfly/store/runtime";
import {
  assert,
  assertEquals,
  assertLess,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { Redis } from "ioredis";
import { Redis as Valkey } from "iovalkey";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CLI_PROGRAM, isLeftOut, REDIS_PROGRAM } from "../oracle/programs.ts";
import {
  type RedisCluster,
  startRedisCluster,
} from "../oracle/redis_cluster.ts";
import { type RedisServer, startRedisServer } from "../oracle/redis_server.ts";
import { RespConnection } from "../oracle/resp_connection.ts";
import { ROOT } from "../../tools/runtimes.js";
import { LineLogger } from "../../storage/_support.ts";
import { programPath, runOn } from "./run_on.ts";
import { delay } from "./suite.ts";

const PASSWORD = "s3cret/@ %ü";
const ENCODED = encodeURIComponent(PASSWORD);
/** For servers that answer, however busy the machine is. */
const LONG_MS = 20_000;
/** For servers that never do. */
const SHORT_MS = 1000;
const SANITIZE = { sanitizeOps: false, sanitizeResources: false };

/** What `programs/connects.ts` prints. */
interface Outcome {
  client?: string;
  value?: string;
  name?: string;
  code?: StorageErrorCode;
  message?: string;
  variable?: string;
  shown?: string;
  ms: number;
  running: string[];
}

/** Opens a backend in a process that ends by itself, and leaves nothing running. */
async function connectElsewhere(
  url: string,
  { root, flags, timeout = LONG_MS, kill }: {
    root?: string;
    flags?: string[];
    timeout?: number;
    /** A process to kill before the backend is closed. */
    kill?: number;
  } = {},
): Promise<Outcome> {
  const program = "tests/suites/backend/programs/connects.ts";
  const { code, stdout, stderr } = await runOn(
    runtime,
    join(root ?? ROOT, program),
    {
      args: [url, String(timeout), ...kill === undefined ? [] : [String(kill)]],
      root,
      flags,
    },
  );
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  const outcome: Outcome = JSON.parse(stdout);
  assertEquals(outcome.running, []);
  return outcome;
}

/** A server at 127.0.0.1 that takes connections and never answers. */
class BlackHole {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer((socket) => {
    this.#sockets.add(socket);
    socket.on("error", () => {});
  });

  /** Starts to listen; answers the port. */
  open(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(0, "127.0.0.1", () => {
        const address = this.#server.address();
        resolve(typeof address === "object" && address ? address.port : 0);
      });
    });
  }

  /** Ends it, and its connections. */
  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

const withoutServer = isLeftOut("connectStorage to a server", REDIS_PROGRAM);

describe("connectStorage to a server", {
  ignore: withoutServer,
  ...SANITIZE,
}, () => {
  let server: RedisServer;
  let locked: RedisServer;
  const hole = new BlackHole();
  let holePort: number;

  beforeAll(async () => {
    server = (await startRedisServer())!;
    locked = (await startRedisServer())!;
    const connection = await RespConnection.open(locked.port);
    const words = ["CONFIG", "SET", "requirepass", PASSWORD];
    const [reply] = await connection.send([words]);
    assertEquals(reply, { kind: "status", text: "OK" });
    connection.close();
    holePort = await hole.open();
  });

  afterAll(async () => {
    await hole.close();
    await server.stop();
    await locked.stop();
  });

  it("opens a client and closes it", async () => {
    for (const scheme of ["redis", "valkey"]) {
      const { client, value } = await connectElsewhere(
        `${scheme}://127.0.0.1:${server.port}/0`,
      );
      assertEquals([client, value], ["server", "v"]);
    }
  });

  it("logs in with a password that is percent-encoded", async () => {
    const { value } = await connectElsewhere(
      `redis://:${ENCODED}@127.0.0.1:${locked.port}`,
    );
    assertEquals(value, "v");
  });

  it("passes options to the client", async () => {
    const address = `127.0.0.1:${locked.port}`;
    await using storage = await connectStorage(`redis://${address}`, {
      client: { password: PASSWORD, keyPrefix: "app:" },
    });
    await storage.set("k", "v");
    await using other = await connectStorage(`redis://:${ENCODED}@${address}`, {
      // What the URL says goes first.
      client: { password: "wrong", port: 1 },
    });
    assertEquals(await other.get("app:k"), "v");
  });

  it("tries the client of the URL's scheme first", async () => {
    await using redis = await connectStorage(server.url);
    assert(redis instanceof Redis);
    await using valkey = await connectStorage(
      server.url.replace("redis:", "valkey:"),
    );
    assert(valkey instanceof Valkey);
  });

  it("can be closed several times", async () => {
    const storage = await connectStorage(server.url);
    await Promise.all([
      storage[Symbol.asyncDispose](),
      storage[Symbol.asyncDispose](),
    ]);
    await storage[Symbol.asyncDispose]();
  });

  it("closes a client whose server is gone", async () => {
    const own = (await startRedisServer())!;
    const { value } = await connectElsewhere(own.url, { kill: own.pid });
    assertEquals(value, "v");
    await own.stop();
  });

  it("warns of an open connection that breaks", async () => {
    const own = (await startRedisServer())!;
    const logger = new LineLogger();
    const url = own.url.replace("//", "//:S3CRET@");
    // The server has no password, and takes any.
    await using storage = await connectStorage(url, { storage: { logger } });
    await storage.set("k", "v");
    await own.stop();
    const deadline = Date.now() + LONG_MS;
    while (logger.lines.length === 0 && Date.now() < deadline) await delay(20);
    const [level, line] = logger.take()[0]!;
    assertEquals(level, "warn");
    assertStringIncludes(line, `"redis://:***@127.0.0.1:${own.port}" failed: `);
  });

  /** Each is refused in time, with nothing left running and no password shown. */
  const unavailable: [
    what: string,
    url: () => string,
    reason: RegExp,
    timeout?: number,
  ][] = [
    [
      "wants another password",
      () => `redis://:S3CRET%20WRONG@127.0.0.1:${locked.port}`,
      /WRONGPASS/,
    ],
    ["wants a password", () => `redis://127.0.0.1:${locked.port}`, /NOAUTH/],
    [
      "wants another user",
      () => `redis://nobody:S3CRET@127.0.0.1:${locked.port}`,
      /WRONGPASS/,
    ],
    ["is not there", () => "redis://:S3CRET@127.0.0.1:1", /ECONNREFUSED/],
    [
      "never answers",
      () => `redis://:S3CRET@127.0.0.1:${holePort}`,
      /no answer within 1000 ms/,
      SHORT_MS,
    ],
    [
      "does not speak TLS",
      () => `rediss://:S3CRET@127.0.0.1:${server.port}`,
      /./,
      SHORT_MS,
    ],
    [
      "has no such database",
      () => `redis://127.0.0.1:${server.port}/7`,
      /DB index is out of range/,
    ],
    [
      "is no cluster",
      () => `redis+cluster://127.0.0.1:${server.port}`,
      /cluster support disabled/,
    ],
    [
      "is a cluster that is not there",
      () => "redis+cluster://:S3CRET@127.0.0.1:1,127.0.0.1:2/",
      /./,
    ],
    [
      "is a cluster that never answers",
      () => `redis+cluster://:S3CRET@127.0.0.1:${holePort}/`,
      /./,
      SHORT_MS,
    ],
    [
      "is a cluster that wants another password",
      () => `redis+cluster://:S3CRET@127.0.0.1:${locked.port}/`,
      /WRONGPASS/,
    ],
  ];
  for (const [what, url, reason, timeout] of unavailable) {
    it(`rejects for a server that ${what}`, async () => {
      const { name, code, message, shown, ms } = await connectElsewhere(
        url(),
        { timeout },
      );
      assertEquals([name, code], ["StorageError", "unavailable"]);
      assertStringIncludes(message!, 'Cannot connect to "redis');
      assertStringIncludes(message!, "127.0.0.1:");
      assertMatch(message!, reason);
      assert(!/S3CRET|WRONG%20|WRONG"/.test(shown!), shown);
      // Far more than it takes, and less than the clients' own ten seconds.
      if (timeout === SHORT_MS) assertLess(ms, 8000);
    });
  }

  // The other runtimes have no permission to withhold.
  if (runtime === "deno") {
    it("reports the permissions that a client needs", async () => {
      const flags = ["--deny-env", "--no-prompt"];
      const { name, message } = await connectElsewhere(server.url, { flags });
      assertEquals(name, "ConfigError");
      assertStringIncludes(message!, "--allow-env");
    });
  }

  it("reports what to install if there is no client", async () => {
    const root = await copyOfSource();
    try {
      // Deno would fetch it from npm.
      const options = { root, flags: runtime === "deno" ? ["--no-npm"] : [] };
      const url = `redis+cluster://:${ENCODED}@127.0.0.1:${server.port}`;
      for (
        const [scheme, client] of [["redis", "ioredis"], ["valkey", "iovalkey"]]
      ) {
        const { name, message, variable, shown } = await connectElsewhere(
          url.replace("redis", scheme!),
          options,
        );
        assertEquals([name, variable], ["ConfigError", "url"]);
        assertStringIncludes(
          message!,
          `Install one ("npm install ${client}" or `,
        );
        assertStringIncludes(message!, `${scheme}+cluster://:***@127.0.0.1`);
        assert(!shown!.includes("s3cret"), shown);
      }
      if (runtime !== "bun") return;
      // Bun has a client of its own, for one server.
      const opened = await connectElsewhere(
        `valkey://:${ENCODED}@127.0.0.1:${locked.port}/0`,
        options,
      );
      assertEquals([opened.client, opened.value], ["Bun's", "v"]);
      const places = [
        `redis://:S3CRET@127.0.0.1:${locked.port}`,
        `redis://:S3CRET@127.0.0.1:${holePort}`,
        "redis://:S3CRET@127.0.0.1:1",
        `redis://127.0.0.1:${server.port}/7`,
      ];
      for (const place of places) {
        const { name, code, shown } = await connectElsewhere(place, {
          ...options,
          timeout: SHORT_MS,
        });
        assertEquals([name, code], ["StorageError", "unavailable"]);
        assert(!shown!.includes("S3CRET"), shown);
      }
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
});

/** The source and the program where no client is installed. */
async function copyOfSource(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "mayfly-source-"));
  await cp(join(ROOT, "src"), join(root, "src"), { recursive: true });
  const program = "tests/suites/backend/programs/connects.ts";
  await mkdir(dirname(join(root, program)), { recursive: true });
  await cp(programPath("connects"), join(root, program));
  await writeFile(join(root, "package.json"), '{ "type": "module" }');
  return root;
}

const withoutCluster = isLeftOut(
  "connectStorage to a cluster",
  REDIS_PROGRAM,
  CLI_PROGRAM,
);

describe("connectStorage to a cluster", {
  ignore: withoutCluster,
  ...SANITIZE,
}, () => {
  let cluster: RedisCluster;

  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(() => cluster.stop());

  it("opens a client and closes it", async () => {
    const dead = cluster.url.replace("//", "//127.0.0.1:1,");
    for (
      const url of [cluster.url, dead, cluster.url.replace("redis", "valkey")]
    ) {
      const { client, value } = await connectElsewhere(url);
      assertEquals([client, value], ["cluster", "v"]);
    }
  });
});
