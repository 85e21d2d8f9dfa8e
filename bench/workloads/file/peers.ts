/** Others that keep what they are given: ns by the clock, one call after the other. */
import { join } from "node:path";
import { Redis } from "ioredis";
import { SqliteStorage } from "../../../src/storage/sqlite/sqlite_storage.ts";
import { startRedisServer } from "../../../tests/suites/oracle/redis_server.ts";
import { load } from "../../contenders/_load.ts";
import type { Measures } from "./measure.ts";

const CALLS = 1000;
const SECONDS = 3600;
const VALUE = JSON.stringify([{ role: "user", text: "x".repeat(80) }]);

/** Somebody who stores a value under a key for some time. */
interface Peer {
  name: string;
  set(key: string): unknown;
  get(key: string): unknown;
  close(): unknown;
}

function ours(folder: string): Peer {
  const storage = new SqliteStorage(join(folder, "peer.db"));
  return {
    name: "`SqliteStorage`",
    set: (key) => storage.setex(key, SECONDS, VALUE),
    get: (key) => storage.get(key),
    close: () => storage.close(),
  };
}

async function keyv(folder: string): Promise<Peer> {
  const { KeyvSqlite } = await load("@keyv/sqlite");
  const store = new KeyvSqlite({
    uri: `sqlite://${join(folder, "keyv.db")}`,
    driver: "node:sqlite",
    wal: true,
  });
  return {
    name: "`@keyv/sqlite`",
    set: (key) => store.set(key, VALUE, SECONDS * 1000),
    get: (key) => store.get(key),
    close: () => store.disconnect(),
  };
}

async function unstorage(folder: string): Promise<Peer> {
  const { createStorage } = await load("unstorage");
  const { default: fs } = await load("unstorage/drivers/fs");
  const storage = createStorage({
    driver: fs({ base: join(folder, "unstorage"), noClear: true }),
  });
  return {
    name: "`unstorage` on `fs`",
    set: (key) => storage.setItem(key, VALUE),
    get: (key) => storage.getItem(key),
    close: () => storage.dispose(),
  };
}

async function lmdb(folder: string): Promise<Peer> {
  const { open } = await load("lmdb");
  const database = open({ path: join(folder, "lmdb"), encoding: "string" });
  return {
    name: "`lmdb`",
    set: (key) => database.put(key, VALUE),
    get: (key) => database.get(key),
    close: () => database.close(),
  };
}

/** A server that writes down what it is told, once a second. */
async function redis(folder: string): Promise<Peer | undefined> {
  const server = await startRedisServer({
    args: [
      ...["--dir", folder, "--appendonly", "yes", "--appendfsync", "everysec"],
    ],
  });
  if (server === undefined) return undefined;
  const client = new Redis(server.url);
  return {
    name: "`ioredis`",
    set: (key) => client.setex(key, SECONDS, VALUE),
    get: (key) => client.get(key),
    async close() {
      client.disconnect();
      await server.stop();
    },
  };
}

/** Measures all of them, in turns. */
export async function measurePeers(
  folder: string,
  keys: readonly string[],
  measures: Measures,
  rounds: number,
): Promise<void> {
  const made = [
    ours(folder),
    await keyv(folder),
    await unstorage(folder),
    await lmdb(folder),
    await redis(folder),
  ];
  const peers = made.filter((peer) => peer !== undefined);
  for (let round = 0; round <= rounds; round++) {
    measures.warmingUp = round === 0;
    for (const { name, set, get } of peers) {
      await measures.measure(
        `a refresh, ${name}`,
        "clock",
        CALLS,
        (i) => set(keys[i]!),
      );
      await measures.measure(
        `a read, ${name}`,
        "clock",
        CALLS,
        (i) => get(keys[i]!),
      );
    }
  }
  for (const peer of peers) await peer.close();
}
