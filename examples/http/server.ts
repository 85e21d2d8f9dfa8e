/**
 * An MCP server on Streamable HTTP whose clients can resume after a lost connection and after a
 * restart of the server. In a clone of this repository, after `npm ci`, it starts with any of
 *
 *     deno run --allow-all examples/http/server.ts
 *     bun examples/http/server.ts
 *     node --import ./examples/node_resolve.js examples/http/server.ts
 *
 * (Node 22.18 or newer). It listens on `PORT` (8787; 0 for any free port), reports that on stdout,
 * and keeps its state in the backend of `MAYFLY_URL`: memory, a file, Redis or Valkey. A session
 * expires `SESSION_MINUTES` (30) after its last request.
 *
 * It serves clients of the 2025 revisions, with sessions, and of 2026-07-28, without.
 */

import { connectStorage } from "@mayfly/store/connect";
import { runtime } from "@mayfly/store/runtime";
import {
  createMcpHandler,
  hostHeaderValidationResponse,
  isLegacyRequest,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
} from "@modelcontextprotocol/server";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { makeHttpServer } from "./bridge.ts";
import { Sessions } from "./sessions.ts";
import { serverFactory } from "./tools.ts";

const PATH = "/mcp";
/** The maximum duration of a shutdown, in ms. */
const MAX_END = 5_000;

const sessionTtl = Number(process.env.SESSION_MINUTES || 30) * 60_000;

// The sweeper runs every tenth of a session's TTL, at least once a minute.
const sweepInterval = Math.min(sessionTtl / 10, 60_000);
const storage = await connectStorage(undefined, { storage: { sweepInterval } });
const makeServer = serverFactory(storage, sessionTtl);
const sessions = new Sessions(storage, makeServer, sessionTtl);
const modern = createMcpHandler(makeServer, { legacy: "reject" });

const server = makeHttpServer(async (request) => {
  if (new URL(request.url).pathname !== PATH) {
    return new Response("Not found", { status: 404 });
  }
  // Protects against DNS rebinding by a page in a browser.
  const refusal =
    hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
      originValidationResponse(request, localhostAllowedOrigins());
  if (refusal) return refusal;
  return await isLegacyRequest(request)
    ? await sessions.handle(request)
    : await modern.fetch(request);
});

server.listen(Number(process.env.PORT || 8787), "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  console.log(`jobs: ready on ${runtime}, http://127.0.0.1:${port}${PATH}`);
});

let ending = false;

/** Closes everything, the storage last. */
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  setTimeout(() => process.exit(1), MAX_END).unref();
  server.close();
  sessions.close();
  await modern.close();
  server.closeAllConnections();
  await storage[Symbol.asyncDispose]();
  process.exit(0);
}

process.on("SIGTERM", end);
process.on("SIGINT", end);
