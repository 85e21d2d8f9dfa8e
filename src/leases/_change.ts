import type { StorageBackend } from "../backend/storage_backend.ts";
import { updateFor } from "../backend/update.ts";

const UNCHANGED = Symbol("nothing is to be changed");

/**
 * Changes a key of a backend as one atomic step.
 *
 * @param change As that of `update`; `undefined` leaves the key as it is.
 * @param ttlOf As that of `updateFor`.
 * @returns Whether `change` answered a value, or `null`.
 */
export async function changeKey(
  storage: Pick<StorageBackend, "get">,
  key: string,
  change: (stored: string | null) => string | null | undefined,
  ttlOf: (isNew: boolean) => number | undefined,
): Promise<boolean> {
  try {
    await updateFor(storage, key, (stored) => {
      const next = change(stored);
      if (next === undefined) throw UNCHANGED;
      return next;
    }, ttlOf);
    return true;
  } catch (error) {
    if (error === UNCHANGED) return false;
    throw error;
  }
}
