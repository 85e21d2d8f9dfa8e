/** The storage in a file answers as a server does, too. */

import { SqliteStorage } from "@mayfly/store/sqlite";
import { assertEquals } from "@std/assert";
import { afterAll, describe, it } from "@std/testing/bdd";
import { redisForTests } from "../oracle/redis_for_tests.ts";
import { Folder } from "../storage/sqlite/_support.ts";
import { runCampaign } from "./campaign.ts";
import type { MakeStorage } from "./replay.ts";
import { onTheWire, type Server, throughIoredis } from "./servers.ts";

const redis = await redisForTests("random commands on a file");

/** A storage that a sequence leaves open for the next one. */
class LastingStorage extends SqliteStorage {
  override [Symbol.dispose](): void {}
}

/** One file for all sequences, empty at the start of each, on the clock of each. */
class FileForSequences {
  readonly #folder = new Folder();
  #now: () => number = Date.now;
  readonly #storage = new LastingStorage(this.#folder.file(), {
    now: () => this.#now(),
    sweepInterval: Infinity,
  });

  readonly make: MakeStorage = (now) => {
    this.#now = now;
    this.#storage.flushall();
    return this.#storage;
  };

  [Symbol.dispose](): void {
    this.#storage.close();
    this.#folder[Symbol.dispose]();
  }
}

describe("SqliteStorage beside a Redis server", {
  ignore: redis === undefined,
  sanitizeOps: false,
  sanitizeResources: false,
}, () => {
  afterAll(async () => {
    await redis!.stop();
  });

  async function compare(
    connecting: Promise<Server>,
    options: { styles: boolean; operations: number; seed: number },
  ): Promise<void> {
    using file = new FileForSequences();
    const server = await connecting;
    try {
      const { difference } = await runCampaign({
        server,
        makeStorage: file.make,
        ...options,
      });
      assertEquals(difference, undefined, difference);
    } finally {
      server.close();
    }
  }

  it("answers random commands alike, word for word", async () => {
    const options = { styles: false, operations: 6000, seed: 22 };
    await compare(onTheWire(redis!.port), options);
  });

  it("answers random calls of methods alike", async () => {
    const options = { styles: true, operations: 4000, seed: 23 };
    await compare(throughIoredis(redis!.port), options);
  });
});
