/**
 * A server that is killed and started again, and a cluster that loses a master,
 * while turns are appended: what was acknowledged is there, where its append
 * said, what was not is there once or not at all.
 */

import type { StorageBackend } from "@mayfly/store";
import { connectStorage } from "@mayfly/store/connect";
import { Conversations } from "@mayfly/store/conversations";
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

/** Appends turns, and keeps what the backend said to each. */
class Talker {
  readonly #conversations: Conversations;
  /** The contents that were acknowledged, by id and place. */
  readonly #acknowledged = new Map<string, string[]>();
  #next = 0;
  /** How many turns were acknowledged. */
  count = 0;
  /** Why the last one was not that was not. */
  lastError = "";

  constructor(storage: StorageBackend) {
    this.#conversations = new Conversations({ storage, ttl: 600_000 });
  }

  async start(): Promise<string> {
    const id = await this.#conversations.create();
    this.#acknowledged.set(id, []);
    return id;
  }

  /** Appends a turn of its own; whether the backend said that it did. */
  async say(id: string): Promise<boolean> {
    const content = `turn ${this.#next++}`;
    try {
      const turn = { role: "user", content };
      const { index } = await this.#conversations.append(id, turn);
      this.#acknowledged.get(id)![index] = content;
      this.count++;
      return true;
    } catch (error) {
      this.lastError = String(error);
      return false;
    }
  }

  /** Asserts that each conversation has what was acknowledged, and nothing twice. */
  async check(): Promise<void> {
    for (const [id, acknowledged] of this.#acknowledged) {
      const { turns } = (await this.#conversations.read(id))!;
      const contents = turns.map(({ content }) => content);
      assertEquals(new Set(contents).size, contents.length);
      acknowledged.forEach((content, index) => {
        assertEquals(contents[index], content);
      });
    }
  }
}

describe("conversations on a server that is killed and started again", {
  ignore: isLeftOut("conversations on a server that is killed", REDIS_PROGRAM),
  ...SANITIZE,
}, () => {
  it("have all that was acknowledged, and nothing twice", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mayfly-restart-"));
    const args = [
      ...["--appendonly", "yes", "--appendfsync", "always", "--dir", folder],
    ];
    let server = (await startRedisServer({ args }))!;
    try {
      await using storage = await connectStorage(server.url);
      await using other = await connectStorage(server.url);
      const talkers = [storage, other].map((storage) => new Talker(storage));
      const id = await talkers[0]!.start();
      const own = await talkers[1]!.start();
      let isDone = false;
      const talking = [
        [talkers[0]!, id],
        [talkers[0]!, id],
        [talkers[1]!, own],
        [talkers[1]!, own],
      ] as const;
      const ended = talking.map(async ([talker, id]) => {
        while (!isDone) await talker.say(id);
      });
      for (let round = 0; round < 3; round++) {
        const before = talkers.map(({ count }) => count);
        const deadline = Date.now() + DEADLINE_MS;
        while (talkers.some(({ count }, i) => count < before[i]! + 30)) {
          assert(Date.now() < deadline, "Nothing is acknowledged any more");
          await delay(5);
        }
        await server.kill();
        server = (await startRedisServer({ args, port: server.port }))!;
      }
      isDone = true;
      await Promise.all(ended);
      for (const talker of talkers) await talker.check();
    } finally {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe("conversations on a cluster that loses a master", {
  ignore: isLeftOut(
    "conversations on a cluster that loses a master",
    REDIS_PROGRAM,
    CLI_PROGRAM,
  ),
  ...SANITIZE,
}, () => {
  it("go on with the replica, which has all that was waited for", async () => {
    const cluster = await startRedisCluster(1);
    try {
      await using storage = await connectStorage(cluster.url);
      const talker = new Talker(storage);
      const ids: string[] = [];
      for (let i = 0; i < 12; i++) ids.push(await talker.start());
      for (const id of [...ids, ...ids]) assert(await talker.say(id));
      // What a master has acknowledged, but not yet handed on, may be lost with it.
      const { nodes } = storage as unknown as {
        nodes(role: "master"): {
          wait(replicas: number, ms: number): Promise<number>;
        }[];
      };
      for (const master of nodes.call(storage, "master")) {
        assertEquals(await master.wait(1, DEADLINE_MS), 1);
      }
      await talker.check();
      await cluster.servers[0]!.kill();
      const deadline = Date.now() + DEADLINE_MS;
      await Promise.all(ids.map(async (id) => {
        while (!await talker.say(id)) {
          assert(
            Date.now() < deadline,
            `Nobody has taken ${id} over: ${talker.lastError}`,
          );
          await delay(100);
        }
      }));
      await talker.check();
    } finally {
      await cluster.stop();
    }
  });
});
