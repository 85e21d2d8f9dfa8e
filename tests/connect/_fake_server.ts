/** A server that speaks Redis's protocol and answers what a test wants. */

import { createServer, type Server, type Socket } from "node:net";

/** Answers a command: its reply as it goes over the wire, or `undefined` for none. */
export type Answer = (words: string[]) => string | undefined;

/** A server on a free port of the loopback interface. */
export class FakeServer {
  /** The commands that came, as they were spelled. */
  readonly commands: string[] = [];
  readonly #sockets = new Set<Socket>();

  /** The number of connections that are open. */
  get connections(): number {
    return this.#sockets.size;
  }
  readonly #server: Server;

  private constructor(answer: Answer) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => this.#sockets.delete(socket));
      let text = "";
      socket.on("data", (data: Uint8Array) => {
        text += new TextDecoder().decode(data);
        for (;;) {
          const [head, count] = /^\*(\d+)\r\n/.exec(text) ?? [];
          if (head === undefined) return;
          const parts = text.slice(head.length).split("\r\n");
          if (parts.length <= 2 * Number(count)) return;
          const words = parts.slice(0, 2 * Number(count))
            .filter((_, i) => i % 2 === 1);
          text = parts.slice(2 * Number(count)).join("\r\n");
          this.commands.push(words.join(" "));
          const reply = answer(words) ?? usual(words);
          if (reply !== undefined) socket.write(reply);
          if (/^quit$/i.test(words[0]!)) socket.end();
        }
      });
    });
  }

  /** Starts a server. What `answer` leaves open is answered as by Redis 7. */
  static async start(answer: Answer, port = 0): Promise<FakeServer> {
    const server = new FakeServer(answer);
    await new Promise<void>((resolve) =>
      server.#server.listen(port, "127.0.0.1", resolve)
    );
    return server;
  }

  /** Its address, as the clients take it. */
  get url(): string {
    const { port } = this.#server.address() as { port: number };
    return `redis://127.0.0.1:${port}`;
  }

  /** Cuts all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  /** Ends it. */
  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

function usual([word = ""]: string[]): string {
  switch (word.toUpperCase()) {
    case "HELLO":
      return "%1\r\n+version\r\n+7.0.0\r\n";
    case "INFO":
      return bulk("redis_version:7.0.0\r\nloading:0\r\n");
    case "PING":
      return "+PONG\r\n";
    case "GETEX":
      return "-ERR syntax error\r\n";
    default:
      return "+OK\r\n";
  }
}

/** A string as it goes over the wire. */
export function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}
