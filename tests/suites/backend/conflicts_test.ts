/** `update` on a server where others write between its read and its write. */

import { type StorageBackend, update } from "@mayfly/store";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  it,
} from "@std/testing/bdd";
import { Redis } from "ioredis";
import { isLeftOut, REDIS_PROGRAM } from "../oracle/programs.ts";
import { type RedisServer, startRedisServer } from "../oracle/redis_server.ts";

const options = {
  ignore: isLeftOut("update against other writers", REDIS_PROGRAM),
  sanitizeOps: false,
  sanitizeResources: false,
};

describe("update against other writers", options, () => {
  let server: RedisServer;
  let client: Redis;

  beforeAll(async () => {
    server = (await startRedisServer())!;
    client = new Redis(server.url);
  });
  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    await client.flushall();
  });

  /** A client that lets others write before each of its first scripts. */
  function interrupted(...writes: (() => Promise<unknown>)[]): StorageBackend {
    const between = {
      get: (key: string) => client.get(key),
      async eval(script: string, keys: number, ...words: string[]) {
        await writes.shift()?.();
        return await client.eval(script, keys, ...words);
      },
    };
    return between as unknown as StorageBackend;
  }

  it("retries until no other writer interferes", async () => {
    const writes = Array.from({ length: 9 }, () => () => client.incr("k"));
    let runs = 0;
    const result = await update(interrupted(...writes), "k", (value) => {
      runs++;
      return String(Number(value) + 100);
    });
    assertEquals([result, await client.get("k"), runs], ["109", "109", 10]);
  });

  it("runs updates of one process one after another", async () => {
    let scripts = 0;
    const counting = interrupted(
      ...Array.from({ length: 50 }, () => () => Promise.resolve(scripts++)),
    );
    const updates = Array.from(
      { length: 20 },
      () => update(counting, "k", (value) => `${value ?? ""}x`),
    );
    await Promise.all(updates);
    assertEquals(await client.get("k"), "x".repeat(20));
    assertEquals(scripts, 20);
  });

  it("sees keys that are added and removed meanwhile", async () => {
    const seen: (string | null)[] = [];
    const storage = interrupted(
      () => client.set("k", "", "EX", 1000),
      () => client.del("k"),
      () => client.set("k", "x"),
    );
    await update(storage, "k", (value) => {
      seen.push(value);
      return null;
    });
    assertEquals(seen, [null, "", null, "x"]);
    assertEquals(await client.exists("k"), 0);
  });

  it("keeps a deadline that was set meanwhile", async () => {
    const storage = interrupted(() =>
      client.set("k", "1", "EXAT", 4_102_444_800)
    );
    assertEquals(await update(storage, "k", (value) => `${value}!`), "1!");
    assertEquals(await client.expiretime("k"), 4_102_444_800);
  });

  it("throws an error of a later run of change", async () => {
    const storage = interrupted(() => client.set("k", "theirs"));
    const error = await assertRejects(() =>
      update(storage, "k", (value) => {
        if (value !== null) throw new Error(value);
        return "ours";
      })
    );
    assertEquals((error as Error).message, "theirs");
    assertEquals(await client.get("k"), "theirs");
  });

  it("refuses bytes that were written meanwhile", async () => {
    // Both read as U+FFFD and an "a", and have four bytes.
    await client.set("k", "\uFFFDa");
    const write = async () => {
      await client.set("k", "👋");
      await client.setrange("k", 3, "a");
      assertEquals(await client.get("k"), "\uFFFDa");
    };
    await assertRejects(
      () => update(interrupted(async () => {}, write), "k", () => "new"),
      TypeError,
      'Cannot update the key: the value of "k" must be UTF-8 text',
    );
    assertEquals(await client.get("k"), "\uFFFDa");
  });

  it("also runs its script by send, for Bun's client", async () => {
    const sender = {
      get: (key: string) => client.get(key),
      send: (command: string, words: string[]) =>
        client.call(command, ...words),
    } as unknown as StorageBackend;
    await update(sender, "k", () => "1", { ttl: 1_000_000 });
    assertEquals(await update(sender, "k", (value) => `${value}2`), "12");
    assert(await client.pttl("k") > 900_000);
  });

  it("passes the server's error on", async () => {
    await client.lpush("k", "v");
    await assertRejects(
      () => update(client, "k", () => "new"),
      Error,
      "WRONGTYPE Operation against a key holding the wrong kind of value",
    );
    await client.call(
      "ACL",
      "SETUSER",
      "reader",
      "on",
      "nopass",
      "+@all",
      "-eval",
      "~*",
    );
    const reader = new Redis(server.url, {
      username: "reader",
      password: "any",
    });
    try {
      await assertRejects(
        () => update(reader, "other", () => "new"),
        Error,
        "NOPERM",
      );
    } finally {
      reader.disconnect();
    }
  });
});
