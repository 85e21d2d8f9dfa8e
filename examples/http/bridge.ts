/**
 * Connects `node:http`, which all three runtimes have, with the `Request` and `Response` of the SDK.
 *
 * Both directions are bounded: a body that is too large is answered with 413 and not kept, and a
 * client that does not read is disconnected. It resumes its stream when it reconnects, because all
 * events are in the event store.
 */

import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";

/** The maximum size of a request body, in bytes. */
const MAX_BODY = 4 * 1024 * 1024;
/** The maximum number of bytes that wait for a client that does not read. */
const MAX_WAITING = 1024 * 1024;

/** How long an idle connection is kept, in ms: longer than by a proxy. */
const KEEP_ALIVE = 75_000;
/** The start of a stream of events: how long a client waits before it reconnects, in ms. */
const RETRY = "retry: 1000\n\n";

/** Answers a request. */
export type Handler = (request: Request) => Promise<Response>;

/** Makes a server for a handler; the caller calls `listen`. */
export function makeHttpServer(handle: Handler): Server {
  const server = createServer((incoming, outgoing) => {
    answer(handle, incoming, outgoing).catch((error) => {
      console.error("http:", error);
      // A status cannot follow the start of an answer.
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(500).end();
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE;
  return server;
}

async function answer(
  handle: Handler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const body = await readBody(incoming);
  if (body === undefined) return; // The client has disconnected.
  await write(await respond(handle, incoming, body), outgoing);
}

async function respond(
  handle: Handler,
  incoming: IncomingMessage,
  body: Uint8Array<ArrayBuffer> | "too large",
): Promise<Response> {
  if (body === "too large") {
    return new Response("The body is too large", { status: 413 });
  }
  let request: Request;
  try {
    request = toRequest(incoming, body);
  } catch {
    // The host or the method is malformed.
    return new Response("The request is malformed", { status: 400 });
  }
  return await handle(request);
}

/** The body of a request; `undefined` if the client has disconnected. */
function readBody(
  incoming: IncomingMessage,
): Promise<Uint8Array<ArrayBuffer> | "too large" | undefined> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    incoming.on("data", (chunk: Uint8Array) => {
      length += chunk.length;
      // The rest is read and dropped: the client reads the answer after it has sent everything.
      if (length <= MAX_BODY) chunks.push(chunk);
      else chunks.length = 0;
    });
    incoming.on("end", () => {
      resolve(length > MAX_BODY ? "too large" : concat(chunks, length));
    });
    incoming.on("close", () => resolve(undefined));
    incoming.on("error", () => resolve(undefined));
  });
}

function concat(chunks: Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function toRequest(
  incoming: IncomingMessage,
  body: Uint8Array<ArrayBuffer>,
): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    for (const one of [value ?? []].flat()) headers.append(name, one);
  }
  const { method = "GET", url = "/" } = incoming;
  return new Request(new URL(url, `http://${headers.get("host")}`), {
    method,
    headers,
    body: body.length > 0 ? body : null,
  });
}

/** Writes a response while it arrives, until it ends or the client disconnects. */
async function write(
  response: Response,
  outgoing: ServerResponse,
): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) {
    outgoing.end();
    return;
  }
  outgoing.flushHeaders();
  const type = response.headers.get("content-type");
  if (type?.startsWith("text/event-stream")) outgoing.write(RETRY);
  const reader = response.body.getReader();
  // So the transport knows that the stream has no reader and can be resumed.
  outgoing.on("close", () => void reader.cancel().catch(() => {}));
  outgoing.on("error", () => {});
  let waiting = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (waiting > MAX_WAITING) {
      outgoing.destroy();
      return;
    }
    const { length } = value;
    waiting += length;
    outgoing.write(value, () => waiting -= length);
  }
  outgoing.end();
}
