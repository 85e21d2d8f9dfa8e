import fc from "fast-check";
import type { InMemoryStorage } from "@mayfly/store";
import { assertEquals, assertLessOrEqual } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { loadTiny } from "../store/_tiny.ts";

const MAX_BYTES = 400;
const KEYS = 50;

const tiny = await loadTiny<{ InMemoryStorage: typeof InMemoryStorage }>(
  "src/storage/memory/memory_storage.ts",
  true,
);

const step = fc.record({
  how: fc.constantFrom("set", "append", "setrange", "setex", "mset", "del"),
  key: fc.integer({ min: 0, max: KEYS - 1 }),
  // Most are small; one that is not evicts many at once.
  size: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 4 }) },
    { weight: 1, arbitrary: fc.integer({ min: 100, max: 370 }) },
  ),
});

describe("an InMemoryStorage with maxBytes and chunks of 8 slots", () => {
  for (const eviction of ["lru", "sieve", "soonest"] as const) {
    it(`keeps what is written, within its bound, under "${eviction}"`, () => {
      fc.assert(fc.property(
        fc.array(step, { minLength: 20, maxLength: 120 }),
        (steps) => {
          using storage = new tiny.InMemoryStorage({
            maxBytes: MAX_BYTES,
            eviction,
            sweepInterval: Infinity,
          });
          const values = new Map<string, string>();
          const write = (how: string, key: string, size: number) => {
            const part = String.fromCharCode(97 + size % 26).repeat(size);
            const old = storage.get(key) ?? "";
            switch (how) {
              case "set":
                storage.set(key, part, "PX", 1e9 + size);
                return part;
              case "setex":
                storage.setex(key, 1000 + size, part);
                return part;
              case "mset":
                storage.mset(key, part, "other", part.slice(0, 2));
                values.set("other", part.slice(0, 2));
                return part;
              case "append":
                if (old.length + size > 380) return old;
                storage.append(key, part);
                return old + part;
              default:
                storage.setrange(key, 2, part);
                return old.slice(0, 2).padEnd(2, "\0") + part +
                  old.slice(2 + size);
            }
          };
          // Full first, in an order in which the chunks empty from below.
          const filled = Array.from({ length: KEYS }, (_, key) => ({
            how: "set",
            key,
            size: 1 + (key * 7) % 3,
          }));
          for (const { how, key, size } of [...filled, ...steps]) {
            const name = `key ${key}`;
            if (how === "del") storage.del(name);
            else {
              const value = write(how, name, size);
              values.set(name, value);
              assertEquals(storage.get(name), value);
            }
            let bytes = 0;
            for (const name of storage.keys("*")) {
              const value = storage.get(name)!;
              assertEquals(value, values.get(name));
              bytes += name.length + value.length;
            }
            assertLessOrEqual(bytes, MAX_BYTES);
          }
        },
      ));
    });
  }
});
