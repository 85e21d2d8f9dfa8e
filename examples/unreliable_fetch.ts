/** A `fetch` that loses its connection in the middle of a stream, as often as it is told to. */

/** What decides where a stream is cut. */
export interface StreamRequest {
  /** `POST` for the answer to a call, `GET` for notifications and what is resumed. */
  method: string;
  /** Which event it is to go on after. */
  lastEventId: string | null;
}

/** How bad the connection is. */
export interface Unreliability {
  /** After how many events a stream is cut; `undefined`: not at all. */
  cutAfter(request: StreamRequest): number | undefined;
  /**
   * Whether the client has taken in a message: a stream is not cut before. (The SDK's client 2.4
   * forgets where it was if a stream fails before it has taken in one event.)
   */
  hasTaken?(message: unknown): boolean;
  /** Whether nobody can be reached. */
  isOffline?(): boolean;
}

/** Makes a `fetch` for the SDK's client. */
export function unreliableFetch(
  { cutAfter, hasTaken = () => true, isOffline = () => false }: Unreliability,
): (url: string | URL, init?: RequestInit) => Promise<Response> {
  return async (url, init = {}) => {
    if (isOffline()) throw new TypeError("There is no connection");
    const response = await fetch(url, init);
    const type = response.headers.get("content-type");
    if (response.body === null || type !== "text/event-stream") return response;
    const events = cutAfter({
      method: init.method ?? "GET",
      lastEventId: new Headers(init.headers).get("last-event-id"),
    });
    if (events === undefined) return response;
    const { status, headers } = response;
    const body = cut(response.body, events, hasTaken);
    return new Response(body, { status, headers });
  };
}

const NEWLINE = 0x0a;

/** The first events of a stream; then it fails. */
function cut(
  stream: ReadableStream<Uint8Array>,
  events: number,
  hasTaken: (message: unknown) => boolean,
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  let left = events;
  /** The bytes of the event that is being read, or was read last. */
  let event: number[] = [];
  return new ReadableStream({
    async pull(controller) {
      if (left === 0) {
        const message = messageOf(event);
        while (message !== undefined && !hasTaken(message)) await sleep(1);
        await reader.cancel();
        controller.error(new TypeError("The connection was cut"));
        return;
      }
      const { done, value } = await reader.read();
      if (done) {
        controller.close();
        return;
      }
      let end = value.length;
      for (const [i, byte] of value.entries()) {
        // An event ends with an empty line.
        if (event.at(-1) === NEWLINE && event.at(-2) === NEWLINE) event = [];
        event.push(byte);
        if (byte === NEWLINE && event.at(-2) === NEWLINE && --left === 0) {
          end = i + 1;
          break;
        }
      }
      controller.enqueue(value.subarray(0, end));
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

/** The message of an event, if it has one. */
function messageOf(event: number[]): unknown {
  const text = new TextDecoder().decode(new Uint8Array(event));
  const data = /^data: (.+)$/m.exec(text)?.[1];
  return data === undefined ? undefined : JSON.parse(data);
}

function sleep(ms: number): Promise<void> {
  return new Promise((next) => setTimeout(next, ms));
}
