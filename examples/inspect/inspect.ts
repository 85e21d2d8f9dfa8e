/**
 * A look inside a storage, for its operator. In a clone of this repository:
 *
 *     npm run inspect -- file:state.db
 *     npm run inspect -- redis://localhost --match 'thread:*' --top 20
 *     npm run inspect -- --json          what MAYFLY_URL names, as JSON
 *
 * It shows how many keys there are by prefix, how large they are, how long they have to live,
 * which expire next and which are the largest. It changes no key, and shows no value unless
 * `--values` asks for them.
 */

import { connectStorage } from "@mayfly/store/connect";
import { existsSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { takeStock } from "./stock.ts";
import { writeTables } from "./tables.ts";

const USAGE =
  "Usage: npm run inspect -- <file:state.db | redis://...> [--json] [--match pattern] [--top n] [--values]\nWithout a URL, that of MAYFLY_URL.";

/** Opening a file that is not there would make it. */
function checkFile(url: string): void {
  const path = /^(?:file|sqlite):(?!\/\/)(.*)$/.exec(url)?.[1];
  const file = path !== undefined
    ? decodeURIComponent(path)
    : /^(?:file|sqlite):/.test(url)
    ? fileURLToPath(url.replace(/^sqlite:/, "file:"))
    : undefined;
  if (file === undefined || file === ":memory:" || existsSync(file)) return;
  throw new Error(`Cannot look inside: there is no file "${file}"`);
}

async function main(): Promise<void> {
  const { values: options, positionals } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      match: { type: "string", default: "*" },
      top: { type: "string", default: "5" },
      values: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
    allowPositionals: true,
  });
  if (options.help) return console.log(USAGE);
  const top = Number(options.top);
  if (positionals.length > 1 || !(Number.isInteger(top) && top >= 0)) {
    throw new Error(USAGE);
  }
  const url = positionals[0] || process.env["MAYFLY_URL"];
  // A memory of this process would always be empty.
  if (!url) throw new Error(USAGE);
  checkFile(url);
  await using storage = await connectStorage(url, {
    storage: { sweepInterval: Infinity }, // a look removes nothing
  });
  const stock = await takeStock(storage, {
    match: options.match,
    top,
    values: options.values,
  });
  console.log(
    options.json ? JSON.stringify(stock, null, 2) : writeTables(stock),
  );
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
