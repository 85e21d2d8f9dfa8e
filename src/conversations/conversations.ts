import { Journal } from "../backend/_journal.ts";
import { type JsonValue, toJson } from "../backend/_json.ts";
import {
  checkKeyPart,
  checkString,
  findStorage,
  readMilliseconds,
} from "../backend/_options.ts";
import { isPending, together } from "../backend/_replies.ts";
import { keysUnder } from "../backend/_names.ts";
import type { StorageBackend } from "../backend/storage_backend.ts";
import { checkCount, quoteNumber, refuse } from "../base/_checks.ts";
import { readTimeoutHours } from "../base/_environment.ts";
import { HOUR, readOptions } from "../base/_options.ts";
import { Turns } from "../base/_turn.ts";
import {
  type Conversation,
  type Header,
  normalizeId,
  quoteId,
} from "./conversation.ts";
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
const CHAIN = "read the chain";
const OPTIONS = ["storage", "ttl", "prefix", "maxTurns", "maxBytes"] as const;
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

/** The number of keys that `list` looks at in one round trip. */
const LIST_AT_ONCE = 64;

/**
 * Options of {@linkcode Conversations}.
 *
 * @example A TTL of an hour and at most a hundred turns
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
   * The backend that keeps the conversations.
   *
   * @default {getStorageBackend(), looked up at each call}
   */
  storage?:
    | Pick<
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
    >
    | undefined;
  /**
   * The TTL of a conversation in ms, restarted by each turn: positive and finite; a fraction is
   * rounded up.
   *
   * @default {the hours in CONVERSATION_TIMEOUT_HOURS, or 3 hours}
   */
  ttl?: number | undefined;
  /**
   * The start of every key in the backend.
   *
   * @default {"thread:"}
   */
  prefix?: string | undefined;
  /**
   * The maximum number of turns of a conversation.
   *
   * @default {Infinity}
   */
  maxTurns?: number | undefined;
  /**
   * The maximum size of a conversation in bytes, as it is stored.
   *
   * @default {4_194_304}
   */
  maxBytes?: number | undefined;
}

/**
 * Options of {@linkcode Conversations.create}.
 *
 * @example A conversation that continues another
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
  /** The id of the conversation that this one continues. That one may have expired. */
  parent?: string | undefined;
  /** Data to keep with the conversation: JSON. */
  data?: JsonValue | undefined;
}

/**
 * The result of {@linkcode Conversations.append}.
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
  /** The index of the turn in its conversation, from 0. */
  readonly index: number;
  /** The number of turns that can still be appended; `Infinity` without `maxTurns`. */
  readonly remaining: number;
}

/**
 * Options of {@linkcode Conversations.chain}.
 *
 * @example The conversation and its parent
 * ```ts
 * import { type ChainOptions, Conversations } from "@mayfly/store/conversations";
 * import { assertEquals } from "@std/assert";
 *
 * const conversations = new Conversations();
 * const first = await conversations.create();
 * const second = await conversations.create({ parent: first });
 * const third = await conversations.create({ parent: second });
 * const options: ChainOptions = { maxDepth: 2 };
 * const chain = await conversations.chain(third, options);
 * assertEquals(chain.map(({ id }) => id), [second, third]);
 * ```
 */
export interface ChainOptions {
  /**
   * The maximum number of conversations, the one itself included.
   *
   * @default {20}
   */
  maxDepth?: number | undefined;
}

/**
 * A conversation in {@linkcode Conversations.list}.
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
  /** The remaining TTL in ms; `Infinity` if the conversation never expires. */
  readonly remainingTtl: number;
}

