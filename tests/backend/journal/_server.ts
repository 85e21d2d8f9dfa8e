/**
 * A server in this process, to try every order in which commands of several connections can reach
 * one: commands of a connection are done in their order, and which connection is next is up to
 * the test.
 */

import { InMemoryStorage, type StorageBackend } from "@mayfly/store";

type Command = (...args: unknown[]) => unknown;

interface Waiting {
  run(): void;
}

/** What a test may do when a command has come to the server, before it is done there. */
export type Hook = (command: string, args: unknown[]) => void;

/** The server, which keeps its keys in memory. */
export class TestServer {
  readonly storage: InMemoryStorage;
  readonly #queues: Waiting[][] = [];
  readonly #pick: () => number;
  readonly #isOrdered: boolean;
  #working = false;
  /** How many commands were done. */
  commands = 0;
  /** How many times a connection had several commands under way, and how many they were: round trips. */
  roundTrips = 0;
  /** How many characters the replies had. */
  replied = 0;

  /**
   * @param pick Says who is next: a number from 0 (included) to 1 (excluded).
   * @param storage Where it keeps its keys.
   * @param isOrdered Whether commands of a connection are done in their order; else as `pick` says,
   * as where a cluster sends its clients elsewhere.
   */
  constructor(
    pick: () => number = () => 0,
    storage: InMemoryStorage = new InMemoryStorage(),
    isOrdered: boolean = true,
  ) {
    this.#pick = pick;
    this.storage = storage;
    this.#isOrdered = isOrdered;
  }

  /** A client of this server. */
  connect(hook: Hook = () => {}): StorageBackend {
    const queue: Waiting[] = [];
    this.#queues.push(queue);
    return new Proxy({}, {
      get: (_target, name) => {
        const command: unknown = Reflect.get(this.storage, name);
        if (typeof command !== "function" || name === "batch") return undefined;
        return (...args: unknown[]) =>
          this.#send(queue, () => {
            hook(String(name), args);
            return (command as Command).apply(this.storage, args);
          });
      },
    }) as StorageBackend;
  }

  #send(queue: Waiting[], run: () => unknown): Promise<unknown> {
    if (queue.length === 0) this.roundTrips++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    queue.push({
      run: () => {
        this.commands++;
        try {
          const reply = run();
          this.replied += String(reply).length;
          resolve(reply);
        } catch (error) {
          reject(error);
        }
      },
    });
    this.#work();
    return promise;
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    for (;;) {
      // Who has read a reply may send the next command meanwhile.
      for (let i = 0; i < 10; i++) await Promise.resolve();
      const busy = this.#queues.filter((queue) => queue.length > 0);
      if (busy.length === 0) break;
      const queue = busy[Math.floor(this.#pick() * busy.length)]!;
      const next = this.#isOrdered
        ? 0
        : Math.floor(this.#pick() * queue.length);
      queue.splice(next, 1)[0]!.run();
    }
    this.#working = false;
  }
}

/** Numbers from 0 to 1 that are the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed * 2654435761 >>> 0;
  return () => {
    state = state + 0x6d2b79f5 >>> 0;
    let t = Math.imul(state ^ state >>> 15, state | 1);
    t ^= t + Math.imul(t ^ t >>> 7, t | 61);
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
  };
}
