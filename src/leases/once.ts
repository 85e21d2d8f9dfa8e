/**
 * No code can make an effect happen exactly once: if a process dies during an effect, or is frozen
 * until its lease has expired, it is not known whether the effect was done. `Once` runs an effect
 * at most once for a key, for any number of calls in any process, and stores the answer. If it is
 * not known whether the effect was done, every caller gets an `OnceUnknownError`, and the effect is
 * not run again until `forget` is called: find out first whether it was done.
 *
 * Works in memory, in a file, on a server and on a cluster.
 *
 * @example A tool call that the client sends again
 * ```ts
 * import { Once } from "@mayfly/store/once";
 * import { assertEquals } from "@std/assert";
 *
 * let sent = 0;
 * const mails = new Once<{ id: number }>("mail");
 * const send = () => Promise.resolve({ id: ++sent });
 * const first = await mails.run("call 1", send, { input: { to: "ada" } });
 * const again = await mails.run("call 1", send, { input: { to: "ada" } });
 * assertEquals([first, again, sent], [{ id: 1 }, { id: 1 }, 1]);
 * ```
 *
 * @module
 */

import { type JsonValue, toJson } from "../backend/_json.ts";
import { deleteKey } from "../backend/_lost_reply.ts";
import {
  checkKeyPart,
  checkName,
  findStorage,
  readMilliseconds,
} from "../backend/_options.ts";
import type { StorageBackend } from "../backend/storage_backend.ts";
import { checkType, kindOf, quote } from "../base/_checks.ts";
import { HOUR, readOptions } from "../base/_options.ts";
import { sha256 } from "../base/_sha256.ts";
import { CollectionValueError } from "../collection/errors.ts";
import type { CollectionCodec, StandardSchema } from "../collection/options.ts";
import { Values } from "../collection/_values.ts";
import { checkSignal, checkWait } from "./_arguments.ts";
import { changeKey } from "./_change.ts";
import { delay, now } from "./_clock.ts";
import { OnceConflictError, OnceUnknownError } from "./errors.ts";
import { type HeldLease, HeldLeases } from "./_held_leases.ts";
import { placeOf, prefixOfName } from "./_places.ts";
import { pauseAfter } from "./_wait_queue.ts";

export type { JsonObject, JsonValue } from "../backend/_json.ts";
export { CollectionValueError } from "../collection/errors.ts";
export {
  LeaseLostError,
  OnceConflictError,
  OnceUnknownError,
} from "./errors.ts";

const MAKE = "make the effects";
const RUN = "run the effect";
const FORGET = "forget the effect";
const OPTIONS = ["storage", "ttl", "lease", "schema", "codec"] as const;
const COMMANDS = ["del", "get", "set"] as const;

/**
 * The backend of effects: a storage of this package, or a client that can run a script.
 *
 * @example Usage
 * ```ts
 * import { InMemoryStorage } from "@mayfly/store";
 * import { Once, type OnceStorage } from "@mayfly/store/once";
 *
 * const storage: OnceStorage = new InMemoryStorage();
 * new Once<string>("mail", { storage });
 * ```
 */
export type OnceStorage = Pick<StorageBackend, "del" | "get" | "set">;

/**
 * Options of {@linkcode Once}.
 *
 * @typeParam T The type of the answers.
 *
 * @example Answers that are stored for an hour
 * ```ts
 * import { Once, type OnceOptions } from "@mayfly/store/once";
 *
 * const options: OnceOptions<string> = { ttl: 3_600_000 };
 * new Once("mail", options);
 * ```
 */
export interface OnceOptions<T> {
  /**
   * The backend that stores the answers.
   *
   * @default {getStorageBackend(), looked up at each call}
   */
  storage?: OnceStorage | undefined;
  /**
   * How long an answer is stored, in ms: positive and finite, a fraction is rounded up. After that,
   * a call runs the effect again.
   *
   * @default {86_400_000}
   */
  ttl?: number | undefined;
  /**
   * The TTL of the lease under which an effect runs, in ms: positive and finite. If the process
   * dies during the effect, others notice after up to this long.
   *
   * @default {30_000}
   */
  lease?: number | undefined;
  /**
   * Validates every answer, when it is stored and when it is read.
   *
   * @default {none}
   */
  schema?: StandardSchema<T> | undefined;
  /**
   * Converts answers to text and back: for encryption, or for answers that are not JSON.
   *
   * @default {JSON, and `undefined`}
   */
  codec?: CollectionCodec<T> | undefined;
}

