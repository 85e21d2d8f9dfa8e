/** Until the commands are rewritten over the new keyspace: not for keeps. */
import { checkFinite, checkPositive, MILLISECONDS } from "../_checks.ts";
import type { Logger } from "../logger.ts";
import { RedisCommands } from "../redis/commands.ts";
import type { Keyspace as OldKeyspace } from "../redis/keyspace.ts";
import { readTimeoutHours } from "./_config.ts";
import type { SqliteKeyspace } from "./_sqlite_keyspace.ts";

// deno-lint-ignore-file no-explicit-any
export function adapt(k: SqliteKeyspace): OldKeyspace {
  const adapter = {
    now: () => k.now(),
    get: (x: string) => k.get(x),
    set: (x: string, v: any, d?: number) =>
      k.set(x, v, d ?? k.deadline(x) ?? Infinity),
    deadline: (x: string) => k.deadline(x),
    expire: (x: string, d: number) => k.expire(x, d),
    delete: (x: string) => k.delete(x),
    get size() {
      return k.count();
    },
    clear: () => k.clear(),
    keys: () => k.keys()[Symbol.iterator](),
    scan: (c: number, n: number) => k.scan(c, n),
    random: () => k.random(),
  };
  return adapter as unknown as OldKeyspace;
}
export function wrap(self: object, k: SqliteKeyspace): void {
  for (
    let p = RedisCommands.prototype as any;
    p && p !== Object.prototype;
    p = Object.getPrototypeOf(p)
  ) {
    for (const n of Object.getOwnPropertyNames(p)) {
      if (n === "constructor" || n === "keyspace" || Object.hasOwn(self, n)) {
        continue;
      }
      const f = (RedisCommands.prototype as any)[n];
      Object.defineProperty(self, n, {
        value: (...a: any[]) =>
          k.atomically(n === "get" ? "read" : "write", () => f.apply(self, a)),
      });
    }
  }
}
export function readTimes(
  o: { timeoutHours?: number; sweepInterval?: number; logger?: Logger },
) {
  const { timeoutHours = readTimeoutHours(o.logger) } = o;
  checkFinite(
    "make the storage",
    "timeoutHours",
    timeoutHours,
    "a positive, finite number of hours",
  );
  const { sweepInterval = Math.max(timeoutHours * 360_000, 300_000) } = o;
  checkPositive(
    "make the storage",
    "sweepInterval",
    sweepInterval,
    MILLISECONDS,
  );
  return { timeoutHours, sweepInterval };
}
