import {
  checkString,
  findStorage,
  readMilliseconds,
} from "../backend/_options.ts";
import { checkCount, quote, quoteNumber } from "../base/_checks.ts";
import { Journal } from "../backend/_journal.ts";
import { type JsonValue, toJson } from "../backend/_json.ts";
import { readOptions } from "../base/_options.ts";
import { together } from "../backend/_replies.ts";
import { readTimeoutHours } from "../base/_environment.ts";
import { escapeGlob, listKeys } from "../backend/list_keys.ts";
import type { StorageBackend } from "../backend/storage_backend.ts";
import { type Conversation, type Header, normalizeId } from "./conversation.ts";
import { ConversationFullError, ConversationNotFoundError } from "./errors.ts";
import {
  type History,
  type HistoryOptions,
  readHistoryOptions,
  writeHistory,
} from "./history.ts";
import { type NewTurn, type Turn, turnToJson } from "./turn.ts";

const MAKE = "make the conversations";
const CREATE = "create the conversation";
const OPTIONS = ["storage", "ttl", "prefix", "maxTurns", "maxBytes"] as const;
const HOUR = 3_600_000;
const DEFAULT_PREFIX = "thread:";
const DEFAULT_MAX_BYTES = 4 * 1024 * 1024;
const DEFAULT_MAX_DEPTH = 20;
const COMMANDS = [
  "append",
  "del",
  "get",
  "getrange",
  "pexpire",
  "pttl",
  "scan",
  "set",
  "strlen",
] as const;

type Storage = Pick<StorageBackend, typeof COMMANDS[number]>;

/** How many keys `list` asks about at once. */
const LIST_AT_ONCE = 64;

/**
 * Options of {@linkcode Conversations}.
 *
 * @example Conversations of an hour and a hundred turns at most
 * ```ts
 * import {
 *   Conversations,
 *   type ConversationsOptions,
 * } from "@mayfly/store/conversations";
 * import { assertEquals } from "@std/assert";
 *
 * const options: ConversationsOptions = { ttl: 3_600_000, maxTurns: 100 };
 * const conversations = new Conversations(options);
 * const id = await conversations.create();
 * const turn = { role: "user", content: "Hi" };
 * assertEquals((await conversations.append(id, turn)).remaining, 99);
 * ```
 */
export interface ConversationsOptions {
  /**
   * Where the conversations are kept.
   *
   * @default {getStorageBackend(), looked up at each call}
   */
  storage?: Pick<
    StorageBackend,
    | "append"
    | "del"
    | "get"
    | "getrange"
    | "pexpire"
    | "pttl"
    | "scan"
    | "set"
    | "strlen"
  >;
  /**
   * How long a conversation lives after its last turn, in ms: positive and finite, a fraction is
   * rounded up.
   *
   * @default {the hours in CONVERSATION_TIMEOUT_HOURS, or else 3}
   */
  ttl?: number;
  /**
   * What the keys in the backend begin with.
   *
   * @default {"thread:"}
   */
  prefix?: string;
  /**
   * How many turns a conversation may have.
   *
   * @default {Infinity}
   */
  maxTurns?: number;
  /**
   * How many bytes a conversation may have, as it is stored.
   *
   * @default {4_194_304}
   */
  maxBytes?: number;
}

/**
 * What a conversation may be created with.
 *
 * @example One that goes on from another
 * ```ts
 * import { Conversations, type NewConversation } from "@mayfly/store/conversations";
 * import { assertEquals } from "@std/assert";
 *
 * const conversations = new Conversations();
 * const parent = await conversations.create();
 * const init: NewConversation = { parent, data: { tool: "review" } };
 * const id = await conversations.create(init);
 * assertEquals((await conversations.read(id))?.parent, parent);
 * ```
 */
export interface NewConversation {
  /** The id of the conversation that it goes on from. That one may have expired. */
  parent?: string;
  /** Anything that is to be kept with it: JSON. */
  data?: JsonValue;
}

/**
 * What {@linkcode Conversations.append} returns.
 *
 * @example Usage
 * ```ts
 * import { type AppendedTurn, Conversations } from "@mayfly/store/conversations";
 * import { assertEquals } from "@std/assert";
 *
 * const conversations = new Conversations({ maxTurns: 10 });
 * const id = await conversations.create();
 * const turn = { role: "user", content: "Hi" };
 * const appended: AppendedTurn = await conversations.append(id, turn);
 * assertEquals(appended, { index: 0, remaining: 9 });
 * ```
 */
