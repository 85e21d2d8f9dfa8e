/** The stored form of a value, with the nonce of a load: `id:nonce:text`. */

/** A value, as text, and the nonce of the load that is in progress. */
export interface Entry {
  /** Identifies this version of the value; empty: there is no value. */
  readonly id: string;
  /** The nonce of the load that will replace the value; empty: there is no load. */
  readonly nonce: string;
  /** The encoded value; `undefined`: there is no value. */
  readonly text: string | undefined;
}

/** An id is a UUID. */
const ID_LENGTH = 36;

/** An entry with neither a value nor a load. */
export const NONE: Entry = { id: "", nonce: "", text: undefined };

/** The encoded value of a stored entry: most reads need no more. */
export function readText(stored: string | null): string | undefined {
  if (stored?.[ID_LENGTH] !== ":") return undefined;
  const start = stored.indexOf(":", ID_LENGTH + 1) + 1;
  return start === 0 ? undefined : stored.slice(start);
}

/** Parses a stored entry; a text in another form counts as `NONE`. */
export function readEntry(stored: string | null): Entry {
  const [id = "", nonce, text] = stored?.split(":", 3) ?? [];
  if (nonce === undefined || text === undefined) return NONE;
  return { id, nonce, text: readText(stored) };
}

/** The stored text of an entry; `null` for `NONE`. */
export function writeEntry({ id, nonce, text = "" }: Entry): string | null {
  return id === "" && nonce === "" ? null : `${id}:${nonce}:${text}`;
}
