/**
 * A server that is killed and started again, and a cluster that loses a master, while clients write:
 * what was acknowledged is there, what was not was an error.
 */

import type { StorageBackend } from "@mayfly/store";
import { connectStorage } from "@mayfly/store/connect";
import { assert } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CLI_PROGRAM, isLeftOut, REDIS_PROGRAM } from "../oracle/programs.ts";
import { startRedisCluster } from "../oracle/redis_cluster.ts";
import { startRedisServer } from "../oracle/redis_server.ts";
import { TalkingWriter, UpdatingWriter, type Writer } from "./_acknowledged.ts";
import { delay } from "./suite.ts";

const SANITIZE = { sanitizeOps: false, sanitizeResources: false };
const DEADLINE_MS = 40_000;

type MakeWriter = (storage: StorageBackend) => Writer;

const WRITERS: Record<string, MakeWriter> = {
  update: (storage) => new UpdatingWriter(storage),
  conversations: (storage) => new TalkingWriter(storage),
};

/** What is asked of one node of a cluster. */
interface Node {
  info(section: "replication"): Promise<string>;
}

/** Waits until the replica of a master has all that the master has. */
async function isReplicated(master: Node): Promise<void> {
  const offsetIn = async (pattern: RegExp) =>
    Number(pattern.exec(await master.info("replication"))?.[1]);
  const written = await offsetIn(/master_repl_offset:(\d+)/);
  const deadline = Date.now() + DEADLINE_MS;
  // Not WAIT, which knows of the writes of its own connection alone.
  while (!(await offsetIn(/slave0:.*offset=(\d+)/) >= written)) {
    assert(Date.now() < deadline, "The replica does not follow");
    await delay(100);
  }
}

for (const [name, makeWriter] of Object.entries(WRITERS)) {
  describe(`${name} on a server that is killed and restarted`, {
    ignore: isLeftOut(`${name} on a server that is killed`, REDIS_PROGRAM),
    ...SANITIZE,
  }, () => {
    it("keeps every acknowledged write, if the server syncs before it replies", async () => {
      const folder = await mkdtemp(join(tmpdir(), "mayfly-restart-"));
      const args = [
        ...["--appendonly", "yes", "--appendfsync", "always", "--dir", folder],
      ];
      let server = (await startRedisServer({ args }))!;
      try {
        await using storage = await connectStorage(server.url);
        await using other = await connectStorage(server.url);
        const writers = [makeWriter(storage), makeWriter(other)];
        let isDone = false;
        const writing: Promise<void>[] = [];
        for (const writer of writers) {
          const place = await writer.start();
          for (let i = 0; i < 2; i++) {
            writing.push((async () => {
              while (!isDone) await writer.write(place);
            })());
          }
        }
        for (let round = 0; round < 3; round++) {
          const before = writers.map(({ count }) => count);
          const deadline = Date.now() + DEADLINE_MS;
          while (writers.some(({ count }, i) => count < before[i]! + 30)) {
            assert(
              Date.now() < deadline,
              `Nothing is acknowledged any more: ${[...writers[0]!.errors]}`,
            );
            await delay(5);
          }
          await server.kill();
          server = (await startRedisServer({ args, port: server.port }))!;
        }
        isDone = true;
        await Promise.all(writing);
        for (const writer of writers) await writer.check();
      } finally {
        await server.stop();
        await rm(folder, { recursive: true, force: true });
      }
    });
  });

  describe(`${name} on a cluster that loses a master`, {
    ignore: isLeftOut(
      `${name} on a cluster that loses a master`,
      REDIS_PROGRAM,
      CLI_PROGRAM,
    ),
    ...SANITIZE,
  }, () => {
    it("continues on the replica, with every write that WAIT confirmed", async () => {
      const cluster = await startRedisCluster(1);
      try {
        await using storage = await connectStorage(cluster.url);
        const writer = makeWriter(storage);
        const places: string[] = [];
        for (let i = 0; i < 12; i++) places.push(await writer.start());
        for (const place of [...places, ...places]) {
          assert(await writer.write(place), writer.errors.get(place));
        }
        // What a master has acknowledged, but not yet handed on, may be lost with it.
        const { nodes } = storage as unknown as {
          nodes(role: "master"): Node[];
        };
        await Promise.all(nodes.call(storage, "master").map(isReplicated));
        await writer.check();
        await cluster.servers[0]!.kill();
        const deadline = Date.now() + DEADLINE_MS;
        await Promise.all(places.map(async (place) => {
          while (!await writer.write(place)) {
            assert(
              Date.now() < deadline,
              `Nobody has taken ${place} over: ${writer.errors.get(place)}`,
            );
            await delay(100);
          }
        }));
        await writer.check();
      } finally {
        await cluster.stop();
      }
    });
  });
}
