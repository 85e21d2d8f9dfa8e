import { SqliteStorage } from "@mayfly/store/sqlite";
import { Folder } from "../../storage/sqlite/_support.ts";
import type { MakeStorage } from "./replay.ts";

/** A storage that a sequence leaves open for the next one. */
class LastingStorage extends SqliteStorage {
  override [Symbol.dispose](): void {}
}

/** One file for all sequences, empty at the start of each, on the clock of each. */
export class FileForSequences {
  readonly #folder = new Folder();
  #now: () => number = Date.now;
  readonly #storage = new LastingStorage(this.#folder.file(), {
    now: () => this.#now(),
    sweepInterval: Infinity,
  });

  readonly make: MakeStorage = (now) => {
    this.#now = now;
    this.#storage.flushall();
    return this.#storage;
  };

  [Symbol.dispose](): void {
    this.#storage.close();
    this.#folder[Symbol.dispose]();
  }
}
