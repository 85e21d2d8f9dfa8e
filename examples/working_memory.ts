/**
 * A working memory for agents: threads of turns, each under an id, each of
 * which is forgotten when nothing was added to it for as long as it lives.
 *
 * A thread is one JSON string under `thread:<uuid>`. Nothing here knows what
 * keeps it: the store of this process, or a Redis client in its place. That is
 * why each reply is awaited.
 */

import type { StorageBackend } from "@mayfly/store";

/** What the memory needs of a backend. */
export type ThreadStorage = Pick<StorageBackend, "get" | "setex" | "pttl">;

/** Who may speak in a thread. */
export const ROLES = ["system", "user", "assistant", "tool"] as const;

/** One of {@linkcode ROLES}. */
export type Role = typeof ROLES[number];

/** One thing that was said. */
export interface Turn {
  role: Role;
  content: string;
}

/** A thread as it is read back. */
export interface Thread {
  turns: Turn[];
  /** The time until the thread is forgotten, in seconds. */
  secondsLeft: number;
}

/** A thread as it is stored. */
interface StoredThread {
  ttlSeconds: number;
  turns: Turn[];
}

/** How long a thread lives after its last turn, unless it is told otherwise. */
export const DEFAULT_TTL_SECONDS = 3 * 60 * 60;

/** Threads in a {@linkcode ThreadStorage}. Make one for each process. */
export class WorkingMemory {
  readonly #storage: ThreadStorage;
  #lastUpdate: Promise<unknown> = Promise.resolve();

  constructor(storage: ThreadStorage) {
    this.#storage = storage;
  }

  /** Starts an empty thread that lives for `ttlSeconds` and returns its id. */
  async start(ttlSeconds: number = DEFAULT_TTL_SECONDS): Promise<string> {
    const id = crypto.randomUUID();
    await this.#store(id, { ttlSeconds, turns: [] });
    return id;
  }

  /**
   * Adds a turn to a thread, which starts the thread's time again, and returns
   * how many turns it has now.
   */
  append(id: string, turn: Turn): Promise<number> {
    return this.#oneAtATime(async () => {
      const thread = parseThread(id, await this.#storage.get(keyOf(id)));
      thread.turns.push(turn);
      await this.#store(id, thread);
      return thread.turns.length;
    });
  }

  /** Reads a thread back. That does not prolong its life. */
  async read(id: string): Promise<Thread> {
    const [millisecondsLeft, json] = await Promise.all([
      this.#storage.pttl(keyOf(id)),
      this.#storage.get(keyOf(id)),
    ]);
    const { turns } = parseThread(id, json);
    return { turns, secondsLeft: millisecondsLeft / 1000 };
  }

  async #store(id: string, thread: StoredThread): Promise<void> {
    await this.#storage.setex(
      keyOf(id),
      thread.ttlSeconds,
      JSON.stringify(thread),
    );
  }

  /**
   * Runs one update after another. An update reads, waits, and writes: without
   * this, of two turns that arrive at once the second would undo the first.
   */
  #oneAtATime<T>(update: () => Promise<T>): Promise<T> {
    const result = this.#lastUpdate.then(update);
    this.#lastUpdate = result.catch(() => {});
    return result;
  }
}

function keyOf(id: string): string {
  return `thread:${id}`;
}

function parseThread(id: string, json: string | null): StoredThread {
  if (json === null) {
    throw new Error(
      `No thread "${id}": it has expired, or it was never started`,
    );
  }
  return JSON.parse(json);
}
