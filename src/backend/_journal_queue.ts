/** Groups the writes of one process to one log: what arrives during a write is sent as one. */

interface Waiting<T, R> {
  readonly item: T;
  resolve(result: R): void;
  reject(error: unknown): void;
}

/** The maximum number of items in a group. */
const MAX_GROUP = 128;

/** A queue for each key of each storage. The items of one key are processed in order, in groups. */
export class GroupQueue<Owner extends object, T, R> {
  readonly #work: (owner: Owner, key: string, items: T[]) => Promise<R[]>;
  readonly #queues = new WeakMap<Owner, Map<string, Waiting<T, R>[]>>();

  /** @param work Processes some items of one key; returns a result for each. */
  constructor(
    work: (owner: Owner, key: string, items: T[]) => Promise<R[]>,
  ) {
    this.#work = work;
  }

  /** Adds an item. If the queue is empty, it is processed at once. */
  add(owner: Owner, key: string, item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      let queues = this.#queues.get(owner);
      if (queues === undefined) {
        this.#queues.set(owner, queues = new Map());
      }
      const waiting = { item, resolve, reject };
      const queue = queues.get(key);
      if (queue !== undefined) {
        queue.push(waiting);
        return;
      }
      queues.set(key, [waiting]);
      this.#drain(owner, key, queues);
    });
  }

  async #drain(
    owner: Owner,
    key: string,
    queues: Map<string, Waiting<T, R>[]>,
  ): Promise<void> {
    const queue = queues.get(key) as Waiting<T, R>[];
    while (queue.length > 0) {
      const group = queue.splice(0, MAX_GROUP);
      try {
        const items = group.map(({ item }) => item);
        const results = await this.#work(owner, key, items);
        group.forEach(({ resolve }, i) => resolve(results[i] as R));
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    queues.delete(key);
  }
}