/**
 * The argument of an effect.
 *
 * @example Passing the fence on
 * ```ts
 * import { type EffectContext, Once } from "@mayfly/store/once";
 * import { assert } from "@std/assert";
 *
 * const effect = ({ fence }: EffectContext) => fence;
 * assert(await new Once<number>("fence").run("a", effect) > 0);
 * ```
 */
export interface EffectContext {
  /** The key of the effect. */
  readonly key: string;
  /** A number that increases with every run for the key, in any process. */
  readonly fence: number;
  /** Aborted when the lease is lost: from then on, callers get an `OnceUnknownError`. */
  readonly signal: AbortSignal;
}

/**
 * Options of {@linkcode Once.run}.
 *
 * @example Waiting for a minute at most
 * ```ts
 * import { Once, type RunOptions } from "@mayfly/store/once";
 * import { assertEquals } from "@std/assert";
 *
 * const options: RunOptions = { input: { to: "ada" }, wait: 60_000 };
 * assertEquals(await new Once<string>("mail").run("m7", () => "sent", options), "sent");
 * ```
 */
export interface RunOptions {
  /**
   * The input of the effect. A call with the same key and another input throws an
   * `OnceConflictError`. Inputs are compared as JSON, where the order of members does not matter,
   * and only a hash is stored.
   *
   * @default {none}
   */
  input?: JsonValue | undefined;
  /**
   * How long to wait for an effect that another call runs, in ms.
   *
   * @default {Infinity}
   */
  wait?: number | undefined;
  /**
   * Stops the waiting when it is aborted. An effect that this call runs is not affected.
   *
   * @default {none}
   */
  signal?: AbortSignal | undefined;
}

/** A call of `run`. */
interface Call<T> {
  readonly storage: OnceStorage;
  readonly key: string;
  readonly place: string;
  readonly effect: (context: EffectContext) => T | Promise<T>;
  /** The hash of the input; empty: there is no input. */
  readonly hash: string;
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
}

/*
 * The stored texts:
 *
 *     =hash:text     the answer
 *     -hash:         the answer is `undefined`
 *     ?hash:nonce    the effect is in progress, or its process has died
 *     !hash:         it is not known whether the effect was done
 */

/** Replaces a mark by a text, or removes it; returns whether the mark was there. */
function replaceMark(
  { storage, place }: Call<unknown>,
  mark: string,
  next: string | null,
  ttl: number,
): Promise<boolean> {
  return changeKey(
    storage,
    place,
    // After a lost reply a client may have sent it twice.
    (stored) => stored === mark || stored === next ? next : undefined,
    () => ttl,
  );
}

/**
 * Effects that run once for a key: a second call, at the same moment or a day later, in any
 * process, waits for the first and gets its answer.
 *
 * - If an effect throws, nothing counts as done: nothing is stored, its caller gets the error, and
 *   the waiting calls try in turn.
 * - If it is not known whether an effect was done, every caller gets an `OnceUnknownError`.
 *
 * @typeParam T The type of the answers: JSON or `undefined`, if no codec is given.
 *
 * @example Finding out whether an effect was done
 * ```ts
 * import { Once, OnceUnknownError } from "@mayfly/store/once";
 * import { assertEquals } from "@std/assert";
 *
 * const payments = new Once<string>("payment");
 * const wasPaid = (_key: string) => Promise.resolve(false); // asks the bank
 *
 * async function pay(key: string): Promise<string> {
 *   try {
 *     return await payments.run(key, () => Promise.resolve("paid"));
 *   } catch (error) {
 *     if (!(error instanceof OnceUnknownError) || await wasPaid(key)) throw error;
 *     await payments.forget(key);
 *     return await pay(key);
 *   }
 * }
 * assertEquals(await pay("p1"), "paid");
 * ```
 */
export class Once<T = JsonValue> {
  readonly #storage: () => OnceStorage;
  readonly #ttl: number;
  /** The TTL of a mark, in ms: it must outlive the lease, to show that the effect began. */
  readonly #markTtl: number;
  readonly #lease: number;
  readonly #schema: StandardSchema<T> | undefined;
  readonly #values: Values<T>;
  readonly #place: string;
  readonly #held: HeldLeases;
  /** By key, the call of this process that runs the effect or waits for another process. */
  readonly #flights = new Map<string, Promise<unknown>>();

