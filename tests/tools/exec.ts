/**
 * Runs a pinned runtime by hand, Deno with the stand-ins in place of JSR:
 *
 *     npm run deno -- test --allow-env tests/some_test.ts
 *     npm run bun -- test tests/some_test.ts
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { startRegistry } from "./jsr.ts";
import { bunPath, denoPath } from "./runtimes.js";

const [runtime, ...args] = process.argv.slice(2);
const registry = await startRegistry();
const child = spawn(runtime === "bun" ? bunPath() : denoPath(), args, {
  stdio: "inherit",
  env: { ...process.env, ...registry.env },
});
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => child.kill(signal));
}
const [code] = await once(child, "exit");
await registry.close();
process.exitCode = code ?? 1;
