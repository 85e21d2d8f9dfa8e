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
  /** After how many notifications a stream is cut; `undefined`: not at all. */
  cutAfter(request: StreamRequest): number | undefined;
  /**
   * Whether the client has taken in a notification: the stream is not cut before. (The SDK's client
   * 2.4 forgets where it was if a stream fails before it has taken in one event.)
   */
  hasTaken?(notification: unknown): boolean;
  /** Whether nobody can be reached. */
  isOffline?(): boolean;
}

/** Makes a `fetch` for the SDK's client. */
export function unreliableFetch(
  { cutAfter, hasTaken = () => true, isOffline = () => false }: Unreliability,
): (url: string | URL, init?: RequestInit) => Promise<Response> {
  return async (url, init = {}) => {
    if (isOffline()) throw new TypeError("There is no connection");
    const response = await fetchAgain(url, init);
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

/** A `fetch` that is tried again once: a connection that was kept may be of a server that has ended. */
export async function fetchAgain(
  url: string | URL,
  init: RequestInit = {},
): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    await sleep(50);
    return await fetch(url, init);
  }
}

const NEWLINE = 0x0a;

/** A stream up to some notification; then it fails. */
function cut(
  stream: ReadableStream<Uint8Array>,
  notifications: number,
  hasTaken: (notification: unknown) => boolean,
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  let left = notifications;
  let last: unknown;
  /** The bytes of the event that is being read. */
  let event: number[] = [];
  return new ReadableStream({
    async pull(controller) {
      if (left === 0) {
        while (!hasTaken(last)) await sleep(1);
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
        event.push(byte);
        // An event ends with an empty line.
        if (byte !== NEWLINE || event.at(-2) !== NEWLINE) continue;
        const notification = notificationOf(event);
        event = [];
        if (notification === undefined) continue;
        last = notification;
        if (--left > 0) continue;
        end = i + 1;
        break;
      }
      controller.enqueue(value.subarray(0, end));
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

/** The notification of an event, if it has one. */
function notificationOf(event: number[]): unknown {
  const text = new TextDecoder().decode(new Uint8Array(event));
  const data = /^data: (.+)$/m.exec(text)?.[1];
  const message = data === undefined ? {} : JSON.parse(data);
  return "method" in message && !("id" in message) ? message : undefined;
}

function sleep(ms: number): Promise<void> {
  return new Promise((next) => setTimeout(next, ms));
}
