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
import { RespConnection } from "./resp_connection.ts";

const MASTERS = 3;
const HOST = "127.0.0.1";
/** How far above its port a node listens to the other nodes. */
const BUS = 10_000;
const FIRST_PORT = 20_000;
const LAST_PORT = 30_000;
const START_TIMEOUT_MS = 20_000;

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
 * @param replicas How many replicas each master has. Where there are some, they
 *   soon take a silent master's place; else no one gives a busy one up.
 */
export async function startRedisCluster(
  replicas: number = 0,
): Promise<RedisCluster> {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-cluster-"));
  const servers: RedisServer[] = [];
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    for (let i = 0; i < MASTERS * (1 + replicas); i++) {
      servers.push(await startNode(folder, replicas > 0 ? 4000 : 15_000));
    }
    const nodes = servers.map(({ port }) => ({ host: HOST, port }));
    const addresses = nodes.map(({ host, port }) => `${host}:${port}`);
    await cli(
      ...["--cluster", "create", ...addresses, "--cluster-yes"],
      ...["--cluster-replicas", String(replicas)],
    );
    for (const { port } of nodes) await answersForAllSlots(port, nodes.length);
    // A replica that still copies its master would take its place with nothing in it.
    for (const { port } of nodes) await followsItsMaster(port);
    const url = `redis+cluster://${addresses.slice(0, MASTERS).join(",")}/`;
    return { nodes, url, servers, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts one node that knows no other yet. */
async function startNode(
  folder: string,
  patienceMs: number,
): Promise<RedisServer> {
  const port = await freeNodePort();
  const server = await startRedisServer({
    program: REDIS_PROGRAM,
    port,
    args: [
      ...["--cluster-enabled", "yes"],
      ...["--cluster-node-timeout", String(patienceMs)],
      ...["--dir", folder, "--cluster-config-file", `${port}.conf`],
      ...["--cluster-replica-validity-factor", "0"],
      ...["--repl-diskless-sync-delay", "0"],
    ],
  });
  return server!;
}

/** Waits until a node knows all others and takes the cluster for whole. */
function answersForAllSlots(port: number, nodes: number): Promise<void> {
  return untilInfo(
    port,
    ["CLUSTER", "INFO"],
    (info) =>
      info.includes("cluster_state:ok") &&
      info.includes(`cluster_known_nodes:${nodes}`),
  );
}

/** Waits until a replica has all that its master has; a master is ready as it is. */
function followsItsMaster(port: number): Promise<void> {
  return untilInfo(
    port,
    ["INFO", "replication"],
    (info) =>
      info.includes("role:master") || info.includes("master_link_status:up"),
  );
}

/** Asks a node until it answers with what is waited for. */
async function untilInfo(
  port: number,
  command: string[],
  isThere: (info: string) => boolean,
): Promise<void> {
  const connection = await RespConnection.open(port);
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const [reply] = await connection.send([command]);
    const info = reply?.kind === "bulk" && reply.bytes !== null
      ? new TextDecoder().decode(reply.bytes)
      : "";
    if (isThere(info)) break;
    if (Date.now() > deadline) {
      throw new Error(`Cannot make the cluster: ${info}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  connection.close();
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
