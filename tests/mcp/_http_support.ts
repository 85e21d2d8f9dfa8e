/** What some of the tests beside it share. */

export const processes = { sanitizeOps: false, sanitizeResources: false };

export function get(
  url: string | URL,
  session: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url, {
    headers: {
      "accept": "text/event-stream",
      "mcp-session-id": session,
      ...headers,
    },
  });
}

/** What comes after an event until the stream ends, once the server knows that it may be resumed. */
export async function readRest(
  url: string,
  session: string,
  id: string,
): Promise<string> {
  for (;;) {
    const response = await get(url, session, { "last-event-id": id });
    const text = await response.text();
    if (response.status !== 409) return text;
  }
}
