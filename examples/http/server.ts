/**
 * An MCP server on Streamable HTTP whose clients may lose their connection, and which may itself be
 * killed and started again. In a clone of this repository, after `npm ci`, it starts with any of
 *
 *     deno run --allow-all examples/http/server.ts
 *     bun examples/http/server.ts
 *     node --import ./examples/node_resolve.js examples/http/server.ts
 *
 * (Node 22.18 or newer). It listens on `PORT` (8787; 0: any that is free), says so on stdout, and
 * keeps its state where `MAYFLY_URL` says: in memory, in a file, on Redis or Valkey. A session lives
 * for `SESSION_MINUTES` (30) after its last request.
 *
 * It serves clients of the 2025 revisions, with sessions, and of 2026-07-28, which has none.
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
/** How long the end may take, in ms. */
const MAX_END = 5_000;

const sessionTtl = Number(process.env.SESSION_MINUTES || 30) * 60_000;

// What has expired is freed within a tenth of a session's time, and a minute at most.
const sweepInterval = Math.min(sessionTtl / 10, 60_000);
const storage = await connectStorage(undefined, { storage: { sweepInterval } });
const makeServer = serverFactory(storage, sessionTtl);
const sessions = new Sessions(storage, makeServer, sessionTtl);
const modern = createMcpHandler(makeServer, { legacy: "reject" });

const server = makeHttpServer(async (request) => {
  if (new URL(request.url).pathname !== PATH) {
    return new Response("Not found", { status: 404 });
  }
  // A page in a browser that means this server by another name has no business here.
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

/** Ends what is under way, and the storage last. */
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
