/**
 * The lines of a journal. A log is one string: a header, and a line for each record, with a line
 * break before it and one after it, so that whatever else is written into a log spoils no record.
 *
 *     {"log":"<kind>","data":<JSON>,"mark":[...]}
 *     {"data":<JSON>,"mark":["<kind>","<nonce>",offset,count,size,bytes,maxRecords,maxBytes]}
 *
 * The mark comes last, where a read of the last few bytes finds it. It tells the line from others,
 * says how long it is, and what its writer knew: that before the byte `offset` there are `count`
 * records that hold, and that they and the header have `size` bytes. The limits are the writer's,
 * so that every reader decides by the same ones; `0` is none.
 */

/** A place in a log, and what is before it. */
export interface Place {
  /** The place, in bytes from the start of the log. */
  readonly offset: number;
  /** How many records before it hold. */
  readonly count: number;
  /** How many bytes the header and those records have. */
  readonly size: number;
}

/** The limits of a log: `Infinity` for none. */
export interface Limits {
  /** How many records it may have. */
  readonly maxRecords: number;
  /** How many bytes the header and the records may have. */
  readonly maxBytes: number;
}

/** What a line says of itself. */
export interface Mark {
  /** The kind of log that it is of. */
  readonly kind: string;
  /** Tells the line from all others. */
  readonly nonce: string;
  /** What the writer knew. */
  readonly known: Place;
  /** How many bytes the line has, its line breaks included. */
  readonly bytes: number;
  /** The writer's limits. */
  readonly limits: Limits;
}

/** The start of a log, before which there is nothing. */
export const START: Place = { offset: 0, count: 0, size: 0 };
/** How a record begins, the line break before it included. */
export const RECORD = '\n{"data":';
/** How many bytes at the end of a log are enough to find the last mark. */
export const MARK_BYTES = 160;

const NO_LIMITS: Limits = { maxRecords: Infinity, maxBytes: Infinity };
const MARK = ',"mark":[';
const ASCII = /^[\0-\x7f]*$/;
const encoder: TextEncoder = new TextEncoder();

/** How many bytes a text has as UTF-8. */
export function bytesOf(text: string): number {
  return ASCII.test(text) ? text.length : encoder.encode(text).length;
}

/** How the header of a kind of log begins. */
export function headOf(kind: string): string {
  return `{"log":${JSON.stringify(kind)},"data":`;
}

/** A header. `data` is JSON. */
export function headerLine(kind: string, data: string): Line {
  return finish(headOf(kind), data, kind, START, NO_LIMITS);
}

/** A record. `data` is JSON. */
export function recordLine(
  kind: string,
  data: string,
  known: Place,
  limits: Limits,
): Line {
  return finish(RECORD, data, kind, known, limits);
}

/** A line that can be written. */
export interface Line {
  /** The text, its line breaks included. */
  readonly text: string;
  /** How many bytes it has. */
  readonly bytes: number;
  /** What tells it from others. */
  readonly nonce: string;
}

/** 60 random bits: enough for one log. */
function makeNonce(): string {
  return crypto.randomUUID().slice(0, 18);
}

/** A line that begins with `head`; that, the kind and the mark are ASCII. */
function finish(
  head: string,
  data: string,
  kind: string,
  { offset, count, size }: Place,
  { maxRecords, maxBytes }: Limits,
): Line {
  let dataBytes = data.length;
  if (!ASCII.test(data)) {
    // The replacement character then stands for bytes that are no text, and for nothing else.
    data = data.replaceAll("\ufffd", "\\ufffd");
    dataBytes = encoder.encode(data).length;
  }
  const nonce = makeNonce();
  const mark = `${MARK}"${kind}","${nonce}",${offset},${count},${size},`;
  const end = maxRecords === Infinity && maxBytes === Infinity
    ? "]}\n"
    : `,${limitText(maxRecords)},${limitText(maxBytes)}]}\n`;
  const others = head.length + dataBytes + mark.length + end.length;
  const { length } = String(others);
  // Its own digits count, and may make it one digit longer.
  let bytes = others + length;
  if (String(bytes).length > length) bytes++;
  return { text: `${head}${data}${mark}${bytes}${end}`, bytes, nonce };
}

function limitText(limit: number): string {
  return limit === Infinity ? "0" : String(limit);
}

/** The mark at the end of a line, if there is one. */
export function readMark(line: string): Mark | undefined {
  const at = line.lastIndexOf(MARK);
  if (at === -1 || !line.endsWith("]}")) return undefined;
  let fields: unknown;
  try {
    fields = JSON.parse(line.slice(at + MARK.length - 1, -1));
  } catch {
    return undefined;
  }
  if (!Array.isArray(fields)) return undefined;
  const [kind, nonce, ...numbers] = fields;
  if (typeof kind !== "string" || typeof nonce !== "string") return undefined;
  if (
    (numbers.length !== 4 && numbers.length !== 6) ||
    !numbers.every((n) => Number.isSafeInteger(n) && n >= 0)
  ) return undefined;
  const [offset, count, size, bytes, maxRecords = 0, maxBytes = 0] = numbers;
  return {
    kind,
    nonce,
    known: { offset, count, size },
    bytes,
    limits: {
      maxRecords: maxRecords || Infinity,
      maxBytes: maxBytes || Infinity,
    },
  };
}

/** The marks of the whole records in a part of a log of some kind, in their order. */
export function* marksIn(kind: string, text: string): Generator<Mark> {
  for (const line of text.split("\n")) {
    const mark = line.startsWith(RECORD.slice(1)) ? readMark(line) : undefined;
    if (mark?.kind === kind) yield mark;
  }
}

/** The data of a line that begins with `head` and has a mark; `undefined` where it is no JSON. */
export function readData<T>(
  line: string,
  head: string,
): { data: T } | undefined {
  try {
    const end = line.lastIndexOf(MARK);
    return { data: JSON.parse(line.slice(head.length, end)) };
  } catch {
    return undefined;
  }
}
