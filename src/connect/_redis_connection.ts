/** The connection of a client of `ioredis` or `iovalkey`, of one server or a cluster. */

import type { ServerAddress } from "./_url.ts";
import type { RedisModule } from "./_find_client.ts";
import { type Connection, within } from "./_connection.ts";

/** How long a client may take to end before it is cut off, in ms. */
const CLOSE_TIMEOUT_MS = 1000;

/**
 * How long a client, once disconnected, waits for the server to end the connection too, in ms. It
 * waits even where there is none any more, and cannot be hurried.
 */
const DISCONNECT_TIMEOUT_MS = 50;

/** What is used of a client. */
interface Client {
  readonly status: string;
  readonly options: Record<string, unknown>;
  readonly stream?: { destroy(): void };
  nodes?(): Client[];
  connect(): Promise<unknown>;
  select(db: number): Promise<unknown>;
  ping(): Promise<unknown>;
  quit(): Promise<unknown>;
  disconnect(): void;
  on(event: "error", listener: (error: unknown) => void): void;
  once(event: "end", listener: () => void): void;
}

/** A client and its connection. */
export class RedisConnection implements Connection {
  readonly client: Client;
  lastError: unknown;
  onError: ((error: unknown) => void) | undefined;
  readonly #ended: Promise<void>;
  readonly #isCluster: boolean;
  readonly #db: number | undefined;

  constructor(
    module: RedisModule,
    address: ServerAddress,
    options: Record<string, unknown>,
  ) {
    const client = makeClient(module, address, options) as Client;
    this.client = client;
    this.#isCluster = address.isCluster;
    this.#db = address.db;
    this.#ended = new Promise((resolve) => client.once("end", resolve));
    // Where nobody listens, the client writes to the console.
    client.on("error", (error) => {
      this.lastError = error;
      this.onError?.(error);
    });
  }

  async open(): Promise<void> {
    const { client } = this;
    const { options } = client;
    const name = this.#isCluster ? "clusterRetryStrategy" : "retryStrategy";
    const strategy = options[name];
    // One attempt: a client that waits for the next one has a timer that outlives it.
    options[name] = () => null;
    await client.connect();
    // What fails of it while connecting, the client passes over: it would go on in database 0.
    if (this.#db !== undefined) await client.select(this.#db);
    await client.ping();
    options[name] = strategy;
  }

  async close(): Promise<void> {
    const { client } = this;
    if (client.status === "ready") {
      const quit = client.quit().then(() => this.#ended);
      await within(CLOSE_TIMEOUT_MS, quit).catch(() => {});
    }
    await this.abort();
  }

  async abort(): Promise<void> {
    const { client } = this;
    const isWaiting = client.status === "reconnecting";
    if (client.status !== "end") {
      const nodes = client.nodes?.() ?? [];
      client.disconnect();
      // Only asked to end, a stream waits for a server that may not answer.
      for (const { stream } of [client, ...nodes]) stream?.destroy();
      // One that waits for its next attempt ends without a word.
      if (!isWaiting) {
        await within(CLOSE_TIMEOUT_MS, this.#ended).catch(() => {});
      }
    }
    // Theirs were started before ours, which is longer.
    if (isWaiting || this.#isCluster) await delay(2 * DISCONNECT_TIMEOUT_MS);
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function makeClient(
  { Redis, Cluster }: RedisModule,
  { hosts, isCluster, tls, username, password, db }: ServerAddress,
  options: Record<string, unknown>,
): unknown {
  const login = {
    ...username === undefined ? {} : { username },
    ...password === undefined ? {} : { password },
  };
  if (isCluster) {
    const { redisOptions } = options as { redisOptions?: object };
    return new Cluster(hosts, {
      ...options,
      lazyConnect: true,
      redisOptions: {
        ...{ family: 0, disconnectTimeout: DISCONNECT_TIMEOUT_MS },
        ...redisOptions,
        ...login,
      },
    });
  }
  return new Redis({
    ...{ family: 0, disconnectTimeout: DISCONNECT_TIMEOUT_MS },
    ...options,
    ...login,
    ...hosts[0],
    ...db === undefined ? {} : { db },
    ...tls ? { tls: options.tls ?? {} } : {},
    lazyConnect: true,
  });
}
