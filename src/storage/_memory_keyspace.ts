/** The keyspace that the Redis commands work on, in memory. */

import { LiveMap, type LiveMapOptions } from "../store/_live_map.ts";
import { ReplyError, StoreFullError } from "../errors.ts";
import type { Logger } from "../logger.ts";
import type { Keyspace, StoredValue } from "../redis/keyspace.ts";

/** What {@linkcode MemoryKeyspace} is made of. */
export interface MemoryKeyspaceOptions extends
  Pick<
    LiveMapOptions<string, StoredValue>,
    "sweepInterval" | "now" | "bounds"
  > {
  logger: Logger | undefined;
}

/** The entries of an expiring store as a keyspace. Lines are logged with keys, never with values. */
export class MemoryKeyspace implements Keyspace {
  readonly #entries: LiveMap<string, StoredValue>;
  readonly #logger: Logger | undefined;

  constructor(options: MemoryKeyspaceOptions) {
    const { logger } = options;
    this.#logger = logger;
    this.#entries = new LiveMap<string, StoredValue>({
      ...options,
      ttl: Infinity,
      sliding: false,
      maxAge: Infinity,
      onRemove: logger && ((_value, key, reason) => {
        if (reason === "expired" || reason === "evicted") {
          logger.debug(`Key ${key} ${reason}`);
        }
      }),
      onError: logger && ((error) => logger.error(String(error))),
      onSweep: logger && ((count) => {
        logger.debug(`Swept ${count} expired ${count === 1 ? "key" : "keys"}`);
      }),
    });
  }

  now(): number {
    return this.#entries.now();
  }

  get(key: string): StoredValue | undefined {
    const value = this.#entries.get(key);
    if (this.#logger !== undefined && value !== undefined) {
      this.#logger.debug(`Retrieved key ${key}`);
    }
    return value;
  }

  set(
    key: string,
    value: StoredValue,
    deadline?: number,
    _now?: number,
  ): void {
    try {
      if (deadline === undefined) this.#entries.setKeepingTtl(key, value);
      else if (deadline === Infinity) this.#entries.set(key, value);
      else this.#entries.setUntil(key, value, deadline);
    } catch (error) {
      if (!(error instanceof StoreFullError)) throw error;
      throw new ReplyError(
        "OOM command not allowed when used memory > 'maxmemory'.",
      );
    }
    if (this.#logger !== undefined) this.#logStored(key, deadline);
  }

  #logStored(key: string, deadline = Infinity): void {
    const ttl = Math.round(deadline - this.now()) / 1000;
    // What is past was not stored.
    if (ttl <= 0) return;
    this.#logger!.debug(
      `Stored key ${key}${ttl < Infinity ? ` with TTL ${ttl}s` : ""}`,
    );
  }

  deadline(key: string, now?: number): number | undefined {
    return this.#entries.deadline(key, now);
  }

  expire(key: string, deadline: number): boolean {
    return this.#entries.expireAt(key, deadline);
  }

  delete(key: string): boolean {
    return this.#entries.delete(key);
  }

  get size(): number {
    return this.#entries.count();
  }

  clear(): void {
    this.#entries.clear();
  }

  keys(): IterableIterator<string> {
    return this.#entries.walk((key) => key);
  }

  scan(cursor: number, count: number): [cursor: number, keys: string[]] {
    return this.#entries.scan(cursor, count);
  }

  random(): string | undefined {
    return this.#entries.randomKey();
  }

  /** Stops the sweeper. */
  shutdown(): void {
    this.#entries.shutdown();
  }
}
