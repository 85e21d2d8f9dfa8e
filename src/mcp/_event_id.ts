/** The ids of events: `stream.start.nonce`, which is also safe in a header of HTTP. */

/** What the id of an event says. */
export interface EventId {
  /** The name of the stream. */
  readonly stream: string;
  /** Where its record begins, in bytes from the start of the stream's log. */
  readonly start: number;
  /** What tells the record from others. */
  readonly nonce: string;
}

/** The stream's name may have dots in it, the rest has none. */
const ID =
  /^(?<stream>.+)\.(?<start>0|[1-9][0-9]{0,14})\.(?<nonce>[0-9a-f-]+)$/;

/** Writes an id. */
export function formatEventId({ stream, start, nonce }: EventId): string {
  return `${encodeURIComponent(stream)}.${start}.${nonce}`;
}

/** Reads an id; `undefined` for what was not written here. */
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
    // One event has one id, however it could be spelled otherwise.
    return formatEventId(id) === text ? id : undefined;
  } catch {
    return undefined;
  }
}
