/**
 * stdio that takes a few requests at a time and goes on when their answers were
 * read: a client that asks and does not read finds its own pipe full, where
 * without this the answers would pile up in the server.
 */

import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type Transport,
} from "@modelcontextprotocol/server";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import process from "node:process";

type Id = string | number;

/** How many requests may be under way. */
const AT_ONCE = 8;

/** A transport over this process's stdin and stdout. */
export class BoundedStdio implements Transport {
  readonly #stdio = new StdioServerTransport();
  /** What has come and was not handed on yet. */
  #waiting: JSONRPCRequest[] = [];
  /** The requests that were handed on, until their answers were taken off our hands. */
  readonly #underWay = new Set<Id>();
  #closed = false;
  readonly #ended = Promise.withResolvers<void>();

  onmessage: Transport["onmessage"];
  onclose: Transport["onclose"];
  onerror: Transport["onerror"];

  /** Resolves when the client has gone. */
  readonly ended: Promise<void> = this.#ended.promise;

  async start(): Promise<void> {
    this.#stdio.onmessage = (message) => this.#receive(message);
    this.#stdio.onerror = (error) => this.onerror?.(error);
    this.#stdio.onclose = () => {
      this.#closed = true;
      this.onclose?.();
      this.#ended.resolve();
    };
    await this.#stdio.start();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    try {
      await this.#stdio.send(message);
    } finally {
      if (isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) {
        this.#finish(message.id);
      }
    }
  }

  close(): Promise<void> {
    return this.#stdio.close();
  }

  #receive(message: JSONRPCMessage): void {
    if (isJSONRPCRequest(message)) {
      this.#waiting.push(message);
      this.#handOn();
      return;
    }
    this.onmessage?.(message);
    // A cancelled request is not answered.
    const cancelled = cancelledBy(message);
    this.#waiting = this.#waiting.filter(({ id }) => id !== cancelled);
    this.#finish(cancelled);
  }

  #finish(id: Id | undefined): void {
    if (id !== undefined && this.#underWay.delete(id)) this.#handOn();
  }

  #handOn(): void {
    if (this.#closed) return;
    while (this.#underWay.size < AT_ONCE) {
      const request = this.#waiting.shift();
      if (request === undefined) break;
      // A subscription stays open: its answer is its end.
      if (request.method !== "subscriptions/listen") {
        this.#underWay.add(request.id);
      }
      this.onmessage?.(request);
    }
    if (this.#waiting.length > 0) process.stdin.pause();
    else if (process.stdin.isPaused()) process.stdin.resume();
  }
}

function cancelledBy(message: JSONRPCMessage): Id | undefined {
  return isJSONRPCNotification(message) &&
      message.method === "notifications/cancelled"
    ? message.params?.requestId as Id | undefined
    : undefined;
}
