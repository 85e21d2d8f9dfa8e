/** Random commands: right ones most of the time, wrong ones often enough. */

import fc from "fast-check";
import {
  anyCase,
  float,
  integer,
  junk,
  key,
  offset,
  pattern,
  value,
  writeOffset,
} from "./words.ts";
import { deadline, pastDeadline, timeToLive, type Word } from "./times.ts";

/** A command before its times to live are worked out. */
export type Draft = readonly Word[];

type Words = fc.Arbitrary<Draft>;

/** Which deadlines a command may name. */
export interface DraftOptions {
  /** Whether the clock of the sequence is moved: then no dates to come. */
  clockMoves: boolean;
}

/** Any of the commands. */
export function command(options: DraftOptions): Words {
  const date = options.clockMoves ? pastDeadline : deadline;
  const seconds = timeToLive("s");
  const milliseconds = timeToLive("ms");
  const time: Words = fc.oneof(
    fc.tuple(anyCase("EX"), seconds),
    fc.tuple(anyCase("PX"), milliseconds),
    fc.tuple(anyCase("EXAT"), date("s")),
    fc.tuple(anyCase("PXAT"), date("ms")),
  );
  const families: Record<string, Words[]> = {
    read: [
      call("GET", key),
      call("MGET", some(key)),
      call("STRLEN", key),
      call("GETRANGE", key, offset, offset),
      call("GETRANGE", key, offset, offset),
      call("EXISTS", some(key)),
      call("TOUCH", some(key)),
      call("TYPE", key),
      call("DBSIZE"),
      call("RANDOMKEY"),
      call("KEYS", pattern),
      withOptions(["SCAN", scanCursor], scanOption, 3),
    ],
    write: [
      call("SET", key, value),
      withOptions(["SET", key, value], setOption(time), 4),
      withOptions(["SET", key, value], setOption(time), 2),
      call("SETEX", key, seconds, value),
      call("PSETEX", key, milliseconds, value),
      call("SETNX", key, value),
      call("GETSET", key, value),
      call("GETDEL", key),
      withOptions(["GETEX", key], getexOption(time), 2),
      withOptions(["GETEX", key], getexOption(time), 1),
      call("MSET", some(key, value)),
      call("MSETNX", some(key, value)),
      call("APPEND", key, value),
      call("SETRANGE", key, writeOffset, value),
      call("SETRANGE", key, writeOffset, value),
    ],
    count: [
      call("INCR", key),
      call("DECR", key),
      call("INCRBY", key, integer),
      call("DECRBY", key, integer),
      call("INCRBYFLOAT", key, float),
      call("INCRBYFLOAT", key, float),
    ],
    expire: [
      withOptions(["EXPIRE", key, seconds], expireOption, 2),
      withOptions(["PEXPIRE", key, milliseconds], expireOption, 2),
      withOptions(["EXPIREAT", key, date("s")], expireOption, 2),
      withOptions(["PEXPIREAT", key, date("ms")], expireOption, 2),
      call("PERSIST", key),
      call("TTL", key),
      call("PTTL", key),
      call("EXPIRETIME", key),
      call("PEXPIRETIME", key),
    ],
    keys: [
      call("DEL", some(key)),
      call("UNLINK", some(key)),
      call("RENAME", key, key),
      call("RENAMENX", key, key),
      withOptions(["COPY", key, key], copyOption, 2),
    ],
    flush: [
      withOptions(["FLUSHDB"], flushOption, 1),
      withOptions(["FLUSHALL"], flushOption, 1),
    ],
  };
  const weights: Record<string, number> = {
    ...{ read: 20, write: 30, count: 12, expire: 24, keys: 8, flush: 1 },
  };
  const any = fc.oneof(
    ...Object.entries(families).map(([name, commands]) => ({
      weight: weights[name] ?? 1,
      arbitrary: fc.oneof(...commands),
    })),
  );
  return fc.oneof({ weight: 15, arbitrary: any }, {
    weight: 1,
    arbitrary: spoiled(any),
  });
}

/** A command of these words in this order. */
function call(...words: (string | fc.Arbitrary<Word | Draft>)[]): Words {
  return fc.tuple(
    ...words.map((word) =>
      typeof word === "string" ? fc.constant<Word | Draft>(word) : word
    ),
  ).map((parts) => parts.flat());
}

/** A few repetitions of the words, at least one. */
function some(...words: fc.Arbitrary<string>[]): Words {
  return fc.array(fc.tuple(...words), { minLength: 1, maxLength: 4 }).map(
    (rows) => rows.flat(),
  );
}

/** The words, then up to `most` options. */
function withOptions(
  words: (string | fc.Arbitrary<Word>)[],
  option: Words,
  most: number,
): Words {
  return call(
    ...words,
    fc.array(option, { maxLength: most }).map((options) => options.flat()),
  );
}

/** A command with too few words, too many, or one that does not belong. */
function spoiled(commands: Words): Words {
  return fc.tuple(commands, fc.nat(), junk, fc.nat({ max: 2 })).map(
    ([words, place, word, how]) => {
      const index = 1 + place % Math.max(1, words.length - 1);
      if (how === 0) return words.slice(0, index);
      if (how === 1) return [...words, word];
      return words.map((kept, i) => i === index ? word : kept);
    },
  );
}

/** One of the options, and now and then a word that is none. */
function option(...words: Words[]): Words {
  return fc.oneof(
    { weight: 20, arbitrary: fc.oneof(...words) },
    { weight: 1, arbitrary: fc.tuple(junk) },
  );
}

function word(name: string): Words {
  return fc.tuple(anyCase(name));
}

function setOption(time: Words): Words {
  return option(time, word("KEEPTTL"), word("NX"), word("XX"), word("GET"));
}

function getexOption(time: Words): Words {
  return option(time, time, word("PERSIST"));
}

const expireOption = option(word("NX"), word("XX"), word("GT"), word("LT"));
const copyOption = option(
  word("REPLACE"),
  word("REPLACE"),
  fc.tuple(
    anyCase("DB"),
    fc.constantFrom("0", "0", "1", "-1", "abc", "99999999999"),
  ),
);
const flushOption = option(word("ASYNC"), word("SYNC"));
const scanCursor = fc.oneof(
  { weight: 9, arbitrary: fc.constant("0") },
  {
    weight: 1,
    arbitrary: fc.constantFrom("abc", "-1", "", "1.5", "0x0", " 0", "00"),
  },
);
const scanOption = option(
  fc.tuple(anyCase("MATCH"), pattern),
  fc.tuple(anyCase("COUNT"), fc.constantFrom("1000", "500", "0", "-1", "x")),
  fc.tuple(anyCase("TYPE"), fc.constantFrom("string", "STRING", "hash", "zzz")),
);
