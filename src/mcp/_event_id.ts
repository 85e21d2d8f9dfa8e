/** The ids of events: `stream.start.nonce`, which is safe in an HTTP header. */

/** The parts of an event's id. */
export interface EventId {
  /** The name of the stream. */
  readonly stream: string;
  /** The start of its record, in bytes from the start of the stream's log. */
  readonly start: number;
  /** The nonce of the record. */
  readonly nonce: string;
}

/** The name of the stream may contain dots, the other parts do not. */
const ID =
  /^(?<stream>.+)\.(?<start>0|[1-9][0-9]{0,14})\.(?<nonce>[0-9a-f-]+)$/;

/** Writes an id. */
export function formatEventId({ stream, start, nonce }: EventId): string {
  return `${encodeURIComponent(stream)}.${start}.${nonce}`;
}

/** Reads an id; `undefined` if it was not written by `formatEventId`. */
export function parseEventId(text: unknown): EventId | undefined {
  if (typeof text !== "string") return undefined;
  const { stream, start, nonce } = ID.exec(text)?.groups ?? {};
  if (!stream || !start || !nonce) return undefined;
  try {
    const id = {
      stream: decodeURIComponent(stream),
      start: Number(start),
      nonce,
    };
    // One event has one id: other spellings of it are refused.
    return formatEventId(id) === text ? id : undefined;
  } catch {
    return undefined;
  }
}
