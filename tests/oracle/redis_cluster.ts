/**
 * A cluster of real servers on the loopback interface: three masters, and as
 * many replicas for each as asked for. It ends with the process that started it.
 */

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CLI_PROGRAM, REDIS_PROGRAM } from "./programs.ts";
import { type RedisServer, startRedisServer } from "./redis_server.ts";

const MASTERS = 3;
const HOST = "127.0.0.1";
/** How far above its port a node listens to the other nodes. */
const BUS = 10_000;
const FIRST_PORT = 20_000;
const LAST_PORT = 30_000;

/** A cluster that runs. */
export interface RedisCluster {
  /** Where its nodes listen, as `ioredis` takes them. */
  readonly nodes: { host: string; port: number }[];
  /** Its address, as `connectStorage` takes it. */
  readonly url: string;
  /** The servers, in the order of the nodes. */
  readonly servers: RedisServer[];
  /** Ends all servers and waits until they have ended. */
  stop(): Promise<void>;
}

/**
 * Starts a cluster that answers.
 *
 * @param replicas How many replicas each master has.
 */
export async function startRedisCluster(replicas = 0): Promise<RedisCluster> {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-cluster-"));
  const servers: RedisServer[] = [];
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    for (let i = 0; i < MASTERS * (1 + replicas); i++) {
      servers.push(await startNode(folder));
    }
    const nodes = servers.map(({ port }) => ({ host: HOST, port }));
    const addresses = nodes.map(({ host, port }) => `${host}:${port}`);
    await cli(
      ...["--cluster", "create", ...addresses, "--cluster-yes"],
      ...["--cluster-replicas", String(replicas)],
    );
    const url = `redis+cluster://${addresses.slice(0, MASTERS).join(",")}/`;
    return { nodes, url, servers, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts one node that knows no other yet. */
async function startNode(folder: string): Promise<RedisServer> {
  const port = await freeNodePort();
  const server = await startRedisServer({
    program: REDIS_PROGRAM,
    port,
    args: [
      ...["--cluster-enabled", "yes", "--cluster-node-timeout", "1000"],
      ...["--dir", folder, "--cluster-config-file", `${port}.conf`],
      ...["--cluster-replica-validity-factor", "0"],
    ],
  });
  return server!;
}

/** A port that is free, and so is the one for the other nodes. */
async function freeNodePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT +
      Math.floor(Math.random() * (LAST_PORT - FIRST_PORT));
    if (await isFree(port) && await isFree(port + BUS)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on("error", () => resolve(false));
    server.listen(port, HOST, () => server.close(() => resolve(true)));
  });
}

/** Runs `redis-cli` to its end. */
function cli(...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(CLI_PROGRAM!, args, {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data: Uint8Array) => output += data);
    }
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`Cannot make the cluster: ${output.trim()}`));
    });
  });
}
