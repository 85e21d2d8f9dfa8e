/**
 * A server that is killed and started again, and a cluster that loses a master,
 * while a client updates: what was acknowledged is there, what was not was an
 * error.
 */

import { type StorageBackend, update } from "@mayfly/store";
import { connectStorage } from "@mayfly/store/connect";
import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CLI_PROGRAM, isLeftOut, REDIS_PROGRAM } from "../oracle/programs.ts";
import { startRedisCluster } from "../oracle/redis_cluster.ts";
import { startRedisServer } from "../oracle/redis_server.ts";
import { delay } from "./suite.ts";

const SANITIZE = { sanitizeOps: false, sanitizeResources: false };
const DEADLINE_MS = 40_000;
const KEYS = Array.from({ length: 40 }, (_, i) => `key:${i}`);

/** Adds marks to values, and keeps what the backend said to each. */
class Writer {
  readonly acknowledged: [key: string, mark: string][] = [];
  readonly refused: [key: string, mark: string][] = [];
  readonly #storage: StorageBackend;
  #next = 0;

  constructor(storage: StorageBackend) {
    this.#storage = storage;
  }

  /** Adds a mark of its own to a value; whether the backend said that it did. */
  async mark(key: string): Promise<boolean> {
    const mark = `<${this.#next++}>`;
    try {
      await update(this.#storage, key, (value) => (value ?? "") + mark);
      this.acknowledged.push([key, mark]);
      return true;
    } catch {
      this.refused.push([key, mark]);
      return false;
    }
  }

  /** The acknowledged marks that are not there. */
  async lost(): Promise<[key: string, mark: string][]> {
    const lost: [string, string][] = [];
    for (const [key, mark] of this.acknowledged) {
      const value = await this.#storage.get(key);
      if (!value?.includes(mark)) lost.push([key, mark]);
    }
    return lost;
  }
}

describe("a server that is killed and started again", {
  ignore: isLeftOut("a server that is killed", REDIS_PROGRAM),
  ...SANITIZE,
}, () => {
  it("has all that was acknowledged, where it writes before it answers", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mayfly-restart-"));
    const args = [
      ...["--appendonly", "yes", "--appendfsync", "always", "--dir", folder],
    ];
    let server = (await startRedisServer({ args }))!;
    try {
      await using storage = await connectStorage(server.url);
      const writer = new Writer(storage);
      let isDone = false;
      const writing = KEYS.slice(0, 4).map(async (key) => {
        while (!isDone) await writer.mark(key);
      });
      for (let round = 0; round < 3; round++) {
        const before = writer.acknowledged.length;
        const deadline = Date.now() + DEADLINE_MS;
        while (writer.acknowledged.length < before + 50) {
          assert(Date.now() < deadline, "Nothing is acknowledged any more");
          await delay(5);
        }
        await server.kill();
        server = (await startRedisServer({ args, port: server.port }))!;
      }
      isDone = true;
      await Promise.all(writing);
      assertEquals(await writer.lost(), []);
    } finally {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe("a cluster that loses a master", {
  ignore: isLeftOut(
    "a cluster that loses a master",
    REDIS_PROGRAM,
    CLI_PROGRAM,
  ),
  ...SANITIZE,
}, () => {
  it("goes on with the replica, which has all that was waited for", async () => {
    const cluster = await startRedisCluster(1);
    try {
      await using storage = await connectStorage(cluster.url);
      const writer = new Writer(storage);
      for (const key of [...KEYS, ...KEYS]) assert(await writer.mark(key));
      // What a master has acknowledged, but not yet handed on, may be lost with it.
      const { nodes } = storage as unknown as {
        nodes(role: "master"): {
          wait(replicas: number, ms: number): Promise<number>;
        }[];
      };
      for (const master of nodes.call(storage, "master")) {
        assertEquals(await master.wait(1, DEADLINE_MS), 1);
      }
      await cluster.servers[0]!.kill();
      const deadline = Date.now() + DEADLINE_MS;
      await Promise.all(KEYS.map(async (key) => {
        while (!await writer.mark(key)) {
          assert(Date.now() < deadline, `Nobody has taken ${key} over`);
          await delay(100);
        }
      }));
      assertEquals(await writer.lost(), []);
    } finally {
      await cluster.stop();
    }
  });
});
