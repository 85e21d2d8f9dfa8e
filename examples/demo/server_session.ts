/**
 * An MCP server as a child process, and a client that talks to it over stdio.
 */

import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import process from "node:process";
import type { ServerCommand } from "./server_command.ts";

/**
 * A subclass, since with the plain class the client first starts a second
 * process, only to ask which revisions of the protocol the server speaks, and
 * hides the stderr of that one. We know that this server speaks the newest.
 */
class ServerProcess extends StdioClientTransport {}

/** What a tool answered: its data, or the text of a tool error. */
export type ToolReply<T> =
  | { data: T; error?: undefined }
  | { data?: undefined; error: string };

/** A server that runs as a child process, and a client connected to it. */
export class ServerSession {
  #process: ServerProcess | undefined;
  readonly #client = new Client(
    { name: "mayfly-demo", version: "0.1.0" },
    { versionNegotiation: { mode: { pin: "2026-07-28" } } },
  );

  /** How many times a tool was called. */
  calls = 0;
  /** What the server has written on its stderr. */
  log = "";

  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  get protocolVersion(): string | undefined {
    return this.#client.getNegotiatedProtocolVersion();
  }

  /** Starts a server and connects to it. */
  async start(server: ServerCommand): Promise<void> {
    this.#process = new ServerProcess({ ...server, stderr: "pipe" });
    this.#process.stderr?.on("data", (chunk) => this.log += chunk);
    await this.#client.connect(this.#process);
    await this.#client.listTools(); // now the client checks what they return
  }

  /** Closes the server's stdin, which ends it, and waits until it has ended. */
  async close(): Promise<void> {
    await this.#client.close();
    await this.#process?.close(); // in case the client did not get that far
  }

  /** Kills the server, as a crash or `kill -9` would, and waits until it has ended. */
  async kill(): Promise<void> {
    const { pid } = this;
    if (pid !== null) process.kill(pid, "SIGKILL");
    await this.close();
  }

  /** Calls a tool. A tool error is a reply too. */
  async call<T>(
    tool: string,
    args: Record<string, unknown>,
  ): Promise<ToolReply<T>> {
    this.calls++;
    const result = await this.#client.callTool({ name: tool, arguments: args });
    if (!result.isError) return { data: result.structuredContent as T };
    const [content] = result.content;
    return { error: content?.type === "text" ? content.text : "" };
  }

  /** Calls a tool and returns its data. */
  async get<T>(tool: string, args: Record<string, unknown>): Promise<T> {
    const { data, error } = await this.call<T>(tool, args);
    if (error !== undefined) throw new Error(`${tool}: ${error}`);
    return data as T;
  }
}
