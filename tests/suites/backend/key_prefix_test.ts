/** A client's `keyPrefix`: keys and patterns are as the caller's own commands spell them. */

import { listKeys, type StorageBackend, update } from "@mayfly/store";
import { assertEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { Cluster, Redis } from "ioredis";
import { Redis as Valkey } from "iovalkey";
import { CLI_PROGRAM, isLeftOut, REDIS_PROGRAM } from "../oracle/programs.ts";
import {
  type RedisCluster,
  startRedisCluster,
} from "../oracle/redis_cluster.ts";
import { type RedisServer, startRedisServer } from "../oracle/redis_server.ts";

/** As a pattern it would match none of its own keys. */
const PREFIX = "a[b]*?\\c:";

type Client = StorageBackend & { disconnect(): void };

interface Pair {
  prefixed: Client;
  plain: Client;
}

function honoursPrefix(name: string, ignore: boolean, open: () => Pair): void {
  const options = { ignore, sanitizeOps: false, sanitizeResources: false };
  describe(`keyPrefix of ${name}`, options, () => {
    let pair: Pair;
    beforeAll(() => {
      pair = open();
    });
    afterAll(() => {
      pair.prefixed.disconnect();
      pair.plain.disconnect();
    });

    it("is added to the key of an update", async () => {
      const { prefixed, plain } = pair;
      await prefixed.del("k");
      await plain.set("k", "plain");
      await update(prefixed, "k", (value) => `${value}!`);
      await update(prefixed, "k", (value) => `${value}!`);
      assertEquals(await prefixed.get("k"), "null!!");
      assertEquals(await plain.get(`${PREFIX}k`), "null!!");
      assertEquals(await plain.get("k"), "plain");
    });

    it("is added to the pattern of listKeys and removed from the keys", async () => {
      const { prefixed, plain } = pair;
      for (const key of ["k:1", "k:2", "j:1"]) await prefixed.set(key, "v");
      for (const key of ["k:3", "abx\\c:k:4", `x${PREFIX}k:5`]) {
        await plain.set(key, "v");
      }
      const keys: string[] = [];
      for await (const key of listKeys(prefixed, "k:*")) keys.push(key);
      assertEquals(keys.sort(), ["k:1", "k:2"]);
      assertEquals(await prefixed.get(keys[0]!), "v");
    });
  });
}

const withoutServer = isLeftOut("keyPrefix on a Redis server", REDIS_PROGRAM);
const withoutCluster = isLeftOut(
  "keyPrefix on a cluster",
  REDIS_PROGRAM,
  CLI_PROGRAM,
);
let server: RedisServer;
let cluster: RedisCluster;

const sanitize = { sanitizeOps: false, sanitizeResources: false };
describe(
  "keyPrefix on a server",
  { ignore: withoutServer, ...sanitize },
  () => {
    beforeAll(async () => {
      server = (await startRedisServer())!;
    });
    afterAll(() => server.stop());
    honoursPrefix("ioredis", withoutServer, () => ({
      prefixed: new Redis(server.url, { keyPrefix: PREFIX }),
      plain: new Redis(server.url),
    }));
    honoursPrefix("iovalkey", withoutServer, () => ({
      prefixed: new Valkey(server.url, { keyPrefix: PREFIX }),
      plain: new Valkey(server.url),
    }));
  },
);

describe(
  "keyPrefix on a cluster",
  { ignore: withoutCluster, ...sanitize },
  () => {
    beforeAll(async () => {
      cluster = await startRedisCluster();
    });
    afterAll(() => cluster.stop());
    honoursPrefix("a Cluster", withoutCluster, () => ({
      prefixed: new Cluster(cluster.nodes, { keyPrefix: PREFIX }),
      plain: new Cluster(cluster.nodes),
    }));
    honoursPrefix("a Cluster's redisOptions", withoutCluster, () => ({
      prefixed: new Cluster(cluster.nodes, {
        redisOptions: { keyPrefix: PREFIX },
      }),
      plain: new Cluster(cluster.nodes),
    }));
  },
);
