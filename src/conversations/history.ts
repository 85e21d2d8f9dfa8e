/** The history of a conversation as one text of limited length. */

import { checkType, kindOf, quoteNumber, refuse } from "../base/_checks.ts";
import { readOptions } from "../base/_options.ts";
import type { Conversation } from "./conversation.ts";
import type { Turn } from "./turn.ts";

const ACTION = "write the history";
const OPTIONS = ["maxTokens", "countTokens", "render", "maxDepth"] as const;
const BETWEEN = "\n\n";

/**
 * Options of {@linkcode Conversations.history}.
 *
 * @example Only the last words
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
  /**
   * The maximum number of tokens of the text, the note included: 0 or more; 0 gives an empty text,
   * `Infinity` means no limit.
   */
  maxTokens: number;
  /**
   * Counts the tokens of a text: 0 or more. It must not count less for more text.
   *
   * @default {a quarter of the characters, rounded up}
   */
  countTokens?: ((text: string) => number) | undefined;
  /**
   * Renders a turn as text.
   *
   * @default {"role: content", then a line for the files and one for the images}
   */
  render?: ((turn: Turn, conversation: Conversation) => string) | undefined;
  /**
   * The maximum number of conversations in the chain, this one included.
   *
   * @default {20}
   */
  maxDepth?: number | undefined;
}

/**
 * The result of {@linkcode Conversations.history}.
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
  /** The newest turns that fit, oldest first, below a note of how many were left out, if any. */
  readonly text: string;
  /** The number of tokens of the text. */
  readonly tokens: number;
  /** The number of turns in the text. */
  readonly included: number;
  /** The number of older turns that were left out. */
  readonly omitted: number;
}

/** The checked options. */
export function readHistoryOptions(options: HistoryOptions): HistoryOptions {
  const own = readOptions(ACTION, options, OPTIONS);
  const { maxTokens, countTokens, render } = own;
  if (typeof maxTokens !== "number" || !(maxTokens >= 0)) {
    const must = "be a number of tokens that is not negative";
    refuse(ACTION, "maxTokens", must, maxTokens, typeof maxTokens === "number");
  }
  if (countTokens !== undefined) {
    checkType(ACTION, "countTokens", countTokens, "function");
  }
  if (render !== undefined) checkType(ACTION, "render", render, "function");
  // Not a copy, which would inherit from a polluted `Object.prototype`.
  return Object.assign(own, { maxTokens });
}

/**
 * Writes as many of the newest turns as fit. Turns are rendered and counted from the newest one back,
 * up to the first that does not fit.
 *
 * @param conversations Oldest first.
 */
export function writeHistory(
  conversations: readonly Conversation[],
  { maxTokens, countTokens = estimate, render = renderTurn }: HistoryOptions,
): History {
  const turns = conversations.flatMap((conversation) =>
    conversation.turns.map((turn) => ({ turn, conversation }))
  ).reverse();
  const count = turns.length;
  const nothing = { text: "", tokens: 0, included: 0, omitted: count };
  if (count === 0 || maxTokens === 0) return nothing;

  const countIn = (text: string): number => checkTokens(countTokens(text));
  /** The rendered turns, newest first. */
  const texts: string[] = [];
  /** The text of the newest turns. */
  const join = (included: number): string => {
    while (texts.length < included) {
      const { turn, conversation } = turns[texts.length]!;
      texts.push(checkText(render(turn, conversation)));
    }
    return texts.slice(0, included).reverse().join(BETWEEN);
  };
  const write = (included: number): History => {
    const omitted = count - included;
    const parts = omitted === 0 ? [] : [noteOf(omitted)];
    if (included > 0) parts.push(join(included));
    const text = parts.join(BETWEEN);
    return { text, tokens: countIn(text), included, omitted };
  };

  if (maxTokens === Infinity) return write(count);
  // The sum over single turns is near the number of tokens of the whole.
  let guess = 0;
  for (let sum = 0; guess < count; guess++) {
    join(guess + 1);
    sum += countIn(texts[guess]!);
    if (sum > maxTokens) break;
  }
  const most = findMost(guess, count, maxTokens, (n) => countIn(join(n)));
  if (most === count) return write(count);
  // The note needs room, too.
  const fit = findMost(most, most, maxTokens, (n) => write(n).tokens);
  const history = write(fit);
  return history.tokens <= maxTokens ? history : nothing;
}

/**
 * The largest number of turns up to `count` that fits, where 0 is taken to fit, and fewer turns fit
 * where more do. Looks near a guess first, and goes no further than twice what fits.
 */
function findMost(
  guess: number,
  count: number,
  maxTokens: number,
  tokensOf: (turns: number) => number,
): number {
  let fits = 0;
  let tooMany = count + 1;
  let next = guess;
  for (let tries = 1; tooMany - fits > 1; tries++) {
    const most = Math.min(tooMany - 1, tooMany > count ? 2 * fits + 1 : count);
    const turns = Math.max(
      tries === 1 ? guess : Math.min(next, most),
      fits + 1,
    );
    const tokens = tokensOf(turns);
    if (tokens <= maxTokens) fits = turns;
    else tooMany = turns;
    // In proportion, which is right at once for most counters; every third time by halves.
    next = Math.floor(
      tries % 3 === 0 ? (fits + tooMany) / 2 : turns * maxTokens / tokens,
    );
  }
  return fits;
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
      quoteNumber(tokens)
    }`,
  );
}
