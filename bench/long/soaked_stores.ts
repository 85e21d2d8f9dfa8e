/** The stores of the soak, each with random calls that know the right answers. */
import { ExpiringStore, InMemoryStorage } from "../../mod.ts";

/** What one store under load can do. */
export interface Soaked {
  name: string;
  /** Makes one random call and checks what it answers. */
  act(random: () => number): void;
  /** How many entries live. */
  size(): number;
  /** The counters at the end. */
  summary(): string;
  /** Stops the sweeper. */
  stop(): void;
}

interface Thread {
  key: string;
  /** When it must be gone, in ms since the epoch. */
  deadline: number;
  turns: string[];
}

const KEYS = 50_000;
const MOST_TTL = 8000;

function keyOf(random: () => number): string {
  // A few keys are asked for much more often than the others.
  return `thread:${Math.floor(random() ** 3 * KEYS)}`;
}

function check(isRight: boolean, what: string): void {
  if (!isRight) throw new Error(`Wrong: ${what}`);
}

/** A store of objects, of any options. */
export class SoakedStore implements Soaked {
  readonly name: string;
  readonly #store: ExpiringStore<string, Thread>;
  readonly #most: number;
  #removed = 0;
  #added = 0;

  constructor(
    name: string,
    options: ConstructorParameters<typeof ExpiringStore<string, Thread>>[0],
  ) {
    this.name = name;
    this.#most = options?.maxEntries ?? Infinity;
    this.#store = new ExpiringStore<string, Thread>({
      ...options,
      ttl: MOST_TTL / 2,
      sweepInterval: 500,
      onRemove: () => {
        this.#removed++;
      },
    });
  }

  act(random: () => number): void {
    const key = keyOf(random);
    const what = random();
    if (what < 0.45) {
      const before = Date.now();
      const thread = this.#store.get(key);
      if (thread === undefined) return;
      check(thread.key === key, `${this.name} has another value under the key`);
      check(thread.deadline > before, `${this.name} returned an expired value`);
    } else if (what < 0.8) {
      const ttl = 1 + random() * MOST_TTL;
      const thread = { key, deadline: 0, turns: [`turn ${what}`, key] };
      this.#store.set(key, thread, ttl);
      // After the call: no earlier than the store's own deadline.
      thread.deadline = Date.now() + ttl;
      this.#added++;
    } else if (what < 0.93) {
      const ttl = 1 + random() * MOST_TTL;
      const thread = this.#store.peek(key);
      if (thread === undefined || !this.#store.touch(key, ttl)) return;
      thread.deadline = Date.now() + ttl;
    } else if (what < 0.98) {
      this.#store.delete(key);
    } else if (what < 0.999) {
      const made = { key, deadline: 0, turns: [] };
      const thread = this.#store.getOrInsertComputed(key, () => made);
      if (thread !== made) return;
      made.deadline = Date.now() + MOST_TTL / 2;
      this.#added++;
    } else {
      check(
        this.#store.size <= this.#most,
        `${this.name} holds more than ${this.#most}`,
      );
    }
  }

  size(): number {
    return this.#store.size;
  }

  summary(): string {
    const { hits, misses, expired, evicted } = this.#store.stats();
    // Each that was added is there or was removed, exactly once.
    const { size } = this.#store;
    check(
      this.#added === this.#removed + size,
      `${this.name} added ${this.#added}, removed ${this.#removed}, holds ${size}`,
    );
    return `${this.#added} set, ${hits} hits, ${misses} misses, ${expired} expired, ${evicted} evicted`;
  }

  stop(): void {
    this.#store.shutdown();
  }
}

/** The Redis look-alike. */
export class SoakedStorage implements Soaked {
  readonly name = "storage";
  readonly #storage = new InMemoryStorage({
    timeoutHours: 1,
    sweepInterval: 500,
  });
  #calls = 0;

  act(random: () => number): void {
    const storage = this.#storage;
    const key = keyOf(random);
    const what = random();
    this.#calls++;
    if (what < 0.4) {
      const value = storage.get(key);
      if (value === null) return;
      check(value.startsWith(key), "the storage has another value");
    } else if (what < 0.7) {
      storage.psetex(
        key,
        1 + Math.floor(random() * MOST_TTL),
        `${key} ${what}`,
      );
    } else if (what < 0.8) {
      storage.append(key, "+");
      if (storage.strlen(key) < 10) storage.del(key);
      else storage.pexpire(key, 1 + Math.floor(random() * MOST_TTL));
    } else if (what < 0.9) {
      storage.pexpire(key, 1 + Math.floor(random() * MOST_TTL));
    } else if (what < 0.95) {
      storage.del(key);
    } else if (what < 0.99) {
      storage.incr("counter");
      storage.pexpire("counter", MOST_TTL);
    } else {
      const left = storage.pttl(key);
      check(left === -2 || left >= 0, "a key of the storage never expires");
    }
  }

  size(): number {
    return this.#storage.dbsize();
  }

  summary(): string {
    return `${this.#calls} calls`;
  }

  stop(): void {
    this.#storage.shutdown();
  }
}
