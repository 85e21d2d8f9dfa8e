/**
 * The runs of leases by hand, at their full sizes:
 *
 *     npm run one-of-many -- effects --size 1000
 *     npm run one-of-many -- fences --size 20000 --url redis://127.0.0.1:6379
 *     npm run one-of-many -- tokens --size 2000 --way once        (or map, file, lockfile)
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { runEffects, runFences, runTokens } from "./leases/runs.ts";

const { values, positionals: [what] } = parseArgs({
  options: {
    size: { type: "string", default: "1000" },
    way: { type: "string", default: "once" },
    url: { type: "string" },
    processes: { type: "string", default: "8" },
    harm: { type: "string", default: "500" },
    lease: { type: "string", default: "1500" },
    minutes: { type: "string", default: "30" },
  },
  allowPositionals: true,
});
const options = {
  url: values.url,
  processes: Number(values.processes),
  size: Number(values.size),
  harm: Number(values.harm),
  lease: Number(values.lease),
  timeout: Number(values.minutes) * 60_000,
};
const start = performance.now();
switch (what) {
  case "effects":
    console.log(await runEffects(options));
    break;
  case "fences":
    console.log(await runFences(options));
    break;
  case "tokens":
    console.log(await runTokens({ ...options, way: values.way }));
    break;
  default:
    console.error('Cannot run: say "effects", "fences" or "tokens"');
    process.exit(2);
}
console.log(`${Math.round((performance.now() - start) / 1000)} s`);
