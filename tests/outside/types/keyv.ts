/** Checked, never run: the adapter is what keyv 6 asks for. */

import type { KeyvStorage } from "@mayfly/store/keyv";
import type { Keyv, KeyvStorageAdapter } from "keyv";

type Assert<T extends true> = T;
type Is<A, B> = A extends B ? true : false;

/** Compiles as long as all of it is true. */
export type Checks = [
  Assert<Is<KeyvStorage, KeyvStorageAdapter>>,
  Assert<
    Is<
      KeyvStorage,
      NonNullable<NonNullable<ConstructorParameters<typeof Keyv>[0]>>
    >
  >,
];
