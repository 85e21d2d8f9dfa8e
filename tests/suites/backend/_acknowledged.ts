/** Writers that keep what a backend has acknowledged, to compare it with what is there in the end. */

import { type StorageBackend, update } from "@mayfly/store";
import { Conversations } from "@mayfly/store/conversations";
import { assertEquals } from "@std/assert";

/** Writes to some places, each time something of its own. */
export interface Writer {
  /** How many writes were acknowledged. */
  readonly count: number;
  /** Why the last write to each place failed that did. */
  readonly errors: ReadonlyMap<string, string>;
  /** Makes a place. */
  start(): Promise<string>;
  /** Writes to a place; whether the backend said that it did. */
  write(place: string): Promise<boolean>;
  /** Asserts that all that was acknowledged is there. */
  check(): Promise<void>;
}

abstract class Acknowledged implements Writer {
  count = 0;
  readonly errors = new Map<string, string>();
  #next = 0;

  abstract start(): Promise<string>;
  abstract check(): Promise<void>;
  protected abstract send(place: string, text: string): Promise<void>;

  async write(place: string): Promise<boolean> {
    try {
      await this.send(place, `<${this.#next++}>`);
      this.count++;
      return true;
    } catch (error) {
      this.errors.set(place, String(error));
      return false;
    }
  }
}

/** Adds marks to values by `update`. */
export class UpdatingWriter extends Acknowledged {
  readonly #storage: StorageBackend;
  readonly #acknowledged: [key: string, mark: string][] = [];

  constructor(storage: StorageBackend) {
    super();
    this.#storage = storage;
  }

  // deno-lint-ignore require-await
  async start(): Promise<string> {
    return `key:${crypto.randomUUID()}`;
  }

  protected async send(key: string, mark: string): Promise<void> {
    await update(this.#storage, key, (value) => (value ?? "") + mark);
    this.#acknowledged.push([key, mark]);
  }

  async check(): Promise<void> {
    for (const [key, mark] of this.#acknowledged) {
      const value = await this.#storage.get(key) ?? "";
      assertEquals(value.split(mark).length, 2, `${mark} of ${key}`);
    }
  }
}

/** Appends turns to conversations. */
export class TalkingWriter extends Acknowledged {
  readonly #conversations: Conversations;
  /** The contents, by id and index. */
  readonly #acknowledged = new Map<string, string[]>();

  constructor(storage: StorageBackend) {
    super();
    this.#conversations = new Conversations({ storage, ttl: 600_000 });
  }

  async start(): Promise<string> {
    const id = await this.#conversations.create();
    this.#acknowledged.set(id, []);
    return id;
  }

  protected async send(id: string, content: string): Promise<void> {
    const turn = { role: "user", content };
    const { index } = await this.#conversations.append(id, turn);
    this.#acknowledged.get(id)![index] = content;
  }

  /** What was not acknowledged is there once or not at all. */
  async check(): Promise<void> {
    for (const [id, acknowledged] of this.#acknowledged) {
      const { turns } = (await this.#conversations.read(id))!;
      const contents = turns.map(({ content }) => content);
      assertEquals(new Set(contents).size, contents.length);
      acknowledged.forEach((content, index) => {
        assertEquals(contents[index], content);
      });
    }
  }
}
