/** The turns of a conversation: their types, and the check of a new one. */

import { checkString } from "../backend/_options.ts";
import { kindOf, quote, refuse } from "../base/_checks.ts";
import { type JsonObject, toJson } from "../backend/_json.ts";

/**
 * A turn to append.
 *
 * @example A turn of a tool
 * ```ts
 * import type { NewTurn } from "@mayfly/store/conversations";
 *
 * const turn: NewTurn = {
 *   role: "tool",
 *   content: "Both tests pass",
 *   files: ["src/parse.ts"],
 *   metadata: { model: "large" },
 * };
 * ```
 */
export interface NewTurn {
  /** The role of the speaker, such as `"user"` or `"assistant"`. */
  readonly role: string;
  /** The text of the turn. */
  readonly content: string;
  /** The paths of the files that it refers to. */
  readonly files?: readonly string[] | undefined;
  /** The paths or URLs of the images that it refers to. */
  readonly images?: readonly string[] | undefined;
  /** Any other data to keep with it. */
  readonly metadata?: JsonObject | undefined;
}

/**
 * A turn, as {@linkcode Conversations.read} returns it.
 *
 * @example The time of a turn
 * ```ts
 * import { Conversations, type Turn } from "@mayfly/store/conversations";
 * import { assert } from "@std/assert";
 *
 * const conversations = new Conversations();
 * const id = await conversations.create();
 * await conversations.append(id, { role: "user", content: "Hi" });
 * const turns: Turn[] = (await conversations.read(id))!.turns;
 * assert(turns[0]!.at <= Date.now());
 * ```
 */
export interface Turn extends NewTurn {
  /** The time when it was appended: ms since the epoch. */
  readonly at: number;
}

const ACTION = "append to the conversation";
const OPTIONAL = ["files", "images", "metadata"] as const;
const MEMBERS: readonly string[] = ["role", "content", ...OPTIONAL, "at"];

/**
 * The JSON text of a turn that is appended now.
 *
 * @throws {TypeError} A part of it is not that of a turn. The message contains nothing of the turn.
 */
export function turnToJson(turn: unknown): string {
  checkObject("turn", turn);
  for (const name of Object.keys(turn)) {
    if (MEMBERS.includes(name)) continue;
    throw new TypeError(
      `Cannot ${ACTION}: "turn" has no member ${
        quote(name)
      }: put other data into "metadata"`,
    );
  }
  const { role, content } = turn as NewTurn;
  const files = optional(turn, "files");
  const images = optional(turn, "images");
  const metadata = optional(turn, "metadata");
  checkString(ACTION, "turn.role", role);
  checkString(ACTION, "turn.content", content);
  const json = JSON.stringify({
    role,
    content,
    files: checkTexts("turn.files", files),
    images: checkTexts("turn.images", images),
    at: Date.now(),
  });
  if (metadata === undefined) return json;
  checkObject("turn.metadata", metadata);
  const text = toJson(ACTION, "turn.metadata", metadata);
  return `${json.slice(0, -1)},"metadata":${text}}`;
}

/** A member of a turn, of which a polluted `Object.prototype` is no part. */
function optional(turn: object, name: typeof OPTIONAL[number]): unknown {
  return Object.hasOwn(turn, name) || !(name in Object.prototype)
    ? (turn as NewTurn)[name]
    : undefined;
}

function checkTexts(name: string, texts: unknown): string[] | undefined {
  if (texts === undefined) return undefined;
  if (!Array.isArray(texts)) {
    refuse(ACTION, name, "be an array of strings", texts, false, kindOf);
  }
  // By index, because a hole is not a string either.
  return Array.from(texts, (text: unknown) => {
    checkString(ACTION, `${name}[]`, text);
    return text;
  });
}

function checkObject(name: string, value: unknown): asserts value is object {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return;
  }
  refuse(ACTION, name, "be an object", value, false, kindOf);
}
