/** The text of a value in a backend, with what a load leaves there: `id:nonce:text`. */

/** A value, as text, and the load that is under way. */
export interface Entry {
  /** Tells the value from the one before; empty: there is no value. */
  readonly id: string;
  /** The nonce of the load that is to replace the value; empty: there is none. */
  readonly nonce: string;
  /** The value; `undefined`: there is none. */
  readonly text: string | undefined;
}

/** An id is a UUID. */
const ID_LENGTH = 36;

/** Neither a value nor a load. */
export const NONE: Entry = { id: "", nonce: "", text: undefined };

/** The value of a stored entry, which is all that most reads need. */
export function readText(stored: string | null): string | undefined {
  if (stored?.[ID_LENGTH] !== ":") return undefined;
  const start = stored.indexOf(":", ID_LENGTH + 1) + 1;
  return start === 0 ? undefined : stored.slice(start);
}

/** Reads an entry; what is not one is none. */
export function readEntry(stored: string | null): Entry {
  const [id = "", nonce, text] = stored?.split(":", 3) ?? [];
  if (nonce === undefined || text === undefined) return NONE;
  return { id, nonce, text: readText(stored) };
}

/** The stored text of an entry; `null` for none. */
export function writeEntry({ id, nonce, text = "" }: Entry): string | null {
  return id === "" && nonce === "" ? null : `${id}:${nonce}:${text}`;
}