export interface AppendedTurn {
  /** The place of the turn in its conversation, from 0. */
  readonly index: number;
  /** How many turns there is room for after it; `Infinity` without `maxTurns`. */
  readonly remaining: number;
}

/**
 * What {@linkcode Conversations.list} yields.
 *
 * @example Usage
 * ```ts
 * import { Conversations, type ListedConversation } from "@mayfly/store/conversations";
 * import { assertEquals } from "@std/assert";
 *
 * const conversations = new Conversations({ prefix: "example:" });
 * const id = await conversations.create();
 * const listed: ListedConversation[] = await Array.fromAsync(conversations.list());
 * assertEquals(listed.map(({ id }) => id), [id]);
 * ```
 */
export interface ListedConversation {
  /** The id. */
  readonly id: string;
  /** How long it lives if no turn is appended, in ms; `Infinity` for one that never expires. */
  readonly remainingTtl: number;
}

/**
 * Threads of turns on any backend: memory, a file, a server, a cluster. A turn whose `append` has
 * returned is not lost, however many processes append to one conversation at the same moment.
 *
 * An append costs the same however long the conversation is, and on a server two round trips.
 *
 * @example Two turns
 * ```ts
 * import { Conversations } from "@mayfly/store/conversations";
 * import { assertEquals } from "@std/assert";
 *
 * const conversations = new Conversations();
 * const id = await conversations.create();
 * await conversations.append(id, { role: "user", content: "Where is my order?" });
 * await conversations.append(id, { role: "assistant", content: "On its way" });
 * const { text } = await conversations.history(id, { maxTokens: 1000 });
 * assertEquals(text, "user: Where is my order?\n\nassistant: On its way");
 * ```
 */
export class Conversations {
  readonly #backend: () => Storage;
  readonly #ttl: number;
  readonly #prefix: string;
  readonly #maxTurns: number;
  readonly #maxBytes: number;
  readonly #journal: Journal<Header, Turn>;

