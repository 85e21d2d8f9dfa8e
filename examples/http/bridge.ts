/**
 * Between `node:http`, which all three runtimes have, and the web's `Request` and `Response`,
 * which the SDK speaks.
 *
 * What comes in and what waits to go out is bounded: a body that is too large is answered with 413
 * and not kept, and a client that does not read is cut off. It resumes its stream when it is back,
 * since all events are in the event store.
 */

import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";

/** The largest body of a request, in bytes. */
const MAX_BODY = 4 * 1024 * 1024;
/** How many bytes may wait for a client that does not read. */
const MAX_WAITING = 1024 * 1024;

/** How long a connection is kept for a client's next request, in ms: longer than a proxy's. */
const KEEP_ALIVE = 75_000;

/** Answers a request. */
export type Handler = (request: Request) => Promise<Response>;

/** Serves a handler; it still has to `listen`. */
export function makeHttpServer(handle: Handler): Server {
  const server = createServer((incoming, outgoing) => {
    answer(handle, incoming, outgoing).catch((error) => {
      console.error("http:", error);
      // Half an answer cannot be taken back.
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
  if (body === undefined) return; // The client is gone.
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
    // A host or a method that is none.
    return new Response("The request is malformed", { status: 400 });
  }
  return await handle(request);
}

/** The body of a request, as far as it is not too large; `undefined` if the client went away. */
function readBody(
  incoming: IncomingMessage,
): Promise<Uint8Array<ArrayBuffer> | "too large" | undefined> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    incoming.on("data", (chunk: Uint8Array) => {
      length += chunk.length;
      // What comes after is read and not kept: the client hears the answer when it has sent all.
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

/** Writes a response as it comes, until it or the client ends. */
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
  const reader = response.body.getReader();
  // The transport then knows that the stream has no reader, and another may resume it.
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
