/** Keyv's own suite for storage adapters, as npm has it, with both versions of keyv, on every backend. */

import { KeyvStorage } from "@mayfly/store/keyv";
import keyvTestSuite, { keyvIteratorTests } from "@keyv/test-suite";
import { Keyv } from "keyv";
import { Keyv as Keyv5 } from "keyv5";
import { describe } from "@std/testing/bdd";
import { describeOnEvery } from "../suites/backend/backends.ts";
import { vitest } from "./_vitest.ts";

/** What keyv 6 answers otherwise than the suite, which is keyv 5's: an array of `false`. */
const OUTDATED = [
  ".deleteMany([keys]) with nonexistent keys resolves to false",
];

describeOnEvery("keyv's own suite", (opened) => {
  const store = () => new KeyvStorage({ storage: opened().backend });
  // The suite is typed for Vitest itself.
  const run = (keyv: unknown, test: unknown) => {
    keyvTestSuite(test as never, keyv as never, store);
    keyvIteratorTests(test as never, keyv as never, store);
  };
  describe("keyv 5", () => run(Keyv5, vitest()));
  describe("keyv 6", () => run(Keyv, vitest(OUTDATED)));
});
