/**
 * Compares the storage with a server on as many random commands as you like:
 *
 *     npm run differential -- --operations 200000 --seed 1
 *
 * Half of the commands go to the server word for word, half through the
 * methods of ioredis. The same seed runs the same commands.
 */

import process from "node:process";
import { parseArgs } from "node:util";
import { HOW_TO_GET_REDIS, startRedisServer } from "../oracle/redis_server.ts";
import { runCampaign } from "./campaign.ts";
import { onTheWire, type Server, throughIoredis } from "./servers.ts";

const { values } = parseArgs({
  options: {
    operations: { type: "string", default: "200000" },
    seed: { type: "string", default: String(Date.now() % 1e6) },
  },
});

process.exitCode = await main(
  wholeNumber("operations", values.operations),
  wholeNumber("seed", values.seed),
);

async function main(operations: number, seed: number): Promise<number> {
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
      `${name}: ${result.operations} operations, seed ${seed}, ${seconds} s, ` +
        (result.difference === undefined ? "no difference" : "a difference"),
    );
    server.close();
  }
  await redis.stop();
  return failed ? 1 : 0;
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  console.error(`Cannot read --${name}: expected digits: received "${text}"`);
  process.exit(2);
}
