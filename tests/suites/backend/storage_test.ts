/** What every backend does alike. */

import { describe } from "@std/testing/bdd";
import { describeOnEvery } from "./backends.ts";
import { listing } from "./listing.ts";
import { keyByKey, wholeDatabase } from "./suite.ts";
import { updating } from "./updating.ts";

describeOnEvery("storage", (opened, { isCluster }) => {
  describe("StorageBackend", () => {
    const backend = () => opened().inOneSlot();
    keyByKey(backend);
    if (!isCluster) wholeDatabase(backend);
  });
  describe("update", () => updating(opened));
  describe("listKeys", () => listing(opened));
});
