/**
 * Reads a transcript: JSON Lines, one turn a line, the turns of all threads in
 * the order in which they were spoken.
 *
 *     {"thread": "refund", "role": "user", "content": "Where is my money?"}
 */

import { type Role, ROLES, type Turn } from "../thread.ts";

/** A turn, and the name of the thread that it belongs to. */
export interface TranscriptTurn extends Turn {
  thread: string;
}

const NEWLINE = 0x0a;

/**
 * Parses a transcript. Blank lines count as lines and are skipped otherwise;
 * members that are not known are ignored.
 *
 * @throws {SyntaxError} If a line is not a turn (the message gives the number
 * of the line, from 1), or if there is no turn at all.
 */
export function parseTranscript(bytes: Uint8Array): TranscriptTurn[] {
  const turns: TranscriptTurn[] = [];
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let lineNumber = 0;
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline;
    lineNumber++;
    try {
      const line = decoder.decode(bytes.subarray(start, end)).trim();
      if (line !== "") turns.push(parseTurn(line));
    } catch (error) {
      throw new SyntaxError(
        `Cannot read the transcript: line ${lineNumber}: ${
          error instanceof Error ? error.message : error
        }`,
        { cause: error },
      );
    }
    start = end + 1;
  }
  if (turns.length === 0) {
    throw new SyntaxError("Cannot read the transcript: it has no turns");
  }
  return turns;
}

function parseTurn(line: string): TranscriptTurn {
  const value: unknown = JSON.parse(line);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError("a turn must be a JSON object");
  }
  const { thread, role, content } = value as Record<string, unknown>;
  if (typeof thread !== "string" || thread === "") {
    throw new TypeError(`"thread" must be a string that is not empty`);
  }
  if (!isRole(role)) {
    throw new TypeError(
      `"role" must be one of ${ROLES.join(", ")}: received ${
        JSON.stringify(role)
      }`,
    );
  }
  if (typeof content !== "string") {
    throw new TypeError(`"content" must be a string`);
  }
  return { thread, role, content };
}

function isRole(value: unknown): value is Role {
  return ROLES.some((role) => role === value);
}
