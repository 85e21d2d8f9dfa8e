/** What may be shown of a client's error: it may hold what was sent, a password too. */

/**
 * A copy of a client's error that holds its message and its code alone.
 *
 * @param error What the client threw.
 * @param secrets What must not be shown.
 */
export function harmlessError(
  error: unknown,
  secrets: readonly string[],
): Error {
  let message = messageOf(error);
  for (const secret of secrets) message = message.replaceAll(secret, "***");
  const copy = new Error(message);
  const { code } = Object(error) as { code?: unknown };
  return typeof code === "string" ? Object.assign(copy, { code }) : copy;
}

/** The message of an error, or those of the errors that it holds. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { errors, lastNodeError } = error as {
    errors?: unknown[];
    lastNodeError?: unknown;
  };
  if (lastNodeError instanceof Error) {
    return `${error.message}: ${messageOf(lastNodeError)}`;
  }
  const message = error.message || (errors ?? []).map(messageOf).join(", ");
  return message || error.name;
}
