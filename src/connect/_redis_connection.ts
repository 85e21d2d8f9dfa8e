/** The connection of a client of `ioredis` or `iovalkey`, to one server or a cluster. */

import { unrefTimer } from "../base/runtime.ts";
import { unknownOutcome } from "../backend/_lost_reply.ts";
import type { ServerAddress } from "./_url.ts";
import type { RedisModule } from "./_find_client.ts";
import {
  type Connection,
  delay,
  MAX_DELAY,
  type Timeouts,
  untilAnswered,
  within,
} from "./_connection.ts";

/** The timeout for closing a client, in ms; then its sockets are destroyed. */
const CLOSE_TIMEOUT_MS = 1000;

/**
 * The time that a disconnected client waits for the server to close the connection too, in ms. It
 * waits even if there is no connection any more.
 */
const DISCONNECT_TIMEOUT_MS = 50;

/** A stream of Node. */
interface Stream {
  destroy(): void;
  prependOnceListener(event: "close", listener: () => void): void;
}

/** The members of a client that are used. */
interface Client {
  readonly status: string;
  readonly options: Record<string, unknown>;
  readonly stream?: Stream;
  /** `true` while a cluster asks one of its nodes for the slots. */
  readonly isRefreshing?: boolean;
  nodes?(): Client[];
  connect(): Promise<unknown>;
  select(db: number): Promise<unknown>;
  ping(): Promise<unknown>;
  call(command: string, ...args: string[]): Promise<unknown>;
  quit(): Promise<unknown>;
  disconnect(): void;
  /** Rejects the unanswered commands. */
  flushQueue(error: Error, queues: { offlineQueue: false }): void;
  on(event: string, listener: (argument: never) => void): void;
  once(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
}

/** A client and its connection. */
export class RedisConnection implements Connection {
  readonly resends = false;
  readonly client: Client;
  lastError: unknown;
  onError: ((error: unknown) => void) | undefined;
  readonly #ended: Promise<void>;
  readonly #isCluster: boolean;
  readonly #db: number | undefined;
  readonly #connectTimeout: number;
  #ready: Promise<void> | undefined;
  /** Ends the wait for the next connection. */
  #endWait = () => {};

  constructor(
    module: RedisModule,
    address: ServerAddress,
    options: Record<string, unknown>,
    timeouts: Timeouts,
  ) {
    const { connectTimeout } = timeouts;
    const client = makeClient(module, address, options, timeouts) as Client;
    this.client = client;
    this.#isCluster = address.isCluster;
    this.#db = address.db;
    this.#connectTimeout = connectTimeout;
    this.#ended = new Promise((resolve) => client.once("end", resolve));
    // Without a listener the client writes to the console.
    client.on("error", (error) => {
      this.lastError = error;
      this.onError?.(error);
    });
    if (this.#isCluster) {
      client.on("+node", (node: Client) => watch(node, connectTimeout));
    } else watch(client, connectTimeout);
  }

  async open(): Promise<void> {
    const { client } = this;
    const { options } = client;
    const name = this.#isCluster ? "clusterRetryStrategy" : "retryStrategy";
    const strategy = options[name];
    // Only one attempt: a client that waits for the next one keeps a timer after `disconnect`.
    options[name] = () => null;
    await client.connect();
    // The client ignores a SELECT that fails while it connects, and would use database 0.
    if (this.#db) await client.select(this.#db);
    await untilAnswered(() => client.ping());
    options[name] = strategy;
  }

  send(command: string, args: string[]): Promise<unknown> {
    return this.client.call(command, ...args);
  }

  ready(): Promise<void> | undefined {
    if (this.client.status === "ready") return undefined;
    return this.#ready ??= this.#connected().finally(() =>
      this.#ready = undefined
    );
  }

  /** Waits until the client has reconnected by itself. */
  async #connected(): Promise<void> {
    const { client } = this;
    if (client.status === "end") throw this.lastError ?? new Error("it ended");
    let settle = () => {};
    const settled = new Promise<void>((resolve) => settle = resolve);
    this.#endWait = settle;
    for (const event of ["ready", "end"]) client.once(event, settle);
    try {
      await within(this.#connectTimeout, settled);
    } catch (error) {
      throw this.lastError ?? error;
    } finally {
      for (const event of ["ready", "end"]) client.off(event, settle);
    }
    if (client.status === "end") throw this.lastError ?? new Error("it ended");
  }

  renew(): void {
    // A cluster's nodes have their own timeout, `socketTimeout`.
    this.client.stream?.destroy();
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
    this.#endWait();
    if (client.status !== "end") {
      const nodes = client.nodes?.() ?? [];
      client.disconnect();
      // `disconnect` alone would wait for a server that may not answer.
      for (const { stream } of [client, ...nodes]) stream?.destroy();
      // A client that is waiting to reconnect emits no event when it ends.
      if (!isWaiting) {
        await within(CLOSE_TIMEOUT_MS, this.#ended).catch(() => {});
      }
    }
    // A cluster client asks for the slots on a connection that is not accessible here.
    const end = performance.now() + 2 * CLOSE_TIMEOUT_MS;
    while (client.isRefreshing && performance.now() < end) await delay(10);
    // The client's timers were started before this one and are shorter.
    if (isWaiting || this.#isCluster) await delay(2 * DISCONNECT_TIMEOUT_MS);
  }
}

/**
 * Watches the connection to one server. When it breaks, the unanswered commands are rejected; the
 * client itself would send all of them again, including those that are not idempotent. If the
 * server does not answer the handshake, the connection is closed.
 */
function watch(client: Client, connectTimeout: number): void {
  client.on("connect", () => {
    const { stream } = client;
    if (stream === undefined) return;
    const timer = setTimeout(() => {
      if (client.status !== "connect") return;
      stream.destroy();
    }, Math.min(connectTimeout, MAX_DELAY));
    unrefTimer(timer);
    stream.prependOnceListener("close", () => {
      clearTimeout(timer);
      const error = unknownOutcome("run the command");
      client.flushQueue(error, { offlineQueue: false });
    });
  });
}

function makeClient(
  { Redis, Cluster }: RedisModule,
  { hosts, path, isCluster, tls, username, password, db, family }:
    ServerAddress,
  options: Record<string, unknown>,
  { connectTimeout, commandTimeout }: Timeouts,
): unknown {
  const silence = commandTimeout / 2;
  const defaults = {
    family: family ?? 0,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    connectTimeout: Math.min(Math.ceil(connectTimeout), MAX_DELAY),
    // After this time without data from the server, the client opens another connection.
    ...silence > MAX_DELAY ? {} : { socketTimeout: silence },
  };
  const login = {
    ...username === undefined ? {} : { username },
    ...password === undefined ? {} : { password },
  };
  if (isCluster) {
    const { tls: ours, redisOptions, ...others } = options as {
      tls?: object;
      redisOptions?: { tls?: object };
    };
    return new Cluster(hosts, {
      ...others,
      lazyConnect: true,
      redisOptions: {
        ...defaults,
        ...tls || ours ? { tls: ours ?? {} } : {},
        ...redisOptions,
        ...login,
      },
    });
  }
  return new Redis({
    ...defaults,
    ...options,
    ...login,
    ...path === undefined ? hosts[0] : { path },
    ...db === undefined ? {} : { db },
    ...tls ? { tls: options.tls ?? {} } : {},
    lazyConnect: true,
  });
}
