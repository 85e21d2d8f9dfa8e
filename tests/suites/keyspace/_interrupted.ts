/** A keyspace that is interrupted between two of its calls. */

import type { Keyspace } from "../../../src/redis/keyspace.ts";

/** Where an {@linkcode interrupted} keyspace is, and what happens there. */
export interface Interruption {
  /** Called before each call, but for `atomically`: how many there were. May throw. */
  before(calls: number): void;
}

/**
 * The same keyspace; something happens before each of its calls.
 *
 * @returns The keyspace, and how often it was called.
 */
export function interrupted(
  keyspace: Keyspace,
  interruption: Interruption,
): { keyspace: Keyspace; calls(): number } {
  let calls = 0;
  const proxy = new Proxy(keyspace, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        if (name !== "atomically") interruption.before(calls++);
        return member.apply(target, args);
      };
    },
  });
  return { keyspace: proxy, calls: () => calls };
}