  /**
   * Makes the effects; nothing is stored yet.
   *
   * @param name A name, which separates the keys from all others in the backend; not empty.
   * @param options The TTL of answers and other settings.
   * @throws {TypeError} An argument has the wrong type, or an option has an unknown name.
   * @throws {RangeError} `name` is empty or has half a surrogate pair, or a time is not positive
   * and finite.
   */
  constructor(name: string, options?: OnceOptions<T>) {
    checkName(MAKE, "name", name);
    const { storage, ttl = 24 * HOUR, lease = 30_000, schema, codec } =
      readOptions(MAKE, options, OPTIONS);
    this.#storage = findStorage(MAKE, storage, COMMANDS);
    this.#ttl = readMilliseconds(MAKE, "ttl", ttl);
    this.#lease = readMilliseconds(MAKE, "lease", lease);
    this.#markTtl = Math.max(this.#ttl, this.#lease);
    this.#values = new Values(MAKE, schema, codec);
    this.#schema = schema;
    const prefix = prefixOfName(name);
    this.#place = placeOf(prefix, "once");
    this.#held = new HeldLeases(prefix, "once-");
  }

  /**
   * Runs an effect, or returns its stored answer.
   *
   * @param key The id of the effect: of a request, an order or a message, for example.
   * @param effect Performs the effect and returns the answer. Any error that it throws, except an
   * `OnceUnknownError`, means that nothing was done. It must not run the same key: it would wait
   * for itself.
   * @param options The input, and how long to wait.
   * @returns The answer.
   * @throws {OnceUnknownError} It is not known whether the effect was done.
   * @throws {OnceConflictError} The key was used before with another input.
   * @throws {CollectionValueError} The answer cannot be stored. The effect was done; later calls
   * get an `OnceUnknownError`.
   * @throws {DOMException} `"TimeoutError"`: another call ran the effect for longer than `wait`.
   * @throws {TypeError} An argument has the wrong type, or `input` is not JSON.
   * @throws {RangeError} `wait` is negative, or `key` has half a surrogate pair.
   * @throws {unknown} Any error of `effect` or of the backend, or the abort reason of `signal`.
   *
   * @example Usage
   * ```ts
   * import { Once } from "@mayfly/store/once";
   * import { assertEquals } from "@std/assert";
   *
   * const once = new Once<string>("greeting");
   * assertEquals(await once.run("ada", ({ key }) => `Hello, ${key}`), "Hello, ada");
   * assertEquals(await once.run("ada", () => "never"), "Hello, ada");
   * ```
   */
  async run(
    key: string,
    effect: (context: EffectContext) => T | Promise<T>,
    options?: RunOptions,
  ): Promise<T> {
    checkKeyPart(RUN, "key", key);
    checkType(RUN, "effect", effect, "function", kindOf);
    const { input, wait = Infinity, signal } = readOptions(
      RUN,
      options,
      ["input", "wait", "signal"],
    );
    checkWait(RUN, "wait", wait);
    checkSignal(RUN, signal);
    const hash = input === undefined ? "" : await hashOf(input);
    signal?.throwIfAborted();
    const storage = this.#storage();
    const place = this.#place + key;
    const deadline = now() + wait;
    const call = { storage, key, place, effect, hash, deadline, signal };
    for (;;) {
      const answer = this.#answerIn(call, await storage.get(place));
      if (answer !== undefined) return answer.value;
      const flight = this.#flights.get(key);
      if (flight === undefined) break;
      await this.#wait(call, Infinity, flight);
    }
    const flight = this.#waitOrRun(call)
      .finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return await flight;
  }

  /**
   * Removes the stored answer of an effect, or the record that it is not known whether it was done.
   * The next call runs the effect again.
   *
   * @param key The key of the effect.
   * @returns Whether anything was removed.
   *
   * @example Usage
   * ```ts
   * import { Once } from "@mayfly/store/once";
   * import { assertEquals } from "@std/assert";
   *
   * const once = new Once<number>("number");
   * await once.run("a", () => 1);
   * assertEquals(await once.forget("a"), true);
   * assertEquals(await once.run("a", () => 2), 2);
   * ```
   */
  async forget(key: string): Promise<boolean> {
    checkKeyPart(FORGET, "key", key);
    return await deleteKey(this.#storage(), this.#place + key, FORGET);
  }

  /** The stored answer; `undefined` if there is no answer yet. */
  #answerIn(
    { key, hash }: Call<T>,
    stored: string | null,
  ): { value: T } | undefined {
    if (stored === null) return undefined;
    const end = stored.indexOf(":");
    const kind = stored[0]!;
    if (end < 0 || !"=-?!".includes(kind)) throw new OnceUnknownError(key);
    if (stored.slice(1, end) !== hash) throw new OnceConflictError(key);
    if (kind === "?") return undefined;
    if (kind === "!") throw new OnceUnknownError(key);
    if (kind === "-") return { value: undefined as T };
    return { value: this.#values.decode(RUN, key, stored.slice(end + 1)) };
  }

  /** Waits for `ms`, or until `until` is settled; throws after the deadline of the call. */
  async #wait(
    { key, deadline, signal }: Call<T>,
    ms: number,
    until?: Promise<unknown>,
  ): Promise<void> {
    const left = deadline - now();
    if (left <= 0) {
      throw new DOMException(
        `Cannot ${RUN} for ${quote(key)}: it is still under way elsewhere`,
        "TimeoutError",
      );
    }
    await delay(Math.min(ms, left), signal, until);
  }

