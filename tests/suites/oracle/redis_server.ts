/**
 * The oracle: a real Redis (or Valkey) server for the time of a test file.
 *
 * It is the program that `REDIS_SERVER` names, else `redis-server` or
 * `valkey-server` on the `PATH`. It listens on a free port of the loopback
 * interface, keeps nothing on disk, and ends with the process that started it.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import process from "node:process";

/** A server that runs. */
export interface RedisServer {
  /** The port that it listens on, at 127.0.0.1. */
  readonly port: number;
  /** The process. */
  readonly pid: number;
  /** Its address, as the clients take it. */
  readonly url: string;
  /** Ends the server and waits until it has ended. Twice is as good as once. */
  stop(): Promise<void>;
  /** Ends it as a power cut would, and waits until it has ended. */
  kill(): Promise<void>;
}

/** How to start a server. */
export interface ServerOptions {
  /** The program, which is then not looked for. */
  program?: string;
  /** Its arguments besides the usual ones; the last one of a name counts. */
  args?: string[];
  /** The port; by default one that is free. */
  port?: number;
}

/** How to get a server, as the end of a sentence. */
export const HOW_TO_GET_REDIS: string =
  "install Debian's redis-server and redis-tools (or Valkey), or name the server in REDIS_SERVER";

const HOST = "127.0.0.1";
const START_ATTEMPTS = 5;
const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 5_000;

/**
 * Starts a server, or answers `undefined` where there is none to start.
 *
 * @param extra Options of the server, each of which takes the place of ours.
 * @throws {Error} If there is none and `MAYFLY_REQUIRE_REDIS` is `1`, or if
 *   the program that `REDIS_SERVER` names is not there or does not start.
 */
export async function startRedisServer(
  options: ServerOptions = {},
): Promise<RedisServer | undefined> {
  const named = options.program ?? process.env["REDIS_SERVER"];
  const programs = named ? [named] : ["redis-server", "valkey-server"];
  for (const program of programs) {
    const server = await startProgram(program, options);
    if (server !== undefined) return server;
  }
  if (named) throw new Error(`Cannot find the server: received "${named}"`);
  if (process.env["MAYFLY_REQUIRE_REDIS"] === "1") {
    throw new Error(`Cannot find a Redis server: ${HOW_TO_GET_REDIS}`);
  }
  return undefined;
}

/** Starts a program on a port; `undefined` if there is no such program. */
async function startProgram(
  program: string,
  options: ServerOptions,
): Promise<RedisServer | undefined> {
  for (let attempt = 1;; attempt++) {
    const port = options.port ?? await freePort();
    const child = spawn(program, [
      ...["--port", String(port), "--bind", HOST],
      ...["--save", "", "--appendonly", "no", "--dir", tmpdir()],
      // With one database, "COPY a b DB 1" is out of range here as well.
      ...["--databases", "1", "--daemonize", "no"],
      ...options.args ?? [],
    ], { stdio: ["ignore", "pipe", "pipe"] });
    const ended = endOf(child);
    if (await answers(port, child, ended)) return running(child, ended, port);
    child.kill("SIGKILL");
    const end = await ended;
    if (end.missing) return undefined;
    // Another process may have taken the port between our finding and using it.
    if (attempt === START_ATTEMPTS) {
      throw new Error(`Cannot start "${program}": ${end.output.trim()}`);
    }
  }
}

/** How a child process ended. */
interface End {
  /** There is no such program. */
  missing: boolean;
  /** The last that it wrote. */
  output: string;
}

function endOf(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (data: Uint8Array) => {
        output = (output + data).slice(-2000);
      });
    }
    child.on("error", (error: Error & { code?: string }) => {
      resolve({ missing: error.code === "ENOENT", output: error.message });
    });
    child.on("exit", () => resolve({ missing: false, output }));
  });
}

function running(
  child: ChildProcess,
  ended: Promise<End>,
  port: number,
): RedisServer {
  const kill = () => child.kill("SIGKILL");
  process.on("exit", kill);
  // Neither the child nor its output holds this process.
  child.unref();
  for (const stream of [child.stdout, child.stderr]) {
    (stream as { unref?(): void } | null)?.unref?.();
  }
  const end = async (signal: "SIGTERM" | "SIGKILL") => {
    process.off("exit", kill);
    child.ref();
    child.kill(signal);
    const timer = setTimeout(kill, STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
  };
  return {
    port,
    pid: child.pid!,
    url: `redis://${HOST}:${port}`,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
}

/** A port of the loopback interface that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, HOST, () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Waits until the child, and no other process, answers on the port. */
async function answers(
  port: number,
  child: ChildProcess,
  ended: Promise<unknown>,
): Promise<boolean> {
  let hasEnded = false;
  ended.then(() => hasEnded = true);
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!hasEnded && Date.now() < deadline) {
    const info = await ask(port, "INFO server");
    if (info.includes(`process_id:${child.pid}\r\n`)) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

/** Sends one command and answers the reply as it is on the wire, or `""`. */
function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve) => {
    let reply = "";
    const socket = connect(port, HOST, () => socket.write(`${command}\r\n`));
    const finish = () => {
      socket.destroy();
      resolve(reply);
    };
    socket.setTimeout(1000, finish);
    socket.on("error", finish);
    socket.on("close", finish);
    socket.on("data", (data) => {
      reply += data;
      const [head = "", ...body] = reply.split("\r\n");
      const isWhole = !head.startsWith("$") ||
        body.join("\r\n").length >= Number(head.slice(1)) + 2;
      if (isWhole) finish();
    });
  });
}
