/** The example server on HTTP, in a process of its own on the runtime that runs the test. */

import { runtime } from "@mayfly/store/runtime";
import {
  Client,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { HttpServerProcess } from "../../examples/demo/http_process.ts";
import {
  type StreamRequest,
  unreliableFetch,
} from "../../examples/demo/unreliable_fetch.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PROGRAM = fileURLToPath(
  new URL("../../examples/http/server.ts", import.meta.url),
);
const HOOKS = new URL("../tools/node_hooks.js", import.meta.url).href;

/** Starts a server. */
export function startServer(
  env: Record<string, string> = {},
): Promise<HttpServerProcess> {
  const flags = runtime === "deno"
    ? ["run", "--quiet", "--no-check", "--allow-all"]
    : runtime === "node"
    ? ["--disable-warning=ExperimentalWarning", `--import=${HOOKS}`]
    : [];
  const command = {
    command: process.execPath,
    args: [...flags, PROGRAM],
    cwd: ROOT,
    env: process.env as Record<string, string>,
  };
  return HttpServerProcess.start(command, { MAYFLY_URL: "", ...env });
}

/** A scratch folder. */
export function scratchFolder(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "mayfly-http-"));
  return {
    path,
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** What a notification of the example server says. */
export interface Told {
  name: string;
  step: number;
}

/** A client, and what it was told. */
export interface TestClient {
  /** The server that it is connected to. */
  url: string;
  client: Client;
  transport: StreamableHTTPClientTransport;
  /** All notifications, in the order in which they came. */
  told: Told[];
  /** Calls a tool and returns its data, or throws what the tool said. */
  call(
    name: string,
    args: Record<string, unknown>,
  ): Promise<Record<string, unknown>>;
}

/** How a client connects. */
export interface ClientSetting {
  /** After how many events a stream is cut; `undefined`: not at all. */
  cutAfter?: (request: StreamRequest) => number | undefined;
  /** Whether the client can reach nobody. */
  isOffline?: () => boolean;
  /** Without a session, by the revision of 2026. */
  stateless?: boolean;
}

/**
 * Connects the official client. With a session it waits until the stream of notifications is
 * open: what a server tells before that is nobody's to resume.
 */
export async function connect(
  url: string,
  { cutAfter = () => undefined, isOffline, stateless = false }: ClientSetting =
    {},
): Promise<TestClient> {
  const told: Told[] = [];
  let listening = stateless;
  const client = new Client(
    { name: "test", version: "0" },
    stateless
      ? { versionNegotiation: { mode: { pin: "2026-07-28" } } }
      : undefined,
  );
  client.setNotificationHandler("notifications/message", ({ params }) => {
    told.push(params.data as Told);
  });
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    fetch: unreliableFetch({
      isOffline,
      hasTaken: (message) => hasBeenTold(told, message),
      cutAfter(request) {
        listening ||= request.method === "GET";
        return cutAfter(request);
      },
    }),
    reconnectionOptions: {
      initialReconnectionDelay: 20,
      maxReconnectionDelay: 100,
      reconnectionDelayGrowFactor: 1.5,
      maxRetries: 300,
    },
  });
  await client.connect(transport);
  await until(() => listening);
  return {
    url,
    client,
    transport,
    told,
    async call(name, args) {
      const result = await client.callTool({ name, arguments: args });
      if (!result.isError) {
        return result.structuredContent as Record<string, unknown>;
      }
      const [content] = result.content;
      throw new Error(content?.type === "text" ? content.text : "");
    },
  };
}

/** Whether a client knows what a message says, if it says something. */
function hasBeenTold(told: Told[], message: unknown): boolean {
  const { params } = message as { params?: { data?: Told } };
  const { name, step } = params?.data ?? {};
  return name === undefined ||
    told.some((one) => one.name === name && one.step === step);
}

/** What a client is told of a job, in order, each step once. */
export function stepsOf(name: string, count: number): Told[] {
  return Array.from({ length: count }, (_, i) => ({ name, step: i + 1 }));
}

/** Only what tests compare. */
export function plain(told: Told[]): Told[] {
  return told.map(({ name, step }) => ({ name, step }));
}

/** Waits until something is so. */
export async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 30_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error("It did not happen within 30 s");
    await new Promise((next) => setTimeout(next, 10));
  }
}
