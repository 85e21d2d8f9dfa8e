/** What all commands do alike with their arguments. */

import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  assertReplyError,
  assertUnsendable,
  call,
  makeCommands,
} from "./_commands.ts";

/** Each command with arguments that suit it, and whether it takes more. */
const COMMANDS: Record<
  string,
  { args: [name: string, value: string][]; more?: true }
> = {
  get: { args: [["key", "a"]] },
  set: { args: [["key", "a"], ["value", "1"]], more: true },
  setex: { args: [["key", "a"], ["seconds", "1"], ["value", "1"]] },
  psetex: { args: [["key", "a"], ["milliseconds", "1"], ["value", "1"]] },
  setnx: { args: [["key", "a"], ["value", "1"]] },
  getset: { args: [["key", "a"], ["value", "1"]] },
  getdel: { args: [["key", "a"]] },
  getex: { args: [["key", "a"]], more: true },
  mget: { args: [["key", "a"]], more: true },
  mset: { args: [["key", "a"], ["value", "1"]], more: true },
  msetnx: { args: [["key", "a"], ["value", "1"]], more: true },
  append: { args: [["key", "a"], ["value", "1"]] },
  strlen: { args: [["key", "a"]] },
  getrange: { args: [["key", "a"], ["start", "0"], ["end", "1"]] },
  setrange: { args: [["key", "a"], ["offset", "0"], ["value", "1"]] },
  incr: { args: [["key", "a"]] },
  incrby: { args: [["key", "a"], ["increment", "1"]] },
  incrbyfloat: { args: [["key", "a"], ["increment", "1"]] },
  decr: { args: [["key", "a"]] },
  decrby: { args: [["key", "a"], ["decrement", "1"]] },
  del: { args: [["key", "a"]], more: true },
  unlink: { args: [["key", "a"]], more: true },
  exists: { args: [["key", "a"]], more: true },
  expire: { args: [["key", "a"], ["time", "1"]], more: true },
  pexpire: { args: [["key", "a"], ["time", "1"]], more: true },
  expireat: { args: [["key", "a"], ["time", "1"]], more: true },
  pexpireat: { args: [["key", "a"], ["time", "1"]], more: true },
  ttl: { args: [["key", "a"]] },
  pttl: { args: [["key", "a"]] },
  expiretime: { args: [["key", "a"]] },
  pexpiretime: { args: [["key", "a"]] },
  persist: { args: [["key", "a"]] },
  touch: { args: [["key", "a"]], more: true },
  keys: { args: [["pattern", "*"]] },
  scan: { args: [["cursor", "0"]], more: true },
  randomkey: { args: [] },
  rename: { args: [["key", "b"], ["newKey", "c"]] },
  renamenx: { args: [["key", "b"], ["newKey", "c"]] },
  copy: { args: [["source", "b"], ["destination", "c"]], more: true },
  type: { args: [["key", "a"]] },
  dbsize: { args: [] },
  flushdb: { args: [], more: true },
  flushall: { args: [], more: true },
};

/** What no client can send. */
const UNSENDABLE = [undefined, null, Symbol("s"), () => "f", new Date(), /x/];

describe("every command", () => {
  it("refuses too few and too many arguments with the server's error", () => {
    for (const [command, { args, more }] of Object.entries(COMMANDS)) {
      const { redis } = makeCommands();
      const values = args.map(([, value]) => value);
      const message = `ERR wrong number of arguments for '${command}' command`;
      for (let count = 0; count < values.length; count++) {
        assertReplyError(
          () => call(redis, command, ...values.slice(0, count)),
          message,
        );
      }
      if (more) continue;
      assertReplyError(() => call(redis, command, ...values, "x"), message);
      assertReplyError(
        () => call(redis, command, ...values, "x", "y"),
        message,
      );
      assertEquals(redis.dbsize(), 0);
    }
  });

  it("refuses an argument that no client can send, names it, and changes nothing", () => {
    for (const [command, { args }] of Object.entries(COMMANDS)) {
      const { redis } = makeCommands();
      redis.mset("a", "0", "b", "0");
      args.forEach(([name], index) => {
        for (const bad of UNSENDABLE) {
          const values: unknown[] = args.map(([, value]) => value);
          values[index] = bad;
          // One object alone is what MSET takes: a class without keys is empty.
          if (/^mset/.test(command) && values.length === 1) continue;
          assertUnsendable(() => call(redis, command, ...values), name);
        }
      });
      assertEquals(redis.mget("a", "b"), ["0", "0"], command);
      assertEquals(redis.ttl("a"), -1, command);
    }
  });

  it("refuses a last argument that is undefined", () => {
    for (const [command, { args, more }] of Object.entries(COMMANDS)) {
      const { redis } = makeCommands();
      const values = args.map(([, value]) => value);
      const name = !more
        ? "argument"
        : /^(mget|mset|msetnx|del|unlink|exists|touch)$/.test(command)
        ? "key"
        : "option";
      assertUnsendable(() => call(redis, command, ...values, undefined), name);
      assertEquals(redis.dbsize(), 0, command);
    }
  });
});

describe("an argument", () => {
  it("is converted to the text that a client would send", () => {
    const { redis } = makeCommands();
    assertEquals(call(redis, "set", 1, 2n), "OK");
    assertEquals(call(redis, "set", true, NaN), "OK");
    assertEquals(redis.mget("1", "true"), ["2", "NaN"]);
    assertEquals(call(redis, "setex", 5n, "10", -0), "OK");
    assertEquals(redis.get("5"), "0");
  });

  it("that is a number is sent as ioredis sends it: integers with all digits", () => {
    const { redis } = makeCommands();
    const numbers: [number, string][] = [
      [2 ** 53, "9007199254740992"],
      [2 ** 63, "9223372036854775808"],
      [-(2 ** 64), "-18446744073709551616"],
      [1e21, "1000000000000000000000"],
      [1.5e300, String(BigInt(1.5e300))],
      [1e-7, "1e-7"],
      [0.1, "0.1"],
      [-0, "0"],
      [Infinity, "Infinity"],
    ];
    for (const [number, text] of numbers) {
      redis.set("a", number);
      assertEquals(redis.get("a"), text);
      redis.mset({ b: number });
      assertEquals(redis.get("b"), text);
      redis.set(number, "key");
      assertEquals(redis.get(text), "key");
    }
  });

  it("is not shown in an error", () => {
    const { redis } = makeCommands();
    let message = "";
    try {
      call(redis, "set", "a", { secret: "s3cret" });
    } catch (error) {
      message = (error as Error).message;
    }
    assertEquals(
      message,
      'Cannot run "set": "value" (argument 2) must be a string or a number: received an object',
    );
  });

  it("that is an array is spread only by commands that accept lists", () => {
    const { redis } = makeCommands();
    assertEquals(call(redis, "mset", ["a", "1"], ["b", "2"]), "OK");
    assertEquals(call(redis, "mget", ["a"], "b"), ["1", "2"]);
    assertUnsendable(() => call(redis, "get", ["a"]), "key");
    assertUnsendable(() => call(redis, "set", "a", ["1"]), "value");
    assertUnsendable(() => call(redis, "del", ["a", null]), "key");
    assertUnsendable(() => call(redis, "mset", ["a", [undefined]]), "value");
    assertUnsendable(() => call(redis, "mset", { a: undefined }), "value");
    assertUnsendable(() => call(redis, "mset", new Map([[{}, "1"]])), "key");
  });
});
