/**
 * A working memory for agents: threads of turns, each under an id, each of
 * which is forgotten when nothing was added to it for as long as it lives.
 *
 * A thread is a conversation of `@mayfly/store/conversations`: wherever the
 * storage keeps it, any number of servers may append to it at once.
 */

import { ExpiringStore, type StorageBackend } from "@mayfly/store";
import {
  ConversationNotFoundError,
  Conversations,
} from "@mayfly/store/conversations";
import type { Role, Thread, Turn } from "./thread.ts";

/** How large a thread may become. */
export interface ThreadLimits {
  maxTurns?: number;
  /** As they are stored. */
  maxBytes?: number;
}

/** How long a thread lives after its last turn, unless it is told otherwise. */
export const DEFAULT_TTL_SECONDS = 3 * 60 * 60;

const PREFIX = "thread:";
const DEFAULT_LIMITS: ThreadLimits = { maxTurns: 1_000, maxBytes: 1024 * 1024 };

/** Threads in a storage. */
export class WorkingMemory {
  readonly #storage: StorageBackend;
  readonly #limits: ThreadLimits;
  /** The ttl of threads by id, in seconds: so that not each turn looks it up. */
  readonly #ttls = new ExpiringStore<string, number>({
    maxEntries: 10_000,
    sweepInterval: Infinity,
  });

  constructor(storage: StorageBackend, limits: ThreadLimits = {}) {
    this.#storage = storage;
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /** Starts an empty thread that lives for `ttlSeconds` and returns its id. */
  async start(ttlSeconds: number = DEFAULT_TTL_SECONDS): Promise<string> {
    const data = { ttlSeconds };
    const id = await this.#living(ttlSeconds).create({ data });
    this.#ttls.set(id, ttlSeconds);
    return id;
  }

  /**
   * Adds a turn to a thread, which starts the thread's time again, and returns
   * how many turns it has now.
   */
  append(id: string, turn: Turn): Promise<number> {
    return orForgotten(id, async () => {
      const ttlSeconds = this.#ttls.get(id) ?? await this.#readTtl(id);
      const { index } = await this.#living(ttlSeconds).append(id, turn);
      return index + 1;
    });
  }

  /** Reads a thread back. That does not prolong its life. */
  async read(id: string): Promise<Thread> {
    const conversation = await this.#living().read(id);
    if (conversation === undefined) throw forgotten(id);
    const key = PREFIX + conversation.id;
    const millisecondsLeft = await this.#storage.pttl(key);
    return {
      turns: conversation.turns.map(({ role, content }) => ({
        role: role as Role,
        content,
      })),
      secondsLeft: millisecondsLeft / 1000,
    };
  }

  /** The conversations, which live for `ttlSeconds` after a turn. */
  #living(ttlSeconds: number = DEFAULT_TTL_SECONDS): Conversations {
    return new Conversations({
      storage: this.#storage,
      ttl: ttlSeconds * 1000,
      prefix: PREFIX,
      ...this.#limits,
    });
  }

  /** How long a thread lives, which it has known since it was started. */
  async #readTtl(id: string): Promise<number> {
    const conversation = await this.#living().read(id);
    if (conversation === undefined) throw forgotten(id);
    const { ttlSeconds } = conversation.data as { ttlSeconds: number };
    this.#ttls.set(id, ttlSeconds);
    return ttlSeconds;
  }
}

/** The result, with this memory's own words for a thread that is not there. */
async function orForgotten<T>(id: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof ConversationNotFoundError ? forgotten(id) : error;
  }
}

function forgotten(id: string): Error {
  return new Error(
    `No thread "${id}": it has expired, or it was never started`,
  );
}
