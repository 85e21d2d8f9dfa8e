/**
 * The text of a value in a backend, with what a load leaves there:
 *
 *     =id:text          a value; `id` tells it from the one before
 *     =id?nonce:text    a value that a load is to replace
 *     ?nonce:           none, and a load is under way
 */

/** A value, as text, and the load that is under way. */
export interface Entry {
  /** Empty: there is no value. */
  readonly id: string;
  /** The nonce of the load; empty: there is none. */
  readonly nonce: string;
  /** The value; empty where there is none. */
  readonly text: string;
}

/** Neither a value nor a load. */
export const NONE: Entry = { id: "", nonce: "", text: "" };

/** Where the text begins of a value that no load is to replace: an id is a UUID. */
const TEXT_AT = 38;

/** The value of a stored entry that no load is to replace, at once; `undefined`: read the entry. */
export function readText(stored: string | null): string | undefined {
  return stored !== null && stored[0] === "=" && stored[TEXT_AT - 1] === ":"
    ? stored.slice(TEXT_AT)
    : undefined;
}

/** Reads an entry; what is not one is none. */
export function readEntry(stored: string | null): Entry {
  const end = stored === null ? -1 : stored.indexOf(":");
  if (end < 0) return NONE;
  const head = stored!.slice(0, end);
  const mark = head.indexOf("?");
  if (mark < 0) {
    return head[0] === "="
      ? { id: head.slice(1), nonce: "", text: stored!.slice(end + 1) }
      : NONE;
  }
  const nonce = head.slice(mark + 1);
  if (mark === 0) return { id: "", nonce, text: "" };
  if (head[0] !== "=") return NONE;
  return { id: head.slice(1, mark), nonce, text: stored!.slice(end + 1) };
}

/** The stored text of an entry; `null` for none. */
export function writeEntry({ id, nonce, text }: Entry): string | null {
  const mark = nonce === "" ? "" : `?${nonce}`;
  if (id === "") return mark === "" ? null : `${mark}:`;
  return `=${id}${mark}:${text}`;
}
