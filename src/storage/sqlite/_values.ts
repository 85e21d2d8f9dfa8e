/**
 * Long values. They are stored in rows of their own (parts), so that an append costs the length of
 * the new part, and a read of a range costs the length of the range. All calls are made within a
 * transaction.
 */

import type { Connection } from "./_driver.ts";

/** Up to this length, in bytes, a value is stored in the row of its key. */
export const INLINE_LIMIT = 8192;
/** The length of a finished part, in bytes. A folded part may be up to twice as long. */
export const PART = 16384;
/** The number of loose rows, however short, that are merged (folded) into one. */
const MAX_LOOSE = 64;

const READ_PARTS_FROM =
  "SELECT start, bytes FROM parts WHERE entry = ? AND start >= ? ORDER BY start";
/** Begins with the part that contains the first byte. */
const READ_PARTS_BETWEEN = `
SELECT start, bytes FROM parts WHERE entry = ?
  AND start >= (SELECT max(start) FROM parts WHERE entry = ? AND start <= ?)
  AND start < ? ORDER BY start`;
const INSERT_PART = "INSERT INTO parts (entry, start, bytes) VALUES (?, ?, ?)";
const INSERT_ZEROS =
  "INSERT INTO parts (entry, start, bytes) VALUES (?, ?, zeroblob(?))";
const UPDATE_PART = "UPDATE parts SET bytes = ? WHERE entry = ? AND start = ?";
const DELETE_PARTS = "DELETE FROM parts WHERE entry = ?";
const DELETE_PARTS_FROM = "DELETE FROM parts WHERE entry = ? AND start >= ?";
const DELETE_ALL = "DELETE FROM parts";

interface Part {
  start: number;
  bytes: Uint8Array;
}

/** The place of a long value in its parts. */
export interface Layout {
  /** The length of the value, in bytes. */
  size: number;
  /** The offset of the last, unfinished part; `size` if there is none. */
  folded: number;
  /** The number of rows from `folded` on. */
  loose: number;
}

const EMPTY_LAYOUT: Layout = { size: 0, folded: 0, loose: 0 };

/** The long values of a file, by the id of their entry. */
export class LongValues {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The whole value. */
  read(entry: number, size: number): Uint8Array {
    return joinParts(this.#from(entry, 0), size);
  }

  /** The bytes from `from` (included) to `to` (excluded). */
  range(entry: number, from: number, to: number): Uint8Array {
    if (from >= to) return new Uint8Array();
    const parts = this.#between(entry, from, to);
    const start = parts[0]?.start ?? from;
    const bytes = joinParts(
      parts,
      parts.reduce((sum, part) => sum + part.bytes.length, 0),
    );
    return bytes.subarray(from - start, to - start);
  }

  /** Writes the value of an entry that has no parts. */
  write(entry: number, bytes: Uint8Array): Layout {
    return this.#addParts(entry, EMPTY_LAYOUT, bytes);
  }

  /** Appends to a value. */
  append(entry: number, layout: Layout, bytes: Uint8Array): Layout {
    // A row without bytes would have the same offset as the next one.
    if (bytes.length === 0) return layout;
    if (bytes.length >= PART) return this.#addParts(entry, layout, bytes);
    const { size, folded, loose } = layout;
    this.#insert(entry, size, bytes);
    const added = {
      size: size + bytes.length,
      folded,
      loose: loose + 1,
    };
    const isDue = added.size - folded >= PART || added.loose >= MAX_LOOSE;
    return isDue ? this.#fold(entry, added) : added;
  }

  /** Overwrites a value from `offset` on; zero bytes fill a gap after its end. */
  overwrite(
    entry: number,
    layout: Layout,
    offset: number,
    bytes: Uint8Array,
  ): Layout {
    if (offset > layout.size) {
      layout = this.#addZeros(entry, layout, offset - layout.size);
    }
    const inside = Math.min(bytes.length, layout.size - offset);
    if (inside > 0) this.#patch(entry, offset, bytes.subarray(0, inside));
    return inside < bytes.length
      ? this.append(entry, layout, bytes.subarray(inside))
      : layout;
  }

  /** Removes the parts of a value. */
  remove(entry: number): void {
    this.#connection.statement(DELETE_PARTS).run(entry);
  }

  /** Removes all parts. */
  clear(): void {
    this.#connection.statement(DELETE_ALL).run();
  }

  #from(entry: number, start: number): Part[] {
    return this.#connection.statement<Part>(READ_PARTS_FROM).all(entry, start);
  }

  #between(entry: number, from: number, to: number): Part[] {
    return this.#connection.statement<Part>(READ_PARTS_BETWEEN)
      .all(entry, entry, from, to);
  }

  #insert(entry: number, start: number, bytes: Uint8Array): void {
    this.#connection.statement(INSERT_PART).run(entry, start, bytes);
  }

  #addParts(entry: number, { size }: Layout, bytes: Uint8Array): Layout {
    for (let at = 0; at < bytes.length; at += PART) {
      this.#insert(entry, size + at, bytes.subarray(at, at + PART));
    }
    return afterParts(size, bytes.length);
  }

  #addZeros(entry: number, { size }: Layout, count: number): Layout {
    const insert = this.#connection.statement(INSERT_ZEROS);
    for (let at = 0; at < count; at += PART) {
      insert.run(entry, size + at, Math.min(PART, count - at));
    }
    return afterParts(size, count);
  }

  /** Merges all rows of the last part into one. */
  #fold(entry: number, { size, folded }: Layout): Layout {
    const bytes = joinParts(this.#from(entry, folded), size - folded);
    this.#connection.statement(DELETE_PARTS_FROM).run(entry, folded);
    this.#insert(entry, folded, bytes);
    return bytes.length >= PART
      ? { size, folded: size, loose: 0 }
      : { size, folded, loose: 1 };
  }

  #patch(entry: number, offset: number, bytes: Uint8Array): void {
    const update = this.#connection.statement(UPDATE_PART);
    for (
      const part of this.#between(entry, offset, offset + bytes.length)
    ) {
      const at = part.start - offset;
      part.bytes.set(
        bytes.subarray(Math.max(at, 0), at + part.bytes.length),
        Math.max(-at, 0),
      );
      update.run(part.bytes, entry, part.start);
    }
  }
}

/** The layout after `added` bytes were added at `size`, in parts of full length except the last. */
function afterParts(size: number, added: number): Layout {
  const rest = added % PART;
  const end = size + added;
  return { size: end, folded: end - rest, loose: rest > 0 ? 1 : 0 };
}

function joinParts(parts: Part[], size: number): Uint8Array {
  if (parts.length === 1) return parts[0]!.bytes;
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part.bytes, at);
    at += part.bytes.length;
  }
  return bytes;
}
