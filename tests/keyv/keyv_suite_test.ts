/** Keyv's own suite for storage adapters, as npm has it, on every backend. */

import { KeyvStorage } from "@mayfly/store/keyv";
import keyvTestSuite, { keyvIteratorTests } from "@keyv/test-suite";
import { Keyv } from "keyv";
import { describeOnEvery } from "../suites/backend/backends.ts";
import { vitest } from "./_vitest.ts";

describeOnEvery("keyv's own suite", (opened) => {
  const store = () => new KeyvStorage({ storage: opened().backend });
  // The suite is typed for Vitest itself and for the keyv before this one.
  keyvTestSuite(vitest as never, Keyv as never, store);
  keyvIteratorTests(vitest as never, Keyv as never, store);
});
