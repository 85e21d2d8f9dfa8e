/**
 * How to start the tool server on each runtime from a clone of this
 * repository, with the pinned binaries that `npm ci` has brought.
 */

import { bunPath, denoPath, nodePath, ROOT } from "../tests/tools/runtimes.js";

/** A command that starts a server on stdio. */
export interface ServerCommand {
  command: string;
  args: string[];
  cwd: string;
}

/** The runtimes that the server runs on. */
export const RUNTIMES = ["deno", "bun", "node"] as const;

/** One of {@linkcode RUNTIMES}. */
export type RuntimeName = typeof RUNTIMES[number];

const SERVER = "examples/mcp_server.ts";

/** The command that starts the server on a runtime. */
export function serverCommand(runtime: RuntimeName): ServerCommand {
  switch (runtime) {
    case "deno":
      return {
        command: denoPath(),
        args: [
          "run",
          "--no-prompt",
          "--allow-env=CONVERSATION_TIMEOUT_HOURS",
          SERVER,
        ],
        cwd: ROOT,
      };
    case "bun":
      return { command: bunPath(), args: [SERVER], cwd: ROOT };
    case "node":
      return {
        command: nodePath(24),
        args: ["--import", "./examples/node_resolve.js", SERVER],
        cwd: ROOT,
      };
  }
}

/** Whether `name` is one of {@linkcode RUNTIMES}. */
export function isRuntimeName(name: string): name is RuntimeName {
  return RUNTIMES.some((runtime) => runtime === name);
}
