/**
 * The lines of a journal. A log is one string: a header, and one line for each record, with a line
 * break before and after it, so that foreign text in a log damages no record.
 *
 *     {"log":"<kind>","data":<JSON>,"mark":[...]}
 *     {"data":<JSON>,"mark":["<kind>","<nonce>",offset,count,size,bytes,maxRecords,maxBytes]}
 *
 * The mark comes last, where a read of the last few bytes finds it. It identifies the line, and
 * contains its length and the knowledge of its writer: before the byte `offset` there are `count`
 * valid records, and these and the header have `size` bytes. The limits are the writer's, so that
 * every reader decides by the same ones; `0` means none.
 */

/** A place in a log, and the numbers of the part before it. */
export interface Place {
  /** The place, in bytes from the start of the log. */
  readonly offset: number;
  /** The number of valid records before it. */
  readonly count: number;
  /** The number of bytes of the header and those records. */
  readonly size: number;
}

/** The limits of a log: `Infinity` for none. */
export interface Limits {
  /** The maximum number of records. */
  readonly maxRecords: number;
  /** The maximum number of bytes of the header and the records. */
  readonly maxBytes: number;
}

/** The mark of a line. */
export interface LineMark {
  /** The kind of the log. */
  readonly kind: string;
  /** The nonce that identifies the line. */
  readonly nonce: string;
  /** The knowledge of the writer. */
  readonly known: Place;
  /** The number of bytes of the line, its line breaks included. */
  readonly bytes: number;
  /** The writer's limits. */
  readonly limits: Limits;
}

/** The start of a log. */
export const START: Place = { offset: 0, count: 0, size: 0 };
/** The start of a record, with the line break before it. */
export const RECORD = '\n{"data":';
/**
 * The number of bytes at the end of a log that a writer reads: at least the last mark, usually the
 * whole last record.
 */
export const END_BYTES = 4096;

const NO_LIMITS: Limits = { maxRecords: Infinity, maxBytes: Infinity };
const MARK = ',"mark":[';
const ASCII = /^[\0-\x7f]*$/;
const encoder: TextEncoder = new TextEncoder();
/** Half of a UUID. */
const NONCE_LENGTH = 18;
/** Nonces to use: to cut many at once out of one text is faster on Node. */
let nonces = "";
let nextNonce = 0;

/** The length of a text as UTF-8, in bytes. */
export function bytesOf(text: string): number {
  return ASCII.test(text) ? text.length : encoder.encode(text).length;
}

/** The start of the header of a kind of log. */
export function headOf(kind: string): string {
  return `{"log":${JSON.stringify(kind)},"data":`;
}

/** The header of a log. `data` is JSON. */
export function headerLine(kind: string, data: string): Line {
  return finish(headOf(kind), data, kind, START, NO_LIMITS);
}

/** The line of a record. `data` is JSON. */
export function recordLine(
  kind: string,
  data: string,
  known: Place,
  limits: Limits,
): Line {
  return finish(RECORD, data, kind, known, limits);
}

/** A line to write. */
export interface Line {
  /** The text, its line breaks included. */
  readonly text: string;
  /** The number of bytes. */
  readonly bytes: number;
  /** The nonce that identifies it. */
  readonly nonce: string;
}

/** Makes a nonce of 60 random bits, which is enough within one log. */
function makeNonce(): string {
  if (nextNonce === nonces.length) {
    nonces = Array.from({ length: 32 }, () => crypto.randomUUID()).join("");
    nextNonce = 0;
  }
  return nonces.slice(nextNonce, nextNonce += NONCE_LENGTH);
}

/** Makes a line that begins with `head`. The head, the kind and the mark are ASCII. */
function finish(
  head: string,
  data: string,
  kind: string,
  { offset, count, size }: Place,
  { maxRecords, maxBytes }: Limits,
): Line {
  let dataBytes = data.length;
  if (!ASCII.test(data)) {
    // So U+FFFD in a log always stands for bytes that are not UTF-8.
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
  // The digits of the number count too, and may make it one digit longer.
  let bytes = others + length;
  if (String(bytes).length > length) bytes++;
  return { text: `${head}${data}${mark}${bytes}${end}`, bytes, nonce };
}

function limitText(limit: number): string {
  return limit === Infinity ? "0" : String(limit);
}

/** The mark at the end of a line, if there is one. */
export function readMark(line: string): LineMark | undefined {
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

/**
 * The marks of the records in a part of a log, in order. A record that cannot be read has none, so
 * that it is not counted.
 */
export function* marksIn(kind: string, text: string): Generator<LineMark> {
  const head = RECORD.slice(1);
  for (const line of text.split("\n")) {
    const mark = line.startsWith(head) ? readMark(line) : undefined;
    if (mark?.kind === kind && readData(line, head) !== undefined) yield mark;
  }
}

/** The data of a line that begins with `head` and has a mark; `undefined` if it is not JSON. */
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
