/** Asks for the backend where nothing can be put on the global object. */
import {
  getStorageBackend,
  InMemoryStorage,
  setStorageBackend,
} from "@mayfly/store";
import { runtime } from "@mayfly/store/runtime";
import process from "node:process";

const [when] = process.argv.slice(2);

function freeze(): void {
  // Deno itself puts a symbol on the global object when it exits, and fails if it cannot.
  if (runtime !== "deno") Object.preventExtensions(globalThis);
  const symbol = Symbol.for("@mayfly/store/backend");
  if (Object.hasOwn(globalThis, symbol) || runtime === "deno") {
    Object.defineProperty(globalThis, symbol, {
      configurable: false,
      writable: false,
    });
  }
}

if (when === "before") freeze();
const first = getStorageBackend();
if (when === "after") freeze();
const same = getStorageBackend() === first;
const storage = new InMemoryStorage();
setStorageBackend(storage);
const another = getStorageBackend() === storage;
setStorageBackend(undefined);
const anew = getStorageBackend() !== storage &&
  getStorageBackend() !== first &&
  getStorageBackend() === getStorageBackend();
console.log(JSON.stringify({ same, another, anew }));
