/** What every keyspace has to do: one suite for all of them. */

import { describe, it } from "@std/testing/bdd";
import { describeCalls } from "./calls.ts";
import type { KeyspaceFixture, MakeKeyspace } from "./fixture.ts";
import { describeInterruptions } from "./interruptions.ts";
import { describeSteps } from "./steps.ts";
import { describeParts } from "./parts.ts";

export type { KeyspaceFixture, MakeKeyspace };

/** A test with a keyspace of its own, which is closed after it. */
export type KeyspaceTest = (
  name: string,
  test: (fixture: KeyspaceFixture) => void,
) => void;

/**
 * Describes what a keyspace has to do.
 *
 * @param name What the keyspace is called.
 * @param makeKeyspace Makes one without a key.
 */
export function keyspaceSuite(name: string, makeKeyspace: MakeKeyspace): void {
  const test: KeyspaceTest = (title, run) => {
    it(title, () => {
      const fixture = makeKeyspace();
      try {
        run(fixture);
      } finally {
        fixture.keyspace.close();
        fixture.dispose?.();
      }
    });
  };
  describe(`${name} as a keyspace`, () => {
    describeCalls(test);
    describeParts(test);
    describeSteps(test);
    const probe = makeKeyspace();
    const hasOthers = probe.another !== undefined;
    probe.keyspace.close();
    probe.dispose?.();
    describeInterruptions(test, hasOthers);
  });
}