  /** Runs the effect under a lease, or waits for the answer that another process stores. */
  async #waitOrRun(call: Call<T>): Promise<T> {
    const { storage, key, place, hash } = call;
    const mark = `?${hash}:${crypto.randomUUID()}`;
    const onRenew = () =>
      replaceMark(call, mark, mark, this.#markTtl).catch(() => {});
    const claim = { storage, key, ttl: this.#lease, onRenew };
    for (let attempts = 0;; attempts++) {
      const lease = await this.#held.tryOnce(claim, attempts === 0);
      if (lease !== undefined) {
        try {
          const answer = await this.#begin(lease, call, mark);
          if (answer === "begun") return await this.#run(lease, call, mark);
          if (answer !== undefined) return answer.value;
        } finally {
          await lease.release();
        }
      }
      await this.#wait(call, pauseAfter(attempts, this.#lease));
      const answer = this.#answerIn(call, await storage.get(place));
      if (answer !== undefined) return answer.value;
    }
  }

  /**
   * Stores the mark, or finds an answer. `undefined`: the lease was lost before the effect began.
   */
  async #begin(
    lease: HeldLease,
    call: Call<T>,
    mark: string,
  ): Promise<"begun" | { value: T } | undefined> {
    let there: string | null = null;
    const change = (stored: string | null) => {
      if (!lease.isHeld) return undefined;
      there = stored;
      if (stored === null || stored === mark) return mark;
      // The process of this mark held the lease before, and stored no answer.
      return stored.replace(/^\?([^:]*):.*$/s, "!$1:");
    };
    const ttlOf = (isNew: boolean) => isNew ? this.#markTtl : undefined;
    let isBegun = false;
    try {
      if (!await changeKey(call.storage, call.place, change, ttlOf)) return;
      if (there !== null && there !== mark) {
        const answer = this.#answerIn(call, there);
        if (answer === undefined) throw new OnceUnknownError(call.key);
        return answer;
      }
      // The lease may be lost by now, if this process was frozen.
      isBegun = lease.isHeld;
      return isBegun ? "begun" : undefined;
    } finally {
      if (!isBegun) await replaceMark(call, mark, null, 1).catch(() => {});
    }
  }

  /** Runs the effect, and stores its answer. */
  async #run(lease: HeldLease, call: Call<T>, mark: string): Promise<T> {
    const { key, hash, effect } = call;
    let isDone = false;
    try {
      const { fence, signal } = lease;
      const value = await effect({ key, fence, signal });
      isDone = true;
      const text = this.#textOf(hash, value);
      const isKept = lease.isHeld &&
        await replaceMark(call, mark, text, this.#ttl);
      // If the lease is held and the answer was not stored, `forget` was called.
      if (!isKept && !lease.isHeld) throw lease.signal.reason;
      return this.#answerIn(call, text)!.value;
    } catch (error) {
      const isUnknown = error instanceof OnceUnknownError;
      const isUndone = !isDone && lease.isHeld && !isUnknown;
      const next = isUndone ? null : `!${hash}:`;
      await replaceMark(call, mark, next, this.#ttl).catch(() => {});
      const isRefused = isDone && error instanceof CollectionValueError;
      if (isUndone || isUnknown || isRefused) throw error;
      throw new OnceUnknownError(key, { cause: error });
    }
  }

  /** The stored text of an answer. */
  #textOf(hash: string, value: T): string {
    const checked = value === undefined
      ? this.#schema?.["~standard"].validate(value) ?? { value }
      : {};
    return "value" in checked && checked.value === undefined
      ? `-${hash}:`
      : `=${hash}:${this.#values.encode(RUN, "effect(context)", value)}`;
  }
}

/** The hash of an input: the same for equal JSON. */
async function hashOf(input: JsonValue): Promise<string> {
  toJson(RUN, "input", input);
  return await sha256(JSON.stringify(input, inOrder));
}

/** Sorts the members of an object by name. */
function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return value;
  }
  const members = Object.entries(value);
  return Object.fromEntries(members.sort(([a], [b]) => a < b ? -1 : 1));
}
