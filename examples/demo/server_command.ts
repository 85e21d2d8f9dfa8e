/**
 * How to start the tool server on each runtime from a clone of this
 * repository, with the pinned binaries that `npm ci` has brought.
 */

import process from "node:process";
import {
  bunPath,
  denoPath,
  nodePath,
  ROOT,
  withoutProxy,
} from "../../tests/tools/runtimes.js";

/** A command that starts a server on stdio. */
export interface ServerCommand {
  command: string;
  args: string[];
  cwd: string;
  env: Record<string, string>;
}

/** The runtimes that the server runs on. */
export const RUNTIMES = ["deno", "bun", "node"] as const;

/** One of {@linkcode RUNTIMES}. */
export type RuntimeName = typeof RUNTIMES[number];

const SERVER = "examples/mcp_server.ts";
const HTTP_SERVER = "examples/http/server.ts";

/**
 * The command that starts the server on a runtime, with its state where `url`
 * says, or else in memory.
 */
export function serverCommand(
  runtime: RuntimeName,
  url?: string,
): ServerCommand {
  // The backends that a URL can name need more than its own state does.
  const permissions = url === undefined
    ? ["--allow-env=CONVERSATION_TIMEOUT_HOURS,MAYFLY_URL"]
    : ["--allow-all"];
  return commandOf(runtime, SERVER, permissions, url);
}

/** The same for the server on HTTP. */
export function httpServerCommand(
  runtime: RuntimeName,
  url?: string,
): ServerCommand {
  return commandOf(runtime, HTTP_SERVER, ["--allow-all"], url);
}

/** The command that starts a program on a runtime. */
export function commandOf(
  runtime: RuntimeName,
  program: string,
  permissions: string[],
  url: string | undefined,
): ServerCommand {
  const env = {
    ...process.env as Record<string, string>,
    ...withoutProxy(),
    MAYFLY_URL: url ?? "",
  };
  switch (runtime) {
    case "deno":
      return {
        command: denoPath(),
        args: ["run", "--no-prompt", ...permissions, program],
        cwd: ROOT,
        env,
      };
    case "bun":
      return { command: bunPath(), args: [program], cwd: ROOT, env };
    case "node":
      return {
        command: nodePath(24),
        args: ["--import", "./examples/node_resolve.js", program],
        cwd: ROOT,
        env,
      };
  }
}

/** Whether `name` is one of {@linkcode RUNTIMES}. */
export function isRuntimeName(name: string): name is RuntimeName {
  return RUNTIMES.some((runtime) => runtime === name);
}