/**
 * Conversations, that is, lists of turns (messages), on any backend: memory, a file, a server, a
 * cluster. An acknowledged turn is never lost, however many processes append to one conversation at
 * the same time.
 *
 * The cost of an append does not depend on the length of the conversation; on a server it is two
 * round trips, three after a turn of more than 4 kB.
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
   * Creates the object; stores nothing.
   *
   * @param options The backend, the prefix, the TTL and the limits.
   * @throws {TypeError} An option has the wrong type or an unknown name.
   * @throws {RangeError} An option is out of range.
   * @throws {ConfigError} There is no `ttl`, and `CONVERSATION_TIMEOUT_HOURS` is not a positive whole
   * number.
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
    checkKeyPart(MAKE, "prefix", prefix);
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
   * @param init The conversation that it continues, and data to keep with it.
   * @returns The id, a UUID (version 4).
   * @throws {TypeError} `parent` is not a string, or `data` is not JSON.
   * @throws {RangeError} `parent` is not a UUID, or `data` exceeds `maxBytes`.
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
          `Cannot ${CREATE}: with "data" it must not exceed ${this.#maxBytes} bytes ("maxBytes")`,
        );
      }
      // The key is taken: try another id.
    }
  }

  /**
   * Appends a turn and restarts the TTL of the conversation.
   *
   * @param id The id, in upper or lower case.
   * @param turn The turn.
   * @returns The index of the turn, and the number of turns that can still be appended.
   * @throws {ConversationNotFoundError} There is no such conversation.
   * @throws {ConversationFullError} The turn does not fit; nothing was appended.
   * @throws {TypeError} `id` is not a string, or `turn` is not a turn. Nothing was sent.
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
    const key = this.#prefix + known;
    const reply = this.#journal.append(this.#backend(), key, json, this.#ttl);
    // Memory and files answer at once.
    const appended = isPending(reply) ? await reply : reply;
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
   * Reads a conversation; does not restart its TTL.
   *
   * @param id The id, in upper or lower case.
   * @returns The conversation; `undefined` if there is none.
   * @throws {TypeError} `id` is not a string.
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
   * Reads a conversation and its ancestors. This restarts the TTL of the ancestors, not of the
   * conversation itself. The chain ends where a parent is missing or is already in the chain.
   *
   * @param id The id, in upper or lower case.
   * @param options The maximum number of conversations.
   * @returns The conversations: the oldest ancestor first, the conversation itself last.
   * @throws {ConversationNotFoundError} There is no such conversation.
   * @throws {TypeError} An argument has the wrong type.
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
    options?: ChainOptions,
  ): Promise<Conversation[]> {
    const { maxDepth = DEFAULT_MAX_DEPTH } = readOptions(
      CHAIN,
      options,
      ["maxDepth"],
    );
    checkCount(CHAIN, "maxDepth", maxDepth, "conversations", quoteNumber);
    const last = await this.read(id);
    if (last === undefined) throw new ConversationNotFoundError(id);
    const storage = this.#backend();
    const turns = new Turns();
    const chain = new Map([[last.id, last]]);
    let { parent } = last;
    while (
      parent !== undefined && chain.size < maxDepth && !chain.has(parent)
    ) {
      if (turns.over) await turns.next();
      const ancestor = await this.read(parent);
      if (ancestor === undefined) break;
      await storage.pexpire(this.#prefix + ancestor.id, this.#ttl);
      chain.set(ancestor.id, ancestor);
      parent = ancestor.parent;
    }
    return [...chain.values()].reverse();
  }

  /**
   * Writes a conversation and its ancestors as one text of limited length: the newest turns up to the
   * first that does not fit, shown oldest first, below a note of how many were left out. Restarts the
   * TTL of the ancestors.
   *
   * @param id The id, in upper or lower case.
   * @param options The maximum number of tokens, and how to count and render.
   * @returns The text, whose note is within the limit too, and its numbers.
   * @throws {ConversationNotFoundError} There is no such conversation.
   * @throws {TypeError} An argument, or the result of a function in `options`, has the wrong type.
   * @throws {RangeError} `maxTokens` is negative, `maxDepth` is not a positive whole number, or
   * `countTokens` returned a number that is negative or not finite. An error of a function in
   * `options` is passed on.
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
    const { maxDepth } = own;
    return writeHistory(await this.chain(id, { maxDepth }), own);
  }

  /**
   * Lists all conversations, on a cluster those of all nodes. One that is created or removed meanwhile
   * may be listed or not.
   *
   * @returns The ids and remaining TTLs, in no particular order, for `for await`.
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
   * Deletes a conversation. Conversations that continue it stay.
   *
   * @param id The id, in upper or lower case.
   * @returns Whether it existed.
   * @throws {TypeError} `id` is not a string.
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
    let ids: string[] = [];
    for await (const id of keysUnder(storage, this.#prefix)) {
      if (normalizeId(id) !== id) continue;
      ids.push(id);
      if (ids.length < LIST_AT_ONCE) continue;
      yield* await this.#listed(storage, ids);
      ids = [];
    }
    yield* await this.#listed(storage, ids);
  }

  /** The conversations among some ids, with their remaining TTLs. */
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
      return { id, has, left: Number(left) };
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
  refuse(CREATE, "parent", "be a UUID", parent, true, () => quoteId(parent));
}
