/**
 * A tool server on stdio whose tool needs an OAuth token. Any number of these, on one file or
 * server (`MAYFLY_URL`), use each refresh token once. `PROVIDER` is the URL of the provider.
 */

import { Collection } from "@mayfly/store/collection";
import { connectStorage } from "@mayfly/store/connect";
import { Once, OnceUnknownError } from "@mayfly/store/once";
import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import process from "node:process";
import * as z from "zod";

interface Token {
  access: string;
  refresh: string;
  expiresAt: number;
  serial: number;
}

const storage = await connectStorage();
const tokens = new Collection<Token>("token", { storage });
// Short, so that the demo need not wait for long after a kill.
const refreshes = new Once<Token>("refresh", { storage, lease: 2000 });
const provider = process.env["PROVIDER"];

/** Asks the provider for the token after `serial`. */
async function ask(
  path: string,
  serial: number,
  signal?: AbortSignal,
): Promise<Token> {
  const response = await fetch(`${provider}/${path}`, signal ? { signal } : {});
  if (!response.ok) throw new Error("The provider has revoked the token");
  const { access, refresh, expiresIn } = await response.json();
  const expiresAt = Date.now() + expiresIn;
  return { access, refresh, expiresAt, serial: serial + 1 };
}

/** An access token that is good; throws if the user must log in. */
async function accessToken(): Promise<string> {
  const held = await tokens.get("user");
  if (held === undefined) throw new Error("Call login first");
  if (held.expiresAt > Date.now()) return held.access;
  const { serial, refresh } = held;
  try {
    const next = await refreshes.run(
      String(serial),
      ({ signal }) => ask(refresh, serial, signal),
    );
    await tokens.update(
      "user",
      (there) => there && there.serial < next.serial ? next : there,
    );
    return next.access;
  } catch (error) {
    if (!(error instanceof OnceUnknownError)) throw error;
    throw new Error(
      "Call login: a process died while it refreshed the token, and to use it again would look like theft",
    );
  }
}

const outputSchema = z.object({ access: z.string() });
const answer = (access: string) => ({
  content: [{ type: "text" as const, text: access }],
  structuredContent: { access },
});

serveStdio(() => {
  const server = new McpServer({ name: "token", version: "1.0.0" });
  server.registerTool(
    "login",
    {
      description: "Logs the user in",
      inputSchema: z.object({}),
      outputSchema,
    },
    async () => {
      const { serial = 0 } = await tokens.get("user") ?? {};
      const token = await ask("login", serial);
      await tokens.set("user", token);
      return answer(token.access);
    },
  );
  server.registerTool(
    "ask_api",
    { description: "Needs a token", inputSchema: z.object({}), outputSchema },
    async () => answer(await accessToken()),
  );
  return server;
});
process.stdin.once("end", () => storage[Symbol.asyncDispose]());
