/** Commands that are interrupted between two calls of their keyspace. */

import { assertEquals } from "@std/assert";
import type { Keyspace } from "../../../src/redis/keyspace.ts";
import { CALLS, fill, run } from "./_commands.ts";
import { contents } from "./fixture.ts";
import { interrupted } from "./_interrupted.ts";
import type { KeyspaceTest } from "./suite.ts";

class Interrupt extends Error {}

export function describeInterruptions(
  test: KeyspaceTest,
  hasOthers: boolean,
): void {
  for (const call of CALLS) {
    const words = call.join(" ").slice(0, 40);

    test(`changes nothing by "${words}" where it throws half-way`, ({ keyspace }) => {
      fill(keyspace);
      const before = contents(keyspace);
      let throws = 0;
      for (let at = 0;; at++) {
        const { keyspace: proxy } = interrupted(keyspace, {
          before(calls) {
            if (calls === at) throw new Interrupt();
          },
        });
        try {
          run(proxy, call);
          break;
        } catch (error) {
          if (!(error instanceof Interrupt)) throw error;
          throws++;
        }
        assertEquals(contents(keyspace), before, `call ${at}`);
      }
      assertEquals(throws > 0, true);
    });

    // Where there is no other, the throw above is all that can come between.
    if (!hasOthers) continue;
    test(`lets no other writer come into "${words}"`, (fixture) => {
      const { keyspace } = fixture;
      const other = fixture.another!();
      try {
        for (const key of ["text", "brief", "count", "absent"]) {
          assertNoneBetween(keyspace, other, key, call);
        }
      } finally {
        other.close();
      }
    });
  }
}

/** Asserts that another writer of a key comes before or after a command, not into the middle. */
function assertNoneBetween(
  keyspace: Keyspace,
  other: Keyspace,
  key: string,
  call: (typeof CALLS)[number],
): void {
  const intrude = (into: Keyspace) => into.set(key, "7", Infinity);
  const outcome = (steps: (() => unknown)[]) => {
    let replied: unknown;
    keyspace.clear();
    fill(keyspace);
    for (const step of steps) {
      try {
        replied = step() ?? replied;
      } catch {
        // A command may well refuse what the other one left.
      }
    }
    return JSON.stringify([replied, contents(keyspace)]);
  };
  const command = () => reply(keyspace, call);
  const alone = outcome([command]);
  const both = [
    outcome([command, () => intrude(other)]),
    outcome([() => intrude(other), command]),
  ];
  for (let at = 0, calls = Infinity; at < calls; at++) {
    let isRefused = true;
    const proxied = interrupted(keyspace, {
      before(count) {
        if (count !== at) return;
        try {
          intrude(other);
          isRefused = false;
        } catch {
          // The other one waited, in vain, for this step to end.
        }
      },
    });
    const found = outcome([() => reply(proxied.keyspace, call)]);
    calls = proxied.calls();
    const accepted = isRefused ? [alone] : both;
    assertEquals(accepted.includes(found), true, `call ${at}: ${found}`);
  }
}

/** What a command replies, but for one that may reply anything. */
function reply(keyspace: Keyspace, call: (typeof CALLS)[number]): unknown {
  const replied = run(keyspace, call);
  return call[0] === "randomkey" ? undefined : replied;
}
