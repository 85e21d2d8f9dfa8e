/**
 * An append-only log in one string key, on any backend. Conversations and event streams stand on it.
 *
 * A log grows with `APPEND`, which is atomic everywhere and keeps the deadline, and nothing in it
 * is ever changed. So what the log says is decided by its own order, and all who read it agree:
 * which records hold under a limit, which of them is the fifth, which was sent twice.
 *
 * An append reads no more than the end of the log, however long it is: each record says what its
 * writer knew of the records before it (see `_journal_line.ts`), and whoever comes next goes on
 * from there. Only what was written meanwhile by others is read back.
 */

import { Fold, type Verdict } from "./_journal_fold.ts";
import { GroupQueue } from "./_journal_queue.ts";
import { KnownPlaces } from "./_journal_places.ts";
import {
  bytesOf,
  headerLine,
  headOf,
  type Limits,
  type Line,
  type Mark,
  MARK_BYTES,
  marksIn,
  type Place,
  readData,
  readMark,
  RECORD,
  recordLine,
  START,
} from "./_journal_line.ts";
import { keyspaceOf } from "../redis/_keyspace_of.ts";
import { isPending, then, together } from "./_replies.ts";
import type { Reply, StorageBackend } from "./storage_backend.ts";

/** The commands that a journal uses, each on one key. */
export type JournalStorage = Pick<
  StorageBackend,
  "append" | "del" | "get" | "getrange" | "pexpire" | "set" | "strlen"
>;

/** A record that was read. */
export interface JournalRecord<T> {
  /** Where the record begins, in bytes from the start of the log. */
  readonly offset: number;
  /** What tells it from all others. */
  readonly nonce: string;
  /** What was appended. */
  readonly data: T;
}

/** A log that was read. */
export interface Log<Header, T> {
  /** What it was made with. */
  readonly header: Header;
  /** The records that hold, oldest first. */
  readonly records: JournalRecord<T>[];
}

/**
 * What came of an append: the record's place among those that hold, from 0, where it begins, and
 * its nonce; which limit refused it (the log is as it was); or that there is no such log.
 */
export type Appended =
  | {
    readonly state: "appended";
    readonly index: number;
    readonly offset: number;
    readonly nonce: string;
  }
  | { readonly state: "full"; readonly limit: keyof Limits }
  | { readonly state: "missing" };

const MISSING: Appended = { state: "missing" };

/** What is to be appended. */
interface NewRecord {
  /** JSON text. */
  readonly data: string;
  readonly ttl: number;
}

/** What a writer knows before it writes. */
interface Knowledge {
  /** A place in the log; what it says of the records before it is so. */
  known: Place;
  /** How many records held, and how many bytes they and the header had, when it looked. */
  count: number;
  size: number;
}

