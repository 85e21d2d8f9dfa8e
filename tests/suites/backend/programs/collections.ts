/**
 * Adds, updates and takes entries of one collection, beside other processes that do the same, and
 * prints as JSON what came of it:
 *
 *     collections.ts <url> <processes> <adds> <updates> <keys to take>
 */

import process from "node:process";
import { Collection } from "../../../../src/collection/mod.ts";
import { connectStorage } from "../../../../src/connect/mod.ts";

const [url, ...numbers] = process.argv.slice(2);
const [processes, adds, updates, keys] = numbers.map(Number);
await using storage = await connectStorage(url);
const numbersOf = new Collection<number>("race", { storage });
const next = (count = 0) => count + 1;
const times = <T>(n: number, run: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: n }, (_, i) => run(i)));

// All begin together.
await numbersOf.update("ready", next);
while (await numbersOf.get("ready") !== processes) {
  await new Promise((resolve) => setTimeout(resolve, 5));
}
const added = await times(adds!, (i) => numbersOf.add("added", i));
for (let i = 0; i < updates!; i++) await numbersOf.update("count", next);
const taken = await times(keys!, (i) => numbersOf.take(`key ${i}`));
console.log(JSON.stringify({
  added: added.filter((isAdded) => isAdded).length,
  taken: taken.filter((value) => value !== undefined),
}));
