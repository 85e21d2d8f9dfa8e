/** The example server on HTTP as a child process. */

import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import type { ServerCommand } from "./server_command.ts";

/** How long a server may take to start, in ms. */
const MAX_START = 30_000;

/** A server that runs. */
export class HttpServerProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  /** Where it takes requests. */
  readonly url: string;
  /** What it has written on its stderr: the last of it. */
  log = "";

  #hasEnded = false;

  private constructor(
    child: ChildProcess,
    url: string,
    ended: Promise<number | null>,
  ) {
    this.#child = child;
    this.#ended = ended;
    ended.then(() => this.#hasEnded = true);
    this.url = url;
  }

  /**
   * Starts a server and waits until it is ready.
   *
   * @param env Added to the environment of the command, such as `PORT`, which is any by default.
   */
  static async start(
    { command, args, cwd, env: base }: ServerCommand,
    env: Record<string, string> = {},
  ): Promise<HttpServerProcess> {
    const child = spawn(command, args, {
      cwd,
      env: { ...base, PORT: "0", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = new Promise<number | null>((resolve) => {
      child.on("exit", resolve);
      child.on("error", () => resolve(null));
    });
    let log = "";
    let server: HttpServerProcess | undefined = undefined;
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      log = (log + text).slice(-4_000);
      if (server) server.log = log;
    });
    const url = await new Promise<string | undefined>((resolve) => {
      let output = "";
      child.stdout!.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        const found = /ready on \w+, (http:\S+)\n/.exec(output);
        if (found) resolve(found[1]);
      });
      const timer = setTimeout(() => resolve(undefined), MAX_START);
      ended.then(() => resolve(undefined)).finally(() => clearTimeout(timer));
    });
    if (url === undefined) {
      child.kill("SIGKILL");
      throw new Error(`Cannot start the server: ${log}`);
    }
    server = new HttpServerProcess(child, url, ended);
    return server;
  }

  /** Its process. */
  get pid(): number {
    return this.#child.pid!;
  }

  /** The port that it listens on. */
  get port(): string {
    return new URL(this.url).port;
  }

  /**
   * Ends it, by default as a power cut would, and waits until it has ended.
   *
   * @returns Its exit code; `null` where a signal ended it.
   */
  async end(signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<number | null> {
    // Of a child that Deno itself has sent a signal it tells no exit code.
    if (!this.#hasEnded) process.kill(this.pid, signal);
    return await this.#ended;
  }
}
