/** The turns of a conversation: what is given, what is read back, and the check of the former. */

import { checkString } from "../backend/_options.ts";
import { kindOf } from "../base/_checks.ts";
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
  /** Who speaks, such as `"user"` or `"assistant"`. */
  readonly role: string;
  /** What is said. */
  readonly content: string;
  /** The files that it is about, by their paths. */
  readonly files?: readonly string[];
  /** The images that it is about, by their paths or URLs. */
  readonly images?: readonly string[];
  /** Anything else that is to be kept with it. */
  readonly metadata?: JsonObject;
}

/**
 * A turn as it is read back.
 *
 * @example When it was said
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
  /** When it was appended: ms since the epoch. */
  readonly at: number;
}

const ACTION = "append to the conversation";
const OPTIONAL = ["files", "images", "metadata"] as const;
const MEMBERS: readonly string[] = ["role", "content", ...OPTIONAL, "at"];

/**
 * The JSON text of a turn that is appended now.
 *
 * @throws {TypeError} It is no turn, in some part. The message has nothing of what it says.
 */
export function turnToJson(turn: unknown): string {
  if (typeof turn !== "object" || turn === null || Array.isArray(turn)) {
    throw new TypeError(
      `Cannot ${ACTION}: "turn" must be an object: received ${kindOf(turn)}`,
    );
  }
  for (const name of Object.keys(turn)) {
    if (MEMBERS.includes(name)) continue;
    throw new TypeError(
      `Cannot ${ACTION}: "turn" has no member ${
        JSON.stringify(name)
      }: what else is to be kept goes into "metadata"`,
    );
  }
  const { role, content } = turn as NewTurn;
  const [files, images, metadata] = OPTIONAL.map((name) =>
    // What a polluted `Object.prototype` has is no part of a turn.
    Object.hasOwn(turn, name) || !(name in Object.prototype)
      ? (turn as NewTurn)[name]
      : undefined
  );
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
  if (
    typeof metadata !== "object" || metadata === null || Array.isArray(metadata)
  ) {
    throw new TypeError(
      `Cannot ${ACTION}: "turn.metadata" must be an object: received ${
        kindOf(metadata)
      }`,
    );
  }
  const text = toJson(ACTION, "turn.metadata", metadata);
  return `${json.slice(0, -1)},"metadata":${text}}`;
}

function checkTexts(name: string, texts: unknown): string[] | undefined {
  if (texts === undefined) return undefined;
  if (!Array.isArray(texts)) {
    throw new TypeError(
      `Cannot ${ACTION}: "${name}" must be an array of strings: received ${
        kindOf(texts)
      }`,
    );
  }
  // A copy, by index: a hole is no string either.
  return Array.from(texts, (text: unknown) => {
    checkString(ACTION, `${name}[]`, text);
    return text;
  });
}
