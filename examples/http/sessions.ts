/**
 * The sessions of the 2025 revisions of MCP: one transport for each, found by the id that its
 * client sends.
 *
 * A session that nobody uses for a while is forgotten, and its transport closed with it: that is
 * all that `onRemove` has to do. What it was begun with is kept in the storage, so that a client
 * which comes back to a server that was started again goes on with its session, and with the
 * stream that it lost.
 */

import { ExpiringStore, type StorageBackend } from "@mayfly/store";
import { createEventStore } from "@mayfly/store/mcp";
import {
  isInitializeRequest,
  type McpServer,
  WebStandardStreamableHTTPServerTransport as Transport,
} from "@modelcontextprotocol/server";

/** How long a client waits before it connects again, in ms: the `retry` of its streams. */
const RETRY = 1_000;
/** How many sessions one process has at most; one more, and one that is not used goes. */
const MAX_SESSIONS = 10_000;

/** What is known of the sessions, for whoever looks after the server. */
export interface SessionCounts {
  /** How many have a transport in this process. */
  open: number;
}

/** The sessions of one process. */
export class Sessions {
  readonly #storage: StorageBackend;
  readonly #makeServer: () => McpServer;
  readonly #ttl: number;
  /** Promises, so that two requests that come at once are given one transport. */
  readonly #transports: ExpiringStore<string, Promise<Transport>>;

  /**
   * @param ttl How long a session lives after its last request, in ms.
   */
  constructor(
    storage: StorageBackend,
    makeServer: () => McpServer,
    ttl: number = 30 * 60_000,
  ) {
    this.#storage = storage;
    this.#makeServer = makeServer;
    this.#ttl = Math.ceil(ttl);
    this.#transports = new ExpiringStore({
      ttl: this.#ttl,
      sliding: true,
      maxEntries: MAX_SESSIONS,
      onRemove: (transport) => transport.then((it) => it.close(), () => {}),
    });
  }

  /** How many sessions there are. */
  counts(): SessionCounts {
    return { open: this.#transports.size };
  }

  /** Answers a request of a session, or begins one. */
  async handle(request: Request): Promise<Response> {
    const id = request.headers.get("mcp-session-id");
    if (id === null) return await this.#begin(request);
    const transport = await this.#find(id);
    if (transport === undefined) {
      return refuse(404, -32001, "Session not found");
    }
    return await transport.handleRequest(request);
  }

  /** Closes all transports, and with them the streams. */
  close(): void {
    this.#transports.clear();
    this.#transports.shutdown();
  }

  async #begin(request: Request): Promise<Response> {
    const text = await request.clone().text();
    const message = parse(text);
    if (!isInitializeRequest(message)) {
      // The transport knows how to answer what does not begin a session.
      const transport = await this.#open(crypto.randomUUID());
      const response = await transport.handleRequest(request);
      await transport.close();
      return response;
    }
    const id = crypto.randomUUID();
    await this.#storage.set(keyOf(id), text, "PX", this.#ttl);
    const transport = this.#open(id);
    this.#transports.set(id, transport);
    const response = await (await transport).handleRequest(request);
    if (!response.ok) await this.#end(id);
    return response;
  }

  /** The transport of a session that was begun, here or by a process before this one. */
  async #find(id: string): Promise<Transport | undefined> {
    // Its time starts again, here and there.
    const begun = await this.#storage.getex(keyOf(id), "PX", this.#ttl);
    if (begun === null) {
      this.#transports.delete(id);
      return undefined;
    }
    const transport = this.#transports.getOrInsertComputed(
      id,
      () => this.#resume(id, begun),
    );
    try {
      return await transport;
    } catch (error) {
      // The next request tries again.
      if (this.#transports.peek(id) === transport) this.#transports.delete(id);
      throw error;
    }
  }

  async #end(id: string): Promise<void> {
    await this.#storage.del(keyOf(id));
    this.#transports.delete(id);
  }

  /** A new transport for a session: it is told again what the session was begun with. */
  async #resume(id: string, begun: string): Promise<Transport> {
    const transport = await this.#open(id);
    for (
      const message of [
        begun,
        '{"jsonrpc":"2.0","method":"notifications/initialized"}',
      ]
    ) {
      const response = await transport.handleRequest(
        new Request("http://localhost/mcp", {
          method: "POST",
          headers: {
            "accept": "application/json, text/event-stream",
            "content-type": "application/json",
            "mcp-session-id": id,
          },
          body: message,
        }),
      );
      await response.text();
    }
    return transport;
  }

  async #open(id: string): Promise<Transport> {
    const transport = new Transport({
      sessionIdGenerator: () => id,
      retryInterval: RETRY,
      // One event store for each session: with a shared one a client could read another's stream.
      eventStore: createEventStore({
        session: id,
        storage: this.#storage,
        ttl: this.#ttl,
      }),
      onsessionclosed: () => this.#end(id),
    });
    await this.#makeServer().connect(transport);
    return transport;
  }
}

function keyOf(id: string): string {
  return `session:${id}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refuse(status: number, code: number, message: string): Response {
  const error = { code, message };
  return Response.json({ jsonrpc: "2.0", error, id: null }, { status });
}
