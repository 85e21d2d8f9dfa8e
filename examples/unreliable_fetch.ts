/** A `fetch` that loses its connection in the middle of a stream, as often as it is told to. */

/** What decides where a stream is cut. */
export interface StreamRequest {
  /** `POST` for the answer to a call, `GET` for notifications and what is resumed. */
  method: string;
  /** Which event it is to go on after. */
  lastEventId: string | null;
}

const NEWLINE = 0x0a;
/** How long a client is given for the last events before the cut, in ms. */
const TAKING_IN = 10;

/** How bad the connection is. */
export interface Unreliability {
  /** After how many events a stream is cut; `undefined`: not at all. */
  cutAfter(request: StreamRequest): number | undefined;
  /** Whether nobody can be reached. */
  isOffline?(): boolean;
}

/** Makes a `fetch` for the SDK's client. */
export function unreliableFetch(
  { cutAfter, isOffline = () => false }: Unreliability,
): (url: string | URL, init?: RequestInit) => Promise<Response> {
  return async (url, init = {}) => {
    if (isOffline()) throw new TypeError("There is no connection");
    const connection = new AbortController();
    const signal = init.signal
      ? AbortSignal.any([init.signal, connection.signal])
      : connection.signal;
    const response = await fetch(url, { ...init, signal });
    const type = response.headers.get("content-type");
    if (response.body === null || type !== "text/event-stream") return response;
    const events = cutAfter({
      method: init.method ?? "GET",
      lastEventId: new Headers(init.headers).get("last-event-id"),
    });
    if (events === undefined) return response;
    const { status, headers } = response;
    const body = cut(response.body, events, () => connection.abort());
    return new Response(body, { status, headers });
  };
}

/** The first events of a stream; then it fails. */
function cut(
  stream: ReadableStream<Uint8Array>,
  events: number,
  disconnect: () => void,
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  let left = events;
  let last = 0;
  return new ReadableStream({
    async pull(controller) {
      if (left === 0) {
        // The client forgets where it was if a stream fails before it has taken in one event.
        await new Promise((next) => setTimeout(next, TAKING_IN));
        disconnect();
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
        if (byte === NEWLINE && last === NEWLINE && --left === 0) {
          end = i + 1;
          break;
        }
        last = byte;
      }
      controller.enqueue(value.subarray(0, end));
    },
    cancel: disconnect,
  }, { highWaterMark: 0 });
}
