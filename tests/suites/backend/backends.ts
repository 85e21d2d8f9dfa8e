/**
 * Every backend that a suite runs on: memory, a file, and clients of real
 * servers, which the tests start.
 */

import { InMemoryStorage, type StorageBackend } from "@mayfly/store";
import { afterAll, beforeAll, beforeEach, describe } from "@std/testing/bdd";
import { SqliteStorage } from "@mayfly/store/sqlite";
import { Cluster, Redis } from "ioredis";
import { Redis as Valkey } from "iovalkey";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  CLI_PROGRAM,
  isLeftOut,
  REDIS_PROGRAM,
  VALKEY_PROGRAM,
} from "../oracle/programs.ts";
import { startRedisCluster } from "../oracle/redis_cluster.ts";
import { startRedisServer } from "../oracle/redis_server.ts";

/** A backend under test, empty when it is opened. */
export interface OpenBackend {
  /** The backend. */
  backend: StorageBackend;
  /** Another connection to the same keys, as another process has it; in memory the same object. */
  connect(): StorageBackend;
  /** A connection that keeps all its keys in one slot of a cluster. */
  inOneSlot(): StorageBackend;
  /** How another process gets at the same keys, by `connectStorage`; none in memory. */
  url: string | undefined;
  /** Removes all keys, of all nodes of a cluster. */
  clear(): Promise<void>;
  /** Closes the connections and ends the server. */
  close(): Promise<void>;
}

/** A backend that a suite runs on. */
export interface BackendUnderTest {
  /** What to call it. */
  name: string;
  /** Whether it is left out: what it needs is not there. */
  ignore: boolean;
  /** Whether it is a cluster: a command that has several keys needs them in one slot. */
  isCluster: boolean;
  /** Starts what it needs. */
  open(): Promise<OpenBackend>;
}

/** A client of a server, as far as the tests close it. */
type Client = StorageBackend & { disconnect?(): void; close?(): void };

/** A client of a cluster. */
type ClusterClient = Client & { nodes(role: "master"): Client[] };

const { Bun } = globalThis as {
  Bun?: { RedisClient: new (url: string) => Client };
};

/** Every backend there is on this runtime. */
export const BACKENDS: BackendUnderTest[] = [
  {
    ...{ name: "InMemoryStorage", ignore: false, isCluster: false },
    open: inMemory,
  },
  { name: "SqliteStorage", ignore: false, isCluster: false, open: inFile },
  ...onServer("ioredis", REDIS_PROGRAM, (url) => new Redis(url)),
  ...onServer("iovalkey", REDIS_PROGRAM, (url) => new Valkey(url)),
  // The other runtimes do not have this client.
  ...Bun
    ? onServer("Bun's client", REDIS_PROGRAM, (url) => new Bun.RedisClient(url))
    : [],
  ...VALKEY_PROGRAM && VALKEY_PROGRAM !== REDIS_PROGRAM
    ? onServer("iovalkey on Valkey", VALKEY_PROGRAM, (url) => new Valkey(url))
    : [],
  onCluster(
    "ioredis on a cluster",
    (nodes, options) => new Cluster(nodes, options),
  ),
];

// deno-lint-ignore require-await
async function inMemory(): Promise<OpenBackend> {
  const backend = new InMemoryStorage();
  return {
    backend,
    connect: () => backend,
    inOneSlot: () => backend,
    url: undefined,
    // deno-lint-ignore require-await
    async clear() {
      backend.flushall();
    },
    // deno-lint-ignore require-await
    async close() {
      backend.shutdown();
    },
  };
}

async function inFile(): Promise<OpenBackend> {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-file-"));
  const path = join(folder, "state.db");
  const opened: SqliteStorage[] = [];
  const connect = () => {
    const storage = new SqliteStorage(path);
    opened.push(storage);
    return storage;
  };
  const backend = connect();
  return {
    ...{ backend, connect, inOneSlot: () => backend },
    url: pathToFileURL(path).href,
    // deno-lint-ignore require-await
    async clear() {
      backend.flushall();
    },
    async close() {
      for (const storage of opened) storage.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function onServer(
  name: string,
  program: string | undefined,
  makeClient: (url: string) => Client,
): BackendUnderTest[] {
  return [{
    name,
    ignore: isLeftOut(`${name} against a Redis server`, program),
    isCluster: false,
    async open() {
      const server = (await startRedisServer({ program }))!;
      const clients: Client[] = [];
      const connect = () => {
        const client = makeClient(server.url);
        clients.push(client);
        return client;
      };
      const backend = connect();
      return {
        ...{ backend, connect, inOneSlot: () => backend, url: server.url },
        async clear() {
          await backend.flushall();
        },
        async close() {
          clients.forEach(disconnect);
          await server.stop();
        },
      };
    },
  }];
}

function onCluster(
  name: string,
  makeClient: (
    nodes: { host: string; port: number }[],
    options: { keyPrefix?: string },
  ) => ClusterClient,
): BackendUnderTest {
  return {
    name,
    ignore: isLeftOut(name, REDIS_PROGRAM, CLI_PROGRAM),
    isCluster: true,
    async open() {
      const cluster = await startRedisCluster();
      const clients: Client[] = [];
      const connect = (options = {}) => {
        const client = makeClient(cluster.nodes, options);
        clients.push(client);
        return client;
      };
      const backend = connect();
      const tagged = connect({ keyPrefix: "{slot}:" });
      return {
        ...{ backend, url: cluster.url },
        connect: () => connect(),
        inOneSlot: () => tagged,
        async clear() {
          // It knows its masters once it has answered something.
          await backend.get("");
          for (const node of backend.nodes("master")) await node.flushall();
        },
        async close() {
          clients.forEach(disconnect);
          await cluster.stop();
        },
      };
    },
  };
}

function disconnect(client: Client): void {
  if (client.disconnect) client.disconnect();
  else client.close?.();
}

/** Those that other processes see too, one of each kind. */
export const SHARED_BACKENDS: BackendUnderTest[] = BACKENDS.filter(({ name }) =>
  ["SqliteStorage", "ioredis", "ioredis on a cluster"].includes(name)
);

/**
 * Runs a suite on every backend; each test begins with no keys.
 *
 * @param what What the suite is of.
 * @param suite Declares the tests; what it is given answers the backend inside of a test.
 * @param backends The backends, if not all of them.
 */
export function describeOnEvery(
  what: string,
  suite: (opened: () => OpenBackend, on: BackendUnderTest) => void,
  backends: BackendUnderTest[] = BACKENDS,
): void {
  // A client keeps its connection from one test to the next.
  const sanitize = { sanitizeOps: false, sanitizeResources: false };
  for (const on of backends) {
    describe(
      `${what} on ${on.name}`,
      { ignore: on.ignore, ...sanitize },
      () => {
        let opened: OpenBackend;
        beforeAll(async () => {
          opened = await on.open();
        });
        afterAll(async () => {
          await opened.close();
        });
        beforeEach(async () => {
          await opened.clear();
        });
        suite(() => opened, on);
      },
    );
  }
}
