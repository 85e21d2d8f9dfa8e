/**
 * Compares the storage with a server on as many random commands as you like:
 *
 *     npm run differential -- --operations 200000 --seed 1 --storage file
 *
 * The storage is one in memory (`memory`, the default) or one on a file (`file`). Half of the
 * commands go to the server word for word, half through the methods of ioredis. The same seed
 * runs the same commands.
 */

import process from "node:process";
import { parseArgs } from "node:util";
import { HOW_TO_GET_REDIS, startRedisServer } from "../oracle/redis_server.ts";
import { runCampaign } from "./campaign.ts";
import { FileForSequences } from "./file_for_sequences.ts";
import { onTheWire, type Server, throughIoredis } from "./servers.ts";

type StorageName = "memory" | "file";

const { values } = parseArgs({
  options: {
    operations: { type: "string", default: "200000" },
    seed: { type: "string", default: String(Date.now() % 1e6) },
    storage: { type: "string", default: "memory" },
  },
});

process.exitCode = await main(
  wholeNumber("operations", values.operations),
  wholeNumber("seed", values.seed),
  storageName(values.storage),
);

async function main(
  operations: number,
  seed: number,
  storage: StorageName,
): Promise<number> {
  using file = storage === "file" ? new FileForSequences() : undefined;
  const redis = await startRedisServer();
  if (redis === undefined) {
    console.error(`Cannot find a Redis server: ${HOW_TO_GET_REDIS}`);
    return 1;
  }
  const ways: [string, boolean, Server][] = [
    ["on the wire", false, await onTheWire(redis.port)],
    ["through ioredis", true, await throughIoredis(redis.port)],
  ];
  let failed = false;
  for (const [i, [name, styles, server]] of ways.entries()) {
    const start = performance.now();
    let reported = 0;
    const result = await runCampaign({
      server,
      styles,
      makeStorage: file?.make,
      operations: Math.ceil(operations / ways.length),
      // Each way has sequences of its own.
      seed: seed * ways.length + i,
      onProgress(done) {
        if (done - reported < 50_000) return;
        reported = done;
        console.error(`... ${done} operations ${name}`);
      },
    });
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    failed ||= result.difference !== undefined;
    if (result.difference !== undefined) console.log(result.difference);
    console.log(
      `${name}, ${storage}: ${result.operations} operations, seed ${seed}, ${seconds} s, ` +
        (result.difference === undefined ? "no difference" : "a difference"),
    );
    server.close();
  }
  await redis.stop();
  return failed ? 1 : 0;
}

function storageName(text: string): StorageName {
  if (text === "memory" || text === "file") return text;
  console.error(
    `Cannot read --storage: expected "memory" or "file": received "${text}"`,
  );
  process.exit(2);
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  console.error(`Cannot read --${name}: expected digits: received "${text}"`);
  process.exit(2);
}
