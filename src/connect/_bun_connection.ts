/** The connection of Bun's own client. */

import type { ServerAddress } from "./_url.ts";
import type { BunModule } from "./_find_client.ts";
import type { Connection } from "./_connection.ts";

/** What is used of a client. */
interface Client {
  connect(): Promise<unknown>;
  send(command: string, args: string[]): Promise<unknown>;
  close(): void;
}

/** A client and its connection. */
export class BunConnection implements Connection {
  readonly client: Client;
  readonly lastError: undefined;
  onError: ((error: unknown) => void) | undefined;

  constructor(
    { RedisClient }: BunModule,
    address: ServerAddress,
    options: Record<string, unknown>,
  ) {
    this.client = new RedisClient(urlOf(address), options) as Client;
  }

  async open(): Promise<void> {
    try {
      await this.client.connect();
    } catch (error) {
      const { message } = error as Error;
      throw new Error(
        `${message} (by the server, which may want another password)`,
      );
    }
    await this.client.send("PING", []);
  }

  // deno-lint-ignore require-await
  async close(): Promise<void> {
    this.client.close();
  }

  async abort(): Promise<void> {
    await this.close();
  }
}

/** The address as Bun's client takes it. */
function urlOf({ hosts, tls, username, password, db }: ServerAddress): string {
  const { host, port } = hosts[0]!;
  const login = username === undefined && password === undefined
    ? ""
    : `${encodeURIComponent(username ?? "")}:${
      encodeURIComponent(password ?? "")
    }@`;
  const name = host.includes(":") ? `[${host}]` : host;
  return `${tls ? "rediss" : "redis"}://${login}${name}:${port}/${db ?? ""}`;
}
