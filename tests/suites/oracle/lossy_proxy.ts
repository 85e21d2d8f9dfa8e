/** A proxy between a client and a server that can lose, hold or cut what goes through it. */

import { connect, createServer, type Server, type Socket } from "node:net";

/** A proxy on a free port of the loopback interface. */
export class LossyProxy {
  /** The port of the server that new connections lead to. */
  target: number;
  /** Whether everything is swallowed, in both directions, and no connection is closed. */
  isSilent = false;
  /** How many connections there were. */
  connections = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #lost: RegExp | undefined;

  private constructor(target: number) {
    this.target = target;
    this.#server = createServer((client) => this.#join(client));
  }

  /** Starts a proxy to a port at 127.0.0.1. */
  static async open(target: number): Promise<LossyProxy> {
    const proxy = new LossyProxy(target);
    await new Promise<void>((resolve) =>
      proxy.#server.listen(0, "127.0.0.1", resolve)
    );
    return proxy;
  }

  /** The port that it listens on, at 127.0.0.1. */
  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Its address, as the clients take it. */
  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Cuts the connection of the next command that matches once the server has answered it. */
  loseReply(command: RegExp): void {
    this.#lost = command;
  }

  /** Whether the reply that was to be lost is lost. */
  get hasLost(): boolean {
    return this.#lost === undefined;
  }

  /** Cuts all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Ends it. */
  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #join(client: Socket): void {
    this.connections++;
    const server = connect(this.target, "127.0.0.1");
    let isLost = false;
    client.on("data", (data: Uint8Array) => {
      if (this.isSilent) return;
      if (this.#lost?.test(new TextDecoder().decode(data))) {
        this.#lost = undefined;
        isLost = true;
      }
      server.write(data);
    });
    server.on("data", (data: Uint8Array) => {
      if (isLost) client.destroy();
      else if (!this.isSilent) client.write(data);
    });
    for (const [socket, other] of [[client, server], [server, client]]) {
      this.#sockets.add(socket!);
      socket!.on("error", () => {});
      socket!.on("close", () => {
        this.#sockets.delete(socket!);
        if (!this.isSilent) other!.destroy();
      });
    }
  }
}
