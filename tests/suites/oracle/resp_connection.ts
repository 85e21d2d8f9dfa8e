/**
 * A connection that sends words to a Redis server just as they are and answers
 * with all that the reply says: a client would hide some of it.
 */

import { connect, type Socket } from "node:net";

/** A reply as it was on the wire. */
export type WireReply =
  | { kind: "status"; text: string }
  | { kind: "error"; message: string }
  | { kind: "integer"; value: bigint }
  | { kind: "bulk"; bytes: Uint8Array | null }
  | { kind: "array"; items: WireReply[] };

const CR = 13;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A connection to a server at 127.0.0.1 that speaks RESP2. */
export class RespConnection {
  readonly #socket: Socket;
  readonly #waiting: {
    resolve(reply: WireReply): void;
    reject(error: Error): void;
  }[] = [];
  #received: Uint8Array = new Uint8Array();

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (data: Uint8Array) => this.#receive(data));
    socket.on("error", (error: Error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("The connection is closed")));
  }

  /** Connects to a server on a port. */
  static open(port: number): Promise<RespConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", reject);
      socket.on("connect", () => {
        socket.setNoDelay(true);
        socket.off("error", reject);
        resolve(new RespConnection(socket));
      });
    });
  }

  /** Sends commands in one go and answers all their replies. */
  send(commands: readonly (readonly string[])[]): Promise<WireReply[]> {
    const replies = commands.map(() =>
      new Promise<WireReply>((resolve, reject) => {
        this.#waiting.push({ resolve, reject });
      })
    );
    this.#socket.write(encoder.encode(commands.map(toWire).join("")));
    return Promise.all(replies);
  }

  /** Ends the connection. */
  close(): void {
    this.#socket.destroy();
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  #receive(data: Uint8Array): void {
    if (this.#received.length === 0) {
      this.#received = data;
    } else {
      const joined = new Uint8Array(this.#received.length + data.length);
      joined.set(this.#received);
      joined.set(data, this.#received.length);
      this.#received = joined;
    }
    const reader = new Reader(this.#received);
    let end = 0;
    for (;;) {
      const reply = reader.reply();
      if (reply === undefined) break;
      end = reader.at;
      this.#waiting.shift()?.resolve(reply);
    }
    this.#received = this.#received.subarray(end);
  }
}

function toWire(command: readonly string[]): string {
  let wire = `*${command.length}\r\n`;
  for (const word of command) {
    wire += `$${encoder.encode(word).length}\r\n${word}\r\n`;
  }
  return wire;
}

/** Reads replies off received bytes; `undefined`: there is not all of it yet. */
class Reader {
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  reply(): WireReply | undefined {
    const line = this.#line();
    if (line === undefined) return undefined;
    const rest = line.slice(1);
    switch (line[0]) {
      case "+":
        return { kind: "status", text: rest };
      case "-":
        return { kind: "error", message: rest };
      case ":":
        return { kind: "integer", value: BigInt(rest) };
      case "$":
        return this.#bulk(Number(rest));
      case "*":
        return this.#array(Number(rest));
      default:
        throw new Error(`Cannot read the reply: received "${line}"`);
    }
  }

  #line(): string | undefined {
    const end = this.#bytes.indexOf(CR, this.at);
    if (end === -1 || end + 1 >= this.#bytes.length) return undefined;
    const line = decoder.decode(this.#bytes.subarray(this.at, end));
    this.at = end + 2;
    return line;
  }

  #bulk(length: number): WireReply | undefined {
    if (length === -1) return { kind: "bulk", bytes: null };
    const start = this.at;
    if (this.#bytes.length < start + length + 2) return undefined;
    this.at = start + length + 2;
    return { kind: "bulk", bytes: this.#bytes.slice(start, start + length) };
  }

  #array(length: number): WireReply | undefined {
    const items: WireReply[] = [];
    for (let i = 0; i < length; i++) {
      const item = this.reply();
      if (item === undefined) return undefined;
      items.push(item);
    }
    return { kind: "array", items };
  }
}