  /**
   * Makes the conversations; nothing is stored yet.
   *
   * @param options Where they are kept, how long they live, and how large they may become.
   * @throws {TypeError} An option is of the wrong kind, or is not known.
   * @throws {RangeError} An option is out of range.
   * @throws {ConfigError} No `ttl` is given, and the environment holds a timeout that is not a
   * positive whole number.
   */
  constructor(options?: ConversationsOptions) {
    const own = readOptions(MAKE, options, OPTIONS);
    const {
      storage,
      ttl = readTimeoutHours() * HOUR,
      prefix = DEFAULT_PREFIX,
      maxTurns = Infinity,
      maxBytes = DEFAULT_MAX_BYTES,
    } = own;
    this.#backend = findStorage(MAKE, storage, COMMANDS);
    this.#ttl = readMilliseconds(MAKE, "ttl", ttl);
    checkString(MAKE, "prefix", prefix);
    checkCount(MAKE, "maxTurns", maxTurns, "turns");
    checkCount(MAKE, "maxBytes", maxBytes, "bytes");
    this.#prefix = prefix;
    this.#maxTurns = maxTurns;
    this.#maxBytes = maxBytes;
    this.#journal = new Journal("conversation", {
      maxRecords: maxTurns,
      maxBytes,
    });
  }

  /**
   * Creates an empty conversation.
   *
   * @param init What it goes on from, and what is to be kept with it.
   * @returns Its id, a UUID (version 4).
   * @throws {TypeError} `parent` is no string, or `data` no JSON.
   * @throws {RangeError} `parent` is no UUID, or `data` has more than `maxBytes`.
   *
   * @example Usage
   * ```ts
   * import { Conversations } from "@mayfly/store/conversations";
   * import { assertEquals } from "@std/assert";
   *
   * const conversations = new Conversations();
   * const id = await conversations.create({ data: { user: "ada" } });
   * assertEquals(id.length, 36);
   * ```
   */
  async create(init?: NewConversation): Promise<string> {
    const { parent, data } = readOptions(CREATE, init, ["parent", "data"]);
    const fields = [`"createdAt":${Date.now()}`];
    if (parent !== undefined) {
      fields.push(`"parent":${JSON.stringify(checkParent(parent))}`);
    }
    if (data !== undefined) {
      fields.push(`"data":${toJson(CREATE, "data", data)}`);
    }
    const header = `{${fields.join(",")}}`;
    for (;;) {
      const id = crypto.randomUUID();
      const outcome = await this.#journal.create(
        this.#backend(),
        this.#prefix + id,
        header,
        this.#ttl,
      );
      if (outcome === "created") return id;
      if (outcome === "full") {
        throw new RangeError(
          `Cannot ${CREATE}: with its "data" it must have ${this.#maxBytes} bytes at most`,
        );
      }
      // Something else has this key.
    }
  }

  /**
   * Appends a turn and starts the conversation's ttl again.
   *
   * @param id The id, in any case.
   * @param turn The turn.
   * @returns Its place, and how many more there is room for.
   * @throws {ConversationNotFoundError} There is no such conversation.
   * @throws {ConversationFullError} It has no room for the turn; nothing was appended.
   * @throws {TypeError} `id` is no string, or `turn` is no turn. Nothing was sent.
   *
   * @example Usage
   * ```ts
   * import { Conversations } from "@mayfly/store/conversations";
   * import { assertEquals } from "@std/assert";
   *
   * const conversations = new Conversations();
   * const id = await conversations.create();
   * const turn = { role: "user", content: "Hi" };
   * assertEquals((await conversations.append(id, turn)).index, 0);
   * assertEquals((await conversations.append(id, turn)).index, 1);
   * ```
   */
  async append(id: string, turn: NewTurn): Promise<AppendedTurn> {
    checkString("append to the conversation", "id", id);
    const json = turnToJson(turn);
    const known = normalizeId(id);
    if (known === undefined) throw new ConversationNotFoundError(id);
    const appended = await this.#journal.append(
      this.#backend(),
      this.#prefix + known,
      json,
      this.#ttl,
    );
    switch (appended.state) {
      case "missing":
        throw new ConversationNotFoundError(id);
      case "full":
        throw new ConversationFullError(
          id,
          appended.limit === "maxRecords"
            ? { maxTurns: this.#maxTurns }
            : { maxBytes: this.#maxBytes },
        );
      case "appended":
        return {
          index: appended.index,
          remaining: Math.max(this.#maxTurns - appended.index - 1, 0),
        };
    }
  }

  /**
   * Reads a conversation. That does not start its ttl again.
   *
   * @param id The id, in any case.
   * @returns The conversation; `undefined` if there is none.
   * @throws {TypeError} `id` is no string.
   *
   * @example Usage
   * ```ts
   * import { Conversations } from "@mayfly/store/conversations";
   * import { assertEquals } from "@std/assert";
   *
   * const conversations = new Conversations();
   * const id = await conversations.create();
   * await conversations.append(id, { role: "user", content: "Hi" });
   * const conversation = await conversations.read(id);
   * assertEquals(conversation?.turns.map(({ content }) => content), ["Hi"]);
   * assertEquals(await conversations.read("no such id"), undefined);
   * ```
   */
  async read(id: string): Promise<Conversation | undefined> {
    checkString("read the conversation", "id", id);
    const known = normalizeId(id);
    if (known === undefined) return undefined;
    const log = await this.#journal.read(
      this.#backend(),
      this.#prefix + known,
    );
    if (log === undefined) return undefined;
    const turns = log.records.map(({ data }) => data);
    return { ...log.header, id: known, turns };
  }

  /**
   * Reads a conversation and those that it goes on from. That starts the ttl of those again, not its
   * own. It ends where a parent is missing or is in the chain already.
   *
   * @param id The id, in any case.
   * @param maxDepth How many conversations at most, the one itself included.
   * @returns The conversations, the oldest ancestor first, the one itself last.
   * @throws {ConversationNotFoundError} There is no such conversation.
   * @throws {TypeError} An argument is of the wrong kind.
   * @throws {RangeError} `maxDepth` is not a positive whole number.
   *
   * @example Usage
   * ```ts
   * import { Conversations } from "@mayfly/store/conversations";
   * import { assertEquals } from "@std/assert";
   *
   * const conversations = new Conversations();
   * const first = await conversations.create();
   * const second = await conversations.create({ parent: first });
   * const chain = await conversations.chain(second);
   * assertEquals(chain.map(({ id }) => id), [first, second]);
   * ```
   */
  async chain(
    id: string,
    maxDepth: number = DEFAULT_MAX_DEPTH,
  ): Promise<Conversation[]> {
    checkCount(
      "read the chain",
      "maxDepth",
      maxDepth,
      "conversations",
      quoteNumber,
    );
    const last = await this.read(id);
    if (last === undefined) throw new ConversationNotFoundError(id);
    const storage = this.#backend();
    const chain = new Map([[last.id, last]]);
    let { parent } = last;
    while (
      parent !== undefined && chain.size < maxDepth && !chain.has(parent)
    ) {
      const ancestor = await this.read(parent);
      if (ancestor === undefined) break;
      await storage.pexpire(this.#prefix + ancestor.id, this.#ttl);
      chain.set(ancestor.id, ancestor);
      parent = ancestor.parent;
    }
    return [...chain.values()].reverse();
  }

  /**
   * Writes a conversation and those that it goes on from as one text of limited length: the newest
   * turns first until one does not fit, shown oldest first, below a note of how many were left out.
   *
   * @param id The id, in any case.
   * @param options How long the text may be, and how its tokens are counted.
   * @returns The text, the note included within the limit, and what is in it.
   * @throws {ConversationNotFoundError} There is no such conversation.
   * @throws {TypeError} An argument, or what a function in `options` returned, is of the wrong kind.
   * @throws {RangeError} `maxTokens` is not positive, `maxDepth` not a positive whole number, or
   * `countTokens` has returned nonsense. What the functions in `options` throw is thrown.
   *
   * @example Usage
   * ```ts
   * import { Conversations } from "@mayfly/store/conversations";
   * import { assertEquals } from "@std/assert";
   *
   * const conversations = new Conversations();
   * const id = await conversations.create();
   * for (const content of ["There is a lot to tell here", "Two", "Three"]) {
   *   await conversations.append(id, { role: "user", content });
   * }
   * const { text, omitted } = await conversations.history(id, { maxTokens: 14 });
   * assertEquals(text, "[1 earlier turn left out]\n\nuser: Two\n\nuser: Three");
   * assertEquals(omitted, 1);
   * ```
   */
  async history(id: string, options: HistoryOptions): Promise<History> {
    const own = readHistoryOptions(options);
    return writeHistory(await this.chain(id, own.maxDepth), own);
  }

  /**
   * Lists all conversations, on a cluster those of all its nodes. One that comes or goes meanwhile
   * may be listed or not.
   *
   * @returns The ids and the time left, in no certain order, for `for await`.
   *
   * @example Usage
   * ```ts
   * import { Conversations } from "@mayfly/store/conversations";
   * import { assert } from "@std/assert";
   *
   * const conversations = new Conversations({ ttl: 60_000 });
   * await conversations.create();
   * for await (const { id, remainingTtl } of conversations.list()) {
   *   assert(id.length === 36 && remainingTtl > 0);
   * }
   * ```
   */
  list(): AsyncIterable<ListedConversation> {
    return this.#walk(this.#backend());
  }

  /**
   * Deletes a conversation. Those that go on from it stay.
   *
   * @param id The id, in any case.
   * @returns Whether it was there.
   * @throws {TypeError} `id` is no string.
   *
   * @example Usage
   * ```ts
   * import { Conversations } from "@mayfly/store/conversations";
   * import { assertEquals } from "@std/assert";
   *
   * const conversations = new Conversations();
   * const id = await conversations.create();
   * assertEquals(await conversations.delete(id), true);
   * assertEquals(await conversations.delete(id), false);
   * ```
   */
  async delete(id: string): Promise<boolean> {
    checkString("delete the conversation", "id", id);
    const known = normalizeId(id);
    return known !== undefined &&
      await this.#journal.delete(this.#backend(), this.#prefix + known);
  }

  async *#walk(
    storage: Storage,
  ): AsyncGenerator<ListedConversation, void, void> {
    const pattern = escapeGlob(this.#prefix) + "*";
    let ids: string[] = [];
    for await (const key of listKeys(storage, pattern)) {
      const id = key.slice(this.#prefix.length);
      if (normalizeId(id) !== id) continue;
      ids.push(id);
      if (ids.length < LIST_AT_ONCE) continue;
      yield* await this.#listed(storage, ids);
      ids = [];
    }
    yield* await this.#listed(storage, ids);
  }

  /** Those of the ids that are conversations, with their time left. */
  async #listed(
    storage: Storage,
    ids: readonly string[],
  ): Promise<ListedConversation[]> {
    const found = await Promise.all(ids.map(async (id) => {
      const key = this.#prefix + id;
      const [has, left] = await together([
        this.#journal.has(storage, key),
        storage.pttl(key),
      ]);
      return { id, has, left };
    }));
    return found.filter(({ has, left }) => has && left !== -2)
      .map(({ id, left }) => ({
        id,
        remainingTtl: left === -1 ? Infinity : left,
      }));
  }
}

function checkParent(parent: unknown): string {
  checkString(CREATE, "parent", parent);
  const id = normalizeId(parent);
  if (id !== undefined) return id;
  throw new RangeError(
    `Cannot ${CREATE}: "parent" must be a UUID: received ${
      quote(parent.length <= 40 ? parent : `${parent.slice(0, 40)}...`)
    }`,
  );
}
