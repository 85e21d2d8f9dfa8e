/** What the tests of the journal share. */

import type { LocalStorage } from "@mayfly/store";
import { assert } from "@std/assert";
import { type Appended, Journal } from "../../../src/backend/_journal.ts";

export const KEY = "log:1";
export const TTL = 60_000;

export interface Item {
  name: string;
}

export function journal(
  limits: { maxRecords?: number; maxBytes?: number } = {},
): Journal<null, Item> {
  return new Journal<null, Item>("test", limits);
}

export function json(name: string): string {
  return JSON.stringify({ name });
}

/** The names of the records that hold. */
export async function namesIn(
  storage: LocalStorage,
  key: string = KEY,
): Promise<string[] | undefined> {
  const log = await journal().read(storage, key);
  return log?.records.map(({ data }) => data.name);
}

export function indexOf(appended: Appended): number {
  assert(appended.state === "appended", appended.state);
  return appended.index;
}
