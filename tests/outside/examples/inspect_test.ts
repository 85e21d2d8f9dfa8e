import { InMemoryStorage } from "@mayfly/store";
import { connectStorage } from "@mayfly/store/connect";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { takeStock } from "../../../examples/inspect/stock.ts";
import { writeTables } from "../../../examples/inspect/tables.ts";
import { isLeftOut, REDIS_PROGRAM } from "../../suites/oracle/programs.ts";
import { RespConnection } from "../../suites/oracle/resp_connection.ts";
import { startRedisServer } from "../../suites/oracle/redis_server.ts";
import { nodePath, ROOT } from "../../tools/runtimes.js";

function fill(): InMemoryStorage {
  const storage = new InMemoryStorage({
    timeoutHours: 1,
    now: () => 1_000_000,
  });
  storage.setex("thread:1", 30, "a");
  storage.setex("thread:2", 3600, "é".repeat(500));
  storage.setex("thread:3", 600, "abc");
  storage.set("config", "secret");
  storage.setex("lock:\x1b[2J\n", 3601, "secret");
  return storage;
}

describe("the inspection of a storage", () => {
  it("counts keys and bytes, by prefix and by remaining TTL", async () => {
    using storage = fill();
    const stock = await takeStock(storage, { top: 2 });
    assertEquals(stock, {
      keys: 5,
      bytes: 1 + 1000 + 3 + 6 + 6,
      otherTypes: 0,
      prefixes: [
        { name: "thread:", keys: 3, bytes: 1004 },
        { name: "(no prefix)", keys: 1, bytes: 6 },
        { name: "lock:", keys: 1, bytes: 6 },
      ],
      ttls: [
        { name: "up to 1 min", keys: 1, bytes: 1 },
        { name: "up to 10 min", keys: 1, bytes: 3 },
        { name: "up to 1 h", keys: 1, bytes: 1000 },
        { name: "up to 3 h", keys: 1, bytes: 6 },
        { name: "for ever", keys: 1, bytes: 6 },
      ],
      soonest: [
        { key: "thread:1", bytes: 1, ttl: 30_000 },
        { key: "thread:3", bytes: 3, ttl: 600_000 },
      ],
      largest: [
        { key: "thread:2", bytes: 1000, ttl: 3_600_000 },
        { key: "config", bytes: 6, ttl: null },
      ],
    });
  });

  it("examines only the keys that match a pattern", async () => {
    using storage = fill();
    const stock = await takeStock(storage, { match: "thread:[12]" });
    assertEquals([stock.keys, stock.prefixes.length], [2, 1]);
    assertEquals((await takeStock(storage, { match: "x*" })).keys, 0);
    assertEquals(
      writeTables(await takeStock(new InMemoryStorage())),
      "0 keys, 0 B of values",
    );
  });

  it("shows values only on request", async () => {
    using storage = fill();
    const without = await takeStock(storage);
    assertEquals(JSON.stringify(without).includes("secret"), false);
    assertEquals(writeTables(without).includes("secret"), false);
    const { largest } = await takeStock(storage, { top: 2, values: true });
    assertEquals(largest.map(({ value }) => value), [
      "é".repeat(500),
      "secret",
    ]);
  });

  it("counts up to a thousand prefixes separately, and the rest as one", async () => {
    using storage = new InMemoryStorage({ timeoutHours: 1 });
    for (let i = 0; i < 1100; i++) storage.set(`${i}:`, "x");
    const { prefixes } = await takeStock(storage);
    assertEquals(prefixes.length, 1001);
    assertEquals(prefixes[0], { name: "(others)", keys: 100, bytes: 100 });
  });

  it("prints tables, with control characters in keys escaped", async () => {
    using storage = fill();
    const tables = writeTables(await takeStock(storage));
    assertEquals(/[^\P{Cc}\n]/u.test(tables), false);
    for (
      const line of ["5 keys, 1.0 kB of values", "By prefix", "Next to expire"]
    ) {
      assertStringIncludes(tables, line);
    }
    assertStringIncludes(tables, "lock:\\u001b[2J\\u000a");
    assertStringIncludes(tables, "  up to 1 min      1  ######");
  });
});

/** Runs the program in a process of its own. */
async function inspect(
  ...args: string[]
): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = spawn(nodePath(24), [
    ...["--disable-warning=ExperimentalWarning"],
    `--import=${pathToFileURL(join(ROOT, "examples", "node_resolve.js"))}`,
    join(ROOT, "examples", "inspect", "inspect.ts"),
    ...args,
  ]);
  child.stdin.end();
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code, stdout, stderr };
}

describe("npm run inspect", () => {
  it("reads a file, and creates none", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mayfly-"));
    try {
      const url = pathToFileURL(join(folder, "state.db")).href;
      const missing = await inspect(url);
      assertEquals([missing.code, missing.stdout], [1, ""]);
      assertStringIncludes(missing.stderr, "there is no file");
      {
        await using storage = await connectStorage(url);
        await storage.setex("thread:1", 3600, "secret");
      }
      const { code, stdout, stderr } = await inspect(url, "--json");
      assertEquals([code, stderr], [0, ""]);
      const stock = JSON.parse(stdout);
      assertEquals([stock.keys, stock.bytes], [1, 6]);
      assertEquals(stdout.includes("secret"), false);
      const shown = await inspect(url, "--values");
      assertStringIncludes(shown.stdout, "secret");
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("prints its usage", async () => {
    for (const args of [["a:", "b:"], ["--top", "x"], ["--nonsense"]]) {
      const { code, stdout } = await inspect(...args);
      assertEquals([code, stdout], [1, ""]);
    }
    const { code, stdout } = await inspect("--help");
    assertEquals([code, stdout.slice(0, 6)], [0, "Usage:"]);
  });
});

describe("npm run inspect, on a server", {
  ignore: isLeftOut("a look into a Redis server", REDIS_PROGRAM),
}, () => {
  it("counts keys of other Redis types, too", async () => {
    const server = await startRedisServer();
    try {
      const connection = await RespConnection.open(server!.port);
      await connection.send([["SET", "a:1", "abc"], ["RPUSH", "list", "x"]]);
      connection.close();
      const { code, stdout, stderr } = await inspect(server!.url, "--json");
      assertEquals([code, stderr], [0, ""]);
      const { keys, bytes, otherTypes } = JSON.parse(stdout);
      assertEquals({ keys, bytes, otherTypes }, {
        keys: 2,
        bytes: 3,
        otherTypes: 1,
      });
    } finally {
      await server?.stop();
    }
  });
});
