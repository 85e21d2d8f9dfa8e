import type { StorageBackend } from "../backend/storage_backend.ts";
import { updateFor } from "../backend/update.ts";

const UNCHANGED = Symbol("nothing is to be changed");

/**
 * Changes a key of a backend in an atomic read-modify-write.
 *
 * @param change As for `update`, but `undefined` leaves the key as it is.
 * @param ttlOf As for `updateFor`.
 * @returns Whether `change` returned something other than `undefined`.
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
