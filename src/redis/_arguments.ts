/**
 * Converts the arguments of a command to text, as a client sends them. An argument that cannot be
 * sent is a `TypeError`; a wrong number of arguments is the server's error.
 */

import { kindOf } from "../base/_checks.ts";
import { ReplyError } from "../base/errors.ts";

/** The arguments of a call as text: at least the required ones. */
export type Sent = [
  first: string,
  second: string,
  third: string,
  ...rest: string[],
];

/** No names, for a command without arguments. */
export const NONE: readonly string[] = [];
/** The name of a key, or of each key of a list. */
export const KEY: readonly string[] = ["key"];
/** The names of a key and its value, or of each pair of a list. */
export const KEY_VALUE: readonly string[] = ["key", "value"];
/** The name of each word after the fixed arguments. */
export const OPTION: readonly string[] = ["option"];

/**
 * Converts the arguments of a call to text, as a client sends them.
 *
 * @param command The name of the command, in lower case.
 * @param args The arguments of the call.
 * @param names The names of the arguments that the command needs.
 * @param more The names of further arguments, repeated as often as needed; none
 *   if the command takes no more.
 * @returns The text of each argument.
 * @throws {TypeError} If one of them cannot be sent.
 * @throws {ReplyError} If there are too few or too many.
 */
export function sent(
  command: string,
  args: ArrayLike<unknown>,
  names: readonly string[],
  more: readonly string[] = NONE,
): Sent {
  const texts: string[] = [];
  const fixed = names.length;
  for (let i = 0; i < args.length; i++) {
    const name = names[i] ?? more[(i - fixed) % more.length] ?? "argument";
    texts.push(text(command, args[i], name, i));
  }
  if (texts.length < fixed || (texts.length > fixed && more === NONE)) {
    throw wrongArity(command);
  }
  return texts as Sent;
}

/** As {@linkcode sent}, for a command that takes a key and nothing else. */
export function sentKey(command: string, args: ArrayLike<unknown>): string {
  const key = args[0];
  return args.length === 1 && typeof key === "string"
    ? key.toWellFormed()
    : sent(command, args, KEY)[0];
}

/** As {@linkcode sent}, for a command that takes keys, spread or in arrays. */
export function sentKeys(command: string, args: readonly unknown[]): string[] {
  const key = args[0];
  return args.length === 1 && typeof key === "string"
    ? [key.toWellFormed()]
    : sent(command, args.flat(), KEY, KEY);
}

/** Whether an argument is text that needs no conversion. */
export function isText(value: unknown): value is string {
  return typeof value === "string" && value.isWellFormed();
}

/** Whether an argument is a positive 32-bit number, a time that needs no further check. */
export function isSmallTime(value: unknown): value is number {
  return typeof value === "number" && (value | 0) === value && value > 0;
}

/** The server's error for too few or too many arguments. */
export function wrongArity(command: string): ReplyError {
  return new ReplyError(
    `ERR wrong number of arguments for '${command}' command`,
  );
}

/** The text of one argument. A lone surrogate becomes U+FFFD, as in UTF-8. */
function text(
  command: string,
  value: unknown,
  name: string,
  index: number,
): string {
  switch (typeof value) {
    case "string":
      return value.toWellFormed();
    case "number":
      // As `ioredis` sends it: an integer with all its digits.
      return numberText(value);
    case "bigint":
    case "boolean":
      return String(value);
  }
  throw new TypeError(
    `Cannot run "${command}": "${name}" (argument ${
      index + 1
    }) must be a string or a number: received ${kindOf(value)}`,
  );
}

/** A number as `ioredis` sends it: as `String` writes it, but an integer with all its digits. */
export function numberText(value: number): string {
  return Number.isInteger(value) && !Number.isSafeInteger(value)
    ? String(BigInt(value))
    : String(value);
}

/**
 * An option in upper case. As on the server, only ASCII letters are converted, and a NUL ends the
 * word.
 */
export function optionWord(option: string): string {
  const end = option.indexOf("\0");
  const word = end < 0 ? option : option.slice(0, end);
  return /^[a-z]+$/i.test(word) ? word.toUpperCase() : "";
}

/**
 * Reads the options of a command in the order given.
 *
 * @param texts All arguments of the command.
 * @param from Where the options begin.
 * @param words The options of the command, and whether a value follows each.
 * @returns Each option with its value (`""` if it has none).
 * @throws {ReplyError} If there is no such option, or its value is missing.
 */
export function* readOptions<Word extends string>(
  texts: string[],
  from: number,
  words: Record<Word, boolean>,
): Generator<[word: Word, value: string]> {
  for (let i = from; i < texts.length; i++) {
    const word = optionWord(texts[i] as string);
    if (!isOption(word, words)) throw syntaxError();
    const value = words[word] ? texts[++i] : "";
    if (value === undefined) throw syntaxError();
    yield [word, value];
  }
}

function isOption<Word extends string>(
  word: string,
  words: Record<Word, boolean>,
): word is Word {
  return Object.hasOwn(words, word);
}

/** The server's error for unknown or contradictory options. */
export function syntaxError(): ReplyError {
  return new ReplyError("ERR syntax error");
}
