/**
 * Adds 1 to a number in a backend, again and again, beside other processes that
 * do the same:
 *
 *     updates.ts <url> <key> <times>
 */

import process from "node:process";
import { update } from "../../../../mod.ts";
import { connectStorage } from "../../../../src/connect/connect.ts";

const [url, key, times] = process.argv.slice(2);
await using storage = await connectStorage(url);
for (let i = 0; i < Number(times); i++) {
  await update(storage, key!, (value) => String(Number(value ?? 0) + 1));
}
