/** The history of a conversation as one text of limited length. */

import { checkPositive, checkType, kindOf, quote } from "../base/_checks.ts";
import { readOptions } from "../base/_options.ts";
import type { Conversation } from "./conversation.ts";
import type { Turn } from "./turn.ts";

const ACTION = "write the history";
const OPTIONS = ["maxTokens", "countTokens", "render", "maxDepth"] as const;
const BETWEEN = "\n\n";

/**
 * Options of {@linkcode Conversations.history}.
 *
 * @example The last words alone
 * ```ts
 * import { Conversations, type HistoryOptions } from "@mayfly/store/conversations";
 * import { assertEquals } from "@std/assert";
 *
 * const options: HistoryOptions = {
 *   maxTokens: 7,
 *   countTokens: (text) => text.split(/\s+/).length,
 * };
 * const conversations = new Conversations();
 * const id = await conversations.create();
 * await conversations.append(id, { role: "user", content: "Where is my order? I need it" });
 * await conversations.append(id, { role: "assistant", content: "Nearby" });
 * const { text } = await conversations.history(id, options);
 * assertEquals(text, "[1 earlier turn left out]\n\nassistant: Nearby");
 * ```
 */
export interface HistoryOptions {
  /** How many tokens the whole text may have: a positive number, `Infinity` for no limit. */
  maxTokens: number;
  /**
   * Counts the tokens of a text: a number that is not negative. More text must not count less.
   *
   * @default {a quarter of the characters, rounded up}
   */
  countTokens?: (text: string) => number;
  /**
   * Writes a turn as text.
   *
   * @default {"role: content", and the files and images in a line each}
   */
  render?: (turn: Turn, conversation: Conversation) => string;
  /**
   * How many conversations to go back, the one itself included.
   *
   * @default {20}
   */
  maxDepth?: number;
}

/**
 * What {@linkcode Conversations.history} returns.
 *
 * @example Usage
 * ```ts
 * import { Conversations, type History } from "@mayfly/store/conversations";
 * import { assertEquals } from "@std/assert";
 *
 * const conversations = new Conversations();
 * const id = await conversations.create();
 * await conversations.append(id, { role: "user", content: "Hi" });
 * const history: History = await conversations.history(id, { maxTokens: 100 });
 * assertEquals(history, { text: "user: Hi", tokens: 2, included: 1, omitted: 0 });
 * ```
 */
export interface History {
  /** The turns that fit, oldest first, below a note of how many were left out, if any were. */
  readonly text: string;
  /** How many tokens the text has. */
  readonly tokens: number;
  /** How many turns are in it. */
  readonly included: number;
  /** How many were left out: the oldest ones. */
  readonly omitted: number;
}

/** The options, if they can be used. */
export function readHistoryOptions(options: HistoryOptions): HistoryOptions {
  const own = readOptions(ACTION, options, OPTIONS);
  const { maxTokens, countTokens, render } = own;
  checkPositive(ACTION, "maxTokens", maxTokens, "a positive number of tokens");
  if (countTokens !== undefined) {
    checkType(ACTION, "countTokens", countTokens, "function");
  }
  if (render !== undefined) checkType(ACTION, "render", render, "function");
  // The object that inherits nothing, not a copy that does.
  return Object.assign(own, { maxTokens });
}

/**
 * Writes as many of the newest turns as fit.
 *
 * @param conversations Oldest first.
 */
export function writeHistory(
  conversations: readonly Conversation[],
  options: HistoryOptions,
): History {
  const { maxTokens, countTokens = estimate, render = renderTurn } = options;
  const texts = conversations.flatMap((conversation) =>
    conversation.turns.map((turn) => checkText(render(turn, conversation)))
  );
  const count = texts.length;

  /** The history of the newest turns, if it fits. */
  const attempt = (included: number): History | undefined => {
    const omitted = count - included;
    const parts = texts.slice(omitted);
    if (omitted > 0) parts.unshift(noteOf(omitted));
    const text = parts.join(BETWEEN);
    const tokens = checkTokens(countTokens(text));
    return tokens <= maxTokens
      ? { text, tokens, included, omitted }
      : undefined;
  };

  // All of it first: it needs no note.
  const all = count === 0 ? undefined : attempt(count);
  if (all !== undefined) return all;
  // A count of each longer text in turn would cost its square: double, then halve the gap.
  let best = count === 0 ? undefined : attempt(0);
  let fits = 0;
  let tooMany = count;
  for (let step = 1; fits + step < tooMany; step *= 2) {
    const longer = attempt(fits + step);
    if (longer === undefined) tooMany = fits + step;
    else [best, fits] = [longer, fits + step];
  }
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    const longer = attempt(middle);
    if (longer === undefined) tooMany = middle;
    else [best, fits] = [longer, middle];
  }
  return best ?? { text: "", tokens: 0, included: 0, omitted: count };
}

function noteOf(omitted: number): string {
  return `[${omitted} earlier ${omitted === 1 ? "turn" : "turns"} left out]`;
}

function estimate(text: string): number {
  return Math.ceil(text.length / 4);
}

function renderTurn({ role, content, files, images }: Turn): string {
  let text = `${role}: ${content}`;
  if (files?.length) text += `\nFiles: ${files.join(", ")}`;
  if (images?.length) text += `\nImages: ${images.join(", ")}`;
  return text;
}

function checkText(text: unknown): string {
  if (typeof text === "string") return text;
  throw new TypeError(
    `Cannot ${ACTION}: "render" must return a string: received ${kindOf(text)}`,
  );
}

function checkTokens(tokens: unknown): number {
  if (typeof tokens === "number" && tokens >= 0 && tokens < Infinity) {
    return tokens;
  }
  const Failure = typeof tokens === "number" ? RangeError : TypeError;
  throw new Failure(
    `Cannot ${ACTION}: "countTokens" must return a number that is not negative: received ${
      typeof tokens === "number" ? quote(tokens) : kindOf(tokens)
    }`,
  );
}
