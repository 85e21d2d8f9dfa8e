/** Gets ready what the jobs need: data, the packed package, a bundle, a server. */
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import {
  HOW_TO_GET_REDIS,
  startRedisServer,
} from "../../tests/suites/oracle/redis_server.ts";
import { pack } from "../../tests/tools/artefact.ts";
import { startRegistry } from "../../tests/tools/jsr.ts";
import { ROOT } from "../../tests/tools/runtimes.js";
import { writeData } from "../workloads/data.ts";
import type { Options } from "./options.ts";
import type { Places, Task } from "./plan.ts";

/** The package's entry as Node gets it from npm. */
async function packed(folder: string): Promise<string> {
  const registry = await startRegistry();
  try {
    const env = { ...process.env, ...registry.env };
    return pathToFileURL(join(await pack(folder, env), "mod.js")).href;
  } finally {
    await registry.close();
  }
}

/** Gets ready what must be known to make a plan; `env` is for the jobs. */
export async function makePlaces(
  options: Options,
  folder: string,
): Promise<Places> {
  const { workloads, runtimes } = options;
  const source = pathToFileURL(join(ROOT, "mod.ts")).href;
  const artefact = workloads.includes("import") && runtimes.includes("node")
    ? await packed(folder)
    : source;
  return {
    data: folder,
    core: (runtime) => runtime === "node" ? artefact : source,
  };
}

/** Gets ready what the tasks of a plan need; returns those that can be run, and how to end. */
export async function prepare(
  tasks: Task[],
  folder: string,
  env: Record<string, string>,
): Promise<{ tasks: Task[]; end: () => Promise<void> }> {
  const sizes = tasks.map(({ job }) => job.size).filter((size) => size > 0);
  for (const size of new Set(sizes)) writeData(folder, size);
  const needsRedis = tasks.some(({ job }) =>
    ["redis", "leases"].includes(job.workload)
  );
  const server = needsRedis ? await startRedisServer() : undefined;
  if (needsRedis && server === undefined) {
    console.error(`Left out: "redis". To run it, ${HOW_TO_GET_REDIS}.`);
  }
  if (server) env["BENCH_REDIS"] = server.url;
  return {
    tasks: tasks.filter(({ job }) => server || job.workload !== "redis"),
    end: async () => await server?.stop(),
  };
}
