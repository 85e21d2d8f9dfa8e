/**
 * The sessions of the 2025 revisions of MCP: one transport each, found by the id that the client
 * sends.
 *
 * A session that is not used expires, and `onRemove` closes its transport. The storage keeps the
 * message that began it, so a client can continue its session, and the stream that it lost, after a
 * restart of the server.
 */

import {
  ExpiringStore,
  type StorageBackend,
  StoreFullError,
} from "@mayfly/store";
import { createEventStore } from "@mayfly/store/mcp";
import {
  isInitializeRequest,
  type McpServer,
  WebStandardStreamableHTTPServerTransport as Transport,
} from "@modelcontextprotocol/server";

/** The number of sessions of one process; one more evicts a session that is not in use. */
const MAX_SESSIONS = 10_000;

/** A session that a request is using: it neither expires nor is evicted. */
interface Use {
  transport: Transport;
  /** Ends the use: the session's time starts again. */
  end(): void;
}

/** Numbers for monitoring. */
export interface SessionCounts {
  /** The number of sessions with a transport in this process. */
  open: number;
}

/** The sessions of one process. */
export class Sessions {
  readonly #storage: StorageBackend;
  readonly #makeServer: () => McpServer;
  readonly #ttl: number;
  /** Promises, so that two requests at the same time get one transport. */
  readonly #transports: ExpiringStore<string, Promise<Transport>>;

  /**
   * @param ttl The TTL of a session after the end of its last request, in ms.
   */
  constructor(
    storage: StorageBackend,
    makeServer: () => McpServer,
    ttl: number = 30 * 60_000,
    maxSessions: number = MAX_SESSIONS,
  ) {
    this.#storage = storage;
    this.#makeServer = makeServer;
    this.#ttl = Math.ceil(ttl);
    this.#transports = new ExpiringStore({
      ttl: this.#ttl,
      sliding: true,
      maxEntries: maxSessions,
      onRemove: (transport) => transport.then((it) => it.close(), () => {}),
    });
  }

  /** The numbers of sessions. */
  counts(): SessionCounts {
    return { open: this.#transports.size };
  }

  /** Answers a request of a session, or begins a session. */
  async handle(request: Request): Promise<Response> {
    const id = request.headers.get("mcp-session-id");
    try {
      if (id === null) return await this.#begin(request);
      const use = await this.#use(id);
      if (use === undefined) return refuse(404, -32001, "Session not found");
      return await answer(use, request);
    } catch (error) {
      if (!(error instanceof StoreFullError)) throw error;
      return refuse(503, -32000, "All sessions are in use");
    }
  }

  /** Closes all transports and their streams. */
  close(): void {
    this.#transports.clear();
    this.#transports.shutdown();
  }

  async #begin(request: Request): Promise<Response> {
    const text = await request.clone().text();
    const message = parse(text);
    if (!isInitializeRequest(message)) {
      // The transport answers a request that does not begin a session.
      const transport = await this.#open(crypto.randomUUID());
      const response = await transport.handleRequest(request);
      await transport.close();
      return response;
    }
    const id = crypto.randomUUID();
    const transport = await this.#open(id);
    try {
      this.#transports.set(id, Promise.resolve(transport));
    } catch (error) {
      await transport.close();
      throw error;
    }
    await this.#storage.set(keyOf(id), text, "PX", this.#ttl);
    const response = await transport.handleRequest(request);
    if (!response.ok) await this.#end(id);
    return response;
  }

  /** The session with an id, if it began here or in an earlier process. */
  async #use(id: string): Promise<Use | undefined> {
    // This restarts the TTL in the storage, as the end of the request does in this process.
    const begun = await this.#storage.getex(keyOf(id), "PX", this.#ttl);
    if (begun === null) {
      this.#transports.delete(id);
      return undefined;
    }
    // Where that fails the entry is removed: the next request tries again.
    const transport = this.#transports.getOrInsertComputed(
      id,
      () => this.#resume(id, begun),
    );
    const held = this.#transports.hold(id);
    return {
      transport: await transport,
      end: () => {
        held?.release();
        if (!this.#transports.has(id)) return;
        // The request may have taken longer than the key lives.
        const renewed = this.#storage.set(keyOf(id), begun, "PX", this.#ttl);
        Promise.resolve(renewed).catch((error) => console.error(error));
      },
    };
  }

  async #end(id: string): Promise<void> {
    this.#transports.delete(id);
    await this.#storage.del(keyOf(id));
  }

  /** A new transport for a session, initialized with the message that began it. */
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

/** Answers a request; its session is in use until the answer has been read. */
async function answer(use: Use, request: Request): Promise<Response> {
  // The stream of notifications stays open for as long as the client does.
  if (request.method !== "POST") use.end();
  let response: Response;
  try {
    response = await use.transport.handleRequest(request);
  } catch (error) {
    use.end();
    throw error;
  }
  if (request.method !== "POST") return response;
  if (response.body === null) {
    use.end();
    return response;
  }
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      use.end();
    },
    async cancel(reason) {
      use.end();
      await reader.cancel(reason);
    },
  });
  return new Response(body, response);
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
