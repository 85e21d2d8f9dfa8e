/**
 * The connection of Bun's own client. That client stops reconnecting for ever after a minute. So
 * its reconnecting is disabled, and this class connects again when a command needs it.
 */

import { getBuiltin } from "../base/runtime.ts";
import type { ServerAddress } from "./_url.ts";
import type { BunModule } from "./_find_client.ts";
import {
  type Connection,
  delay,
  type Timeouts,
  untilAnswered,
} from "./_connection.ts";

/** The first wait between two attempts to connect, in ms; it doubles with each attempt. */
const FIRST_WAIT_MS = 20;
const MAX_WAIT_MS = 1000;

/** The members of the client that are used. */
interface Client {
  readonly connected: boolean;
  onclose: ((error: unknown) => void) | undefined;
  connect(): Promise<unknown>;
  send(command: string, args: string[]): Promise<unknown>;
  close(): void;
}

/** The members of a socket of Node that are used. */
interface Socket {
  once(event: string, listener: (error: unknown) => void): void;
  destroy(): void;
}

/** A client and its connection. */
export class BunConnection implements Connection {
  readonly resends = false;
  client: Client;
  readonly lastError: undefined;
  onError: ((error: unknown) => void) | undefined;
  readonly #make: () => Client;
  readonly #address: ServerAddress;
  readonly #tls: unknown;
  readonly #connectTimeout: number;
  #ready: Promise<void> | undefined;
  /** The socket that finds the reason for a failed connection. */
  #probe: Socket | undefined;
  #isClosed = false;

  constructor(
    { RedisClient }: BunModule,
    address: ServerAddress,
    options: Record<string, unknown>,
    { connectTimeout }: Timeouts,
  ) {
    this.#address = address;
    this.#tls = options.tls;
    this.#connectTimeout = connectTimeout;
    this.#make = () => {
      const client = new RedisClient(urlOf(address), {
        connectionTimeout: Math.ceil(connectTimeout),
        ...options,
        autoReconnect: false,
      }) as Client;
      client.onclose = (error) => {
        if (client === this.client && !this.#isClosed) this.onError?.(error);
      };
      return client;
    };
    this.client = this.#make();
  }

  async open(): Promise<void> {
    const { client } = this;
    try {
      await client.connect();
    } catch (error) {
      throw await this.#reasonOf(error as Error);
    }
    const { path, db } = this.#address;
    if (path !== undefined && db) await client.send("SELECT", [String(db)]);
    await untilAnswered(() => client.send("PING", []));
  }

  send(command: string, args: string[]): Promise<unknown> {
    return this.client.send(command, args);
  }

  ready(): Promise<void> | undefined {
    if (this.client.connected) return undefined;
    return this.#ready ??= this.#connectAgain().finally(() =>
      this.#ready = undefined
    );
  }

  async #connectAgain(): Promise<void> {
    const deadline = performance.now() + this.#connectTimeout;
    for (let wait = FIRST_WAIT_MS;; wait = Math.min(2 * wait, MAX_WAIT_MS)) {
      try {
        this.#replace();
        await this.open();
        if (this.#isClosed) this.client.close();
        return;
      } catch (error) {
        if (performance.now() + wait > deadline) throw error;
        await delay(wait);
        if (this.#isClosed) throw error;
      }
    }
  }

  renew(): void {
    if (this.client.connected) this.#replace();
  }

  #replace(): void {
    const { client } = this;
    this.client = this.#make();
    client.close();
  }

  // deno-lint-ignore require-await
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#probe?.destroy();
    this.client.close();
  }

  async abort(): Promise<void> {
    await this.close();
  }

  /**
   * The reason why a connection failed. The client does not report it, so a plain socket tries the
   * same address.
   */
  #reasonOf(error: Error): Promise<unknown> {
    const { hosts: [host], path, tls } = this.#address;
    const net = getBuiltin<{ connect(options: object): Socket }>(
      tls ? "tls" : "net",
    );
    const byServer = new Error(
      `${error.message} (by the server, which may want another password)`,
    );
    if (net === undefined) return Promise.resolve(byServer);
    return new Promise((resolve) => {
      const servername = /^[\d.]+$|:/.test(host!.host) ? "" : host!.host;
      const socket = net.connect({
        ...path === undefined ? host : { path },
        ...tls ? { servername, ...Object(this.#tls) } : {},
      });
      this.#probe = socket;
      const end = (reason: unknown) => {
        socket.destroy();
        resolve(reason);
      };
      socket.once("error", end);
      socket.once(tls ? "secureConnect" : "connect", () => end(byServer));
    });
  }
}

/** The address as a URL for Bun's client. */
function urlOf(
  { hosts, path, tls, username, password, db }: ServerAddress,
): string {
  const { host, port } = hosts[0]!;
  const login = username === undefined && password === undefined
    ? ""
    : `${encodeURIComponent(username ?? "")}:${
      encodeURIComponent(password ?? "")
    }@`;
  // The client requires a host here, too, and ignores it.
  if (path !== undefined) return `redis+unix://${login}localhost${path}`;
  const name = host.includes(":") ? `[${host}]` : host;
  return `${tls ? "rediss" : "redis"}://${login}${name}:${port}/${db ?? ""}`;
}
