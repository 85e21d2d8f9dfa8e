/** Finds the keyspace of a storage, whose `atomically` makes several calls one transaction. */

import type { Keyspace } from "./keyspace.ts";

/**
 * The property of a storage that has its keyspace. All copies of this package in a process share
 * the symbol; its number grows with each incompatible change of {@linkcode Keyspace}.
 */
const KEYSPACE: unique symbol = /* @__PURE__ */ Symbol.for(
  "@mayfly/store/keyspace/1",
);

let runsPlainCommands: (storage: object) => boolean = () => false;

/**
 * Lets {@linkcode keyspaceOf} find the keyspace of each object of a class. It is on the prototype,
 * because Bun prints own properties.
 */
export function showKeyspace<T extends object>(
  prototype: T,
  keyspace: (storage: T) => Keyspace,
  isPlain: (storage: object) => boolean,
): void {
  runsPlainCommands = isPlain;
  if (Object.hasOwn(prototype, KEYSPACE)) return;
  Object.defineProperty(prototype, KEYSPACE, {
    get(this: T): Keyspace {
      return keyspace(this);
    },
  });
}

/** The keyspace of a storage of this package, of any copy of it; `undefined` for any other object. */
export function keyspaceOf(storage: object): Keyspace | undefined {
  const keyspace = (storage as { [KEYSPACE]?: unknown })[KEYSPACE];
  return typeof keyspace === "object" && keyspace !== null
    ? keyspace as Keyspace
    : undefined;
}

/**
 * The keyspace of a storage whose commands may be bypassed: the storage is not a proxy, not of
 * another copy of this package, and overrides no command.
 */
export function plainKeyspaceOf(storage: object): Keyspace | undefined {
  return runsPlainCommands(storage) ? keyspaceOf(storage) : undefined;
}