/** Logs of one kind. Any number of processes may use a log at once. */
export class Journal<Header, T> {
  readonly #kind: string;
  readonly #head: string;
  readonly #limits: Limits;
  readonly #places = new KnownPlaces();
  readonly #queue = new GroupQueue<JournalStorage, NewRecord, Appended>(
    (storage, key, records) => this.#appendAmongOthers(storage, key, records),
  );

  /**
   * @param kind Tells these logs from others, and from foreign text.
   * @param limits What a log may hold, as far as appends through this journal go.
   */
  constructor(kind: string, limits: Partial<Limits> = {}) {
    const { maxRecords = Infinity, maxBytes = Infinity } = limits;
    this.#kind = kind;
    this.#head = headOf(kind);
    this.#limits = { maxRecords, maxBytes };
  }

  /**
   * Makes an empty log, unless the key is taken.
   *
   * @param header JSON text.
   * @param ttl A positive whole number of ms.
   * @returns `"created"`; `"taken"`; or `"full"`: the header alone is longer than a log may be.
   */
  create(
    storage: JournalStorage,
    key: string,
    header: string,
    ttl: number,
  ): Reply<"created" | "taken" | "full"> {
    const { text, bytes } = headerLine(this.#kind, header);
    if (bytes > this.#limits.maxBytes) return "full";
    return then(
      storage.set(key, text, "PX", String(ttl), "NX"),
      (reply) => reply === null ? "taken" : "created",
    );
  }

  /**
   * Appends a record and starts the log's ttl again. In a storage of ours that is one step. On a
   * server it takes two round trips, three or four when other processes append at the same moment;
   * what this process appends to one log meanwhile goes out as one, in its order.
   *
   * @param data JSON text.
   * @param ttl A positive whole number of ms.
   */
  append(
    storage: JournalStorage,
    key: string,
    data: string,
    ttl: number,
  ): Reply<Appended> {
    const record = { data, ttl };
    const keyspace = keyspaceOf(storage);
    if (keyspace === undefined) return this.#queue.add(storage, key, record);
    let answer: Reply<Appended> | undefined;
    keyspace.atomically("write", () => {
      const length = storage.strlen(key);
      if (!isPending(length)) {
        answer = this.#appendAlone(storage, key, record, length);
      } else length.catch(() => {});
    });
    // Where replies come later (a storage of ours behind something else), a step holds nothing together.
    return answer ?? this.#queue.add(storage, key, record);
  }

  /** Appends within a step, to a log of some length in bytes. */
  #appendAlone(
    storage: JournalStorage,
    key: string,
    { data, ttl }: NewRecord,
    length: number,
  ): Reply<Appended> {
    const place = this.#places.get(storage, key, length);
    return then(
      place ? { known: place, ...place } : this.#look(storage, key),
      (knowledge) => {
        if (knowledge === undefined) return MISSING;
        const { known, count, size } = knowledge;
        const line = recordLine(this.#kind, data, known, this.#limits);
        const refused = this.#refusal(knowledge, line);
        if (refused !== undefined) return refused;
        const { text, bytes, nonce } = line;
        return then(
          together([storage.append(key, text), storage.pexpire(key, ttl)]),
          ([offset]) => {
            const place = { offset, count: count + 1, size: size + bytes };
            this.#places.set(storage, key, place);
            const start = offset - bytes;
            return { state: "appended", index: count, offset: start, nonce };
          },
        );
      },
    );
  }

  /** Appends records, one after the other, where other processes may append at the same moment. */
  async #appendAmongOthers(
    storage: JournalStorage,
    key: string,
    records: readonly NewRecord[],
  ): Promise<Appended[]> {
    const knowledge = await this.#look(storage, key);
    if (knowledge === undefined) return records.map(() => MISSING);
    const { known } = knowledge;
    let { count, size } = knowledge;
    let text = "";
    let bytes = 0;
    const lines = records.map(({ data }) => {
      const line = recordLine(this.#kind, data, known, this.#limits);
      const refused = this.#refusal({ count, size }, line);
      if (refused !== undefined) return refused;
      count++;
      size += line.bytes;
      text += line.text;
      bytes += line.bytes;
      return line;
    });
    if (text === "") return lines as Appended[];

    const [length, , head, between] = await together([
      storage.append(key, text),
      // After the append: should the key have vanished before, what the append made expires.
      storage.pexpire(key, records.at(-1)!.ttl),
      storage.getrange(key, 0, this.#head.length - 1),
      // What was written by others meanwhile: nothing, as a rule.
      storage.getrange(key, known.offset, -bytes - 1),
    ]);
    let offset = length - bytes;
    // A cluster that sends its clients elsewhere may have done these in another order. So what looks
    // wrong is looked at again.
    const missing = head !== this.#head || offset < known.offset;
    if (missing && !await this.#isThere(storage, key)) {
      return records.map(() => MISSING);
    }
    const gap = offset - known.offset;
    const others = gap === 0
      ? ""
      : bytesOf(between) >= gap
      ? between
      : await storage.getrange(key, known.offset, offset - 1);
    const fold = await this.#fold(storage, key, known, others + text);
    return lines.map((line) => {
      if ("state" in line) return line;
      const at = offset;
      offset += line.bytes;
      return verdictOf(fold.verdict(line.nonce), at, line.nonce);
    });
  }

  /**
   * The answer to a line that does not fit. It never will: then it is not written. Only what loses
   * a race for the last room is written and does not hold: at most as many records as were under
   * way at that time.
   */
  #refusal(
    { count, size }: { count: number; size: number },
    { bytes }: Line,
  ): Appended | undefined {
    const { maxRecords, maxBytes } = this.#limits;
    if (count >= maxRecords) return { state: "full", limit: "maxRecords" };
    if (size + bytes > maxBytes) return { state: "full", limit: "maxBytes" };
    return undefined;
  }

  /** Whether the key holds a log of this kind. */
  has(storage: JournalStorage, key: string): Reply<boolean> {
    return then(
      storage.getrange(key, 0, this.#head.length - 1),
      (head) => head === this.#head,
    );
  }

  /** Whether there is a log that was just appended to. If not, what the append itself has made is removed. */
  async #isThere(storage: JournalStorage, key: string): Promise<boolean> {
    const head = await storage.getrange(key, 0, this.#head.length - 1);
    if (head.startsWith(RECORD)) await storage.del(key);
    return head === this.#head;
  }

  /** The log under a key; `undefined` if there is none, or something else. */
  read(
    storage: JournalStorage,
    key: string,
  ): Reply<Log<Header, T> | undefined> {
    return then(storage.get(key), (text) => {
      const header = text === null ? undefined : this.#header(text);
      if (text === null || header === undefined) return undefined;
      const fold = new Fold(START);
      fold.header(header.mark);
      const rest = text.slice(header.line.length);
      const records = this.#records(rest, bytesOf(header.line), fold);
      return { header: header.data, records };
    });
  }

  /**
   * The records that come after one.
   *
   * @param offset Where that one begins, as `append` has answered.
   * @param nonce Its nonce.
   * @returns `undefined` if there is no such record (any more).
   */
  readAfter(
    storage: JournalStorage,
    key: string,
    offset: number,
    nonce: string,
  ): Reply<JournalRecord<T>[] | undefined> {
    return then(storage.getrange(key, offset, -1), (text) => {
      const records = this.#records(text, offset, new Fold(START));
      const [first] = records;
      if (first?.offset !== offset || first.nonce !== nonce) return undefined;
      return records.slice(1);
    });
  }

  /** Removes a log. Whether there was one; anything else stays. */
  delete(storage: JournalStorage, key: string): Reply<boolean> {
    return then(
      this.has(storage, key),
      (has) => has && then(storage.del(key), (count) => count > 0),
    );
  }

  /** What the end of a log says; `undefined` if there is no log. */
  #look(storage: JournalStorage, key: string): Reply<Knowledge | undefined> {
    return then(
      together([
        storage.getrange(key, -MARK_BYTES, -1),
        // Last, so that what was appended since the end was read shows.
        storage.strlen(key),
      ]),
      ([end, length]) => {
        if (length === 0) return undefined;
        const mark = end.endsWith("\n")
          ? readMark(end.slice(0, -1))
          : undefined;
        if (mark?.kind !== this.#kind) {
          // Something else was written at the end, or the whole is no log: look at all of it.
          return this.#lookFrom(storage, key, START);
        }
        const { known, bytes } = mark;
        // Others wrote between the last writer's look and its line.
        if (known.offset + bytes !== length) {
          return this.#lookFrom(storage, key, known);
        }
        const count = known.count + (known.offset === 0 ? 0 : 1);
        const size = known.size + bytes;
        return { known: { offset: length, count, size }, count, size };
      },
    );
  }

  #lookFrom(
    storage: JournalStorage,
    key: string,
    known: Place,
  ): Reply<Knowledge | undefined> {
    return then(storage.getrange(key, known.offset, -1), (text) => {
      const fromStart = known.offset === 0;
      // It has vanished, or was cut short, or is no log after all.
      if (text === "" || fromStart && this.#header(text) === undefined) {
        return undefined;
      }
      return then(this.#fold(storage, key, known, text), (fold) => {
        const { count, size } = fold;
        // Bytes that are no text read as U+FFFD, which no record holds: where it ends is not known.
        const place = text.includes("\ufffd")
          ? known
          : { offset: known.offset + bytesOf(text), count, size };
        return { known: place, count, size };
      });
    });
  }

  /** Folds the part of a log that begins at a known place. */
  #fold(
    storage: JournalStorage,
    key: string,
    known: Place,
    text: string,
  ): Reply<Fold> {
    const marks = [...marksIn(this.#kind, text)];
    const fold = new Fold(known);
    const take = (): Fold => {
      const header = known.offset === 0 ? this.#header(text) : undefined;
      if (header !== undefined) fold.header(header.mark);
      for (const mark of marks) fold.record(mark);
      return fold;
    };
    // A record whose writer looked before that place may be there twice, the first time before it.
    const from = Math.min(...marks.map(({ known }) => known.offset));
    if (from >= known.offset) return take();
    return then(storage.getrange(key, from, known.offset - 1), (before) => {
      fold.skip(marksIn(this.#kind, before));
      return take();
    });
  }

  /** The records of a part of a log that hold; `offset` is where the part begins. */
  #records(text: string, offset: number, fold: Fold): JournalRecord<T>[] {
    const records: JournalRecord<T>[] = [];
    const head = RECORD.slice(1);
    for (const line of text.split("\n")) {
      const mark = line.startsWith(head) ? readMark(line) : undefined;
      const read = mark?.kind === this.#kind && readData<T>(line, head);
      if (mark && read && fold.record(mark)?.holds) {
        // It begins with the line break before it.
        records.push({
          offset: offset - 1,
          nonce: mark.nonce,
          data: read.data,
        });
      }
      offset += mark === undefined ? bytesOf(line) + 1 : mark.bytes - 1;
    }
    return records;
  }

  /** The header at the start of a log, its line break included. */
  #header(
    text: string,
  ): { line: string; mark: Mark; data: Header } | undefined {
    if (!text.startsWith(this.#head)) return undefined;
    const end = text.indexOf("\n");
    const line = end === -1 ? text : text.slice(0, end);
    const mark = readMark(line);
    const read = readData<Header>(line, this.#head);
    if (mark === undefined || read === undefined) return undefined;
    return { line: text.slice(0, line.length + 1), mark, data: read.data };
  }
}

function verdictOf(
  verdict: Verdict | undefined,
  offset: number,
  nonce: string,
): Appended {
  // It was there a moment ago.
  if (verdict === undefined) return MISSING;
  return verdict.holds
    ? { state: "appended", index: verdict.index, offset, nonce }
    : { state: "full", limit: verdict.limit };
}
