/**
 * One process of the workload "import": how many ms a module takes to import,
 * with nothing of it or of the benchmark loaded before.
 */
import process from "node:process";

const start = performance.now();
await import(process.argv[2]);
const time = performance.now() - start;
console.log(JSON.stringify({ time: [time] }));
process.exit();
