/** The connection of a client that the caller has created and closes. */

import { type Connection, untilAnswered } from "./_connection.ts";

/** The member that every client has. */
interface Client {
  ping(): Promise<unknown>;
}

/** A client that connects and reconnects by itself, and is closed by its owner. */
export class ReadyConnection implements Connection {
  readonly resends = true;
  readonly client: Client;
  readonly lastError: undefined;
  onError: undefined;

  constructor(client: object) {
    this.client = client as Client;
  }

  async open(): Promise<void> {
    await untilAnswered(() => this.client.ping());
  }

  async send(): Promise<void> {}

  ready(): undefined {}

  renew(): void {}

  async close(): Promise<void> {}

  async abort(): Promise<void> {}
}
