/**
 * An append-only log in one string key, on any backend. Conversations and event streams are logs.
 *
 * A log grows with `APPEND`, which is atomic everywhere and keeps the deadline; nothing in it is ever
 * changed. Its order therefore decides, for every reader alike, which records are valid under a
 * limit, what index each has, and which was sent twice.
 *
 * An append reads only the end of the log, whatever its length: each record contains what its writer
 * knew of the records before it (see `_journal_line.ts`), and the next writer starts from there.
 * It reads back only what others have written since.
 */

import { Fold, type Verdict } from "./_journal_fold.ts";
import { GroupQueue } from "./_journal_queue.ts";
import { forgetEnd, knownEnd, rememberEnd } from "./_journal_places.ts";
import {
  bytesOf,
  END_BYTES,
  headerLine,
  headOf,
  type Limits,
  type Line,
  type LineMark,
  marksIn,
  type Place,
  readData,
  readMark,
  RECORD,
  recordLine,
  START,
} from "./_journal_line.ts";
import { plainKeyspaceOf } from "../redis/_keyspace_of.ts";
import { checkLength } from "../redis/_values.ts";
import type { Keyspace } from "../redis/keyspace.ts";
import { ifString, then, together } from "./_replies.ts";
import type { Reply, StorageBackend } from "./storage_backend.ts";

/** The commands that a journal uses, each on one key. */
export type JournalStorage = Pick<
  StorageBackend,
  "append" | "del" | "get" | "getrange" | "pexpire" | "set" | "strlen"
>;

/** A record of a log. */
export interface JournalRecord<T> {
  /** The start of the record, in bytes from the start of the log. */
  readonly offset: number;
  /** The nonce that identifies it. */
  readonly nonce: string;
  /** The data that was appended. */
  readonly data: T;
}

/** A log. */
export interface Log<Header, T> {
  /** The data that it was created with. */
  readonly header: Header;
  /** The valid records, oldest first. */
  readonly records: JournalRecord<T>[];
}

/**
 * The result of an append: `"appended"` with the record's index among the valid ones (from 0), its
 * offset and nonce; `"full"` with the limit that refused it (the log is unchanged); or `"missing"`:
 * there is no such log.
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

/** How long, in ms, a deleted log keeps its key if the process ends before it has removed it. */
const DELETED_TTL = "300000";

/** A record to append. */
interface NewRecord {
  /** JSON text. */
  readonly data: string;
  readonly ttl: number;
}

/** What a writer knows of a log before it writes. */
interface Knowledge {
  /** A place in the log whose numbers are certain. */
  known: Place;
  /** The number of valid records, and the bytes of these and the header, at the time of the look. */
  count: number;
  size: number;
}

/** Logs of one kind. Any number of processes may use one log at the same time. */
export class Journal<Header, T> {
  readonly #kind: string;
  readonly #head: string;
  readonly #limits: Limits;
  readonly #queue = new GroupQueue<JournalStorage, NewRecord, Appended>(
    (storage, key, records) => this.#appendAmongOthers(storage, key, records),
  );

  /**
   * @param kind The kind, by which these logs are told from others and from foreign text.
   * @param limits The limits for appends through this journal.
   */
  constructor(kind: string, limits: Partial<Limits> = {}) {
    const { maxRecords = Infinity, maxBytes = Infinity } = limits;
    this.#kind = kind;
    this.#head = headOf(kind);
    this.#limits = { maxRecords, maxBytes };
  }

  /**
   * Creates an empty log, unless the key exists.
   *
   * @param header JSON text.
   * @param ttl A positive whole number of ms.
   * @returns `"created"`; `"taken"`; or `"full"`: the header alone exceeds `maxBytes`.
   */
  create(
    storage: JournalStorage,
    key: string,
    header: string,
    ttl: number,
  ): Reply<"created" | "taken" | "full"> {
    const { text, bytes } = headerLine(this.#kind, header);
    if (bytes > this.#limits.maxBytes) return "full";
    forgetEnd(storage, key);
    return then(storage.set(key, text, "PX", String(ttl), "NX"), (reply) => {
      if (reply !== null) return "created";
      // A client that lost the reply and sent the command again finds its own header, nonce and all.
      const found = ifString(storage.getrange(key, 0, bytes - 1));
      return then(found, (found) => found === text ? "created" : "taken");
    });
  }

  /**
   * Appends a record and restarts the log's TTL. In a storage of this package that is one atomic
   * step. On a server it takes two round trips, one more after a record of over 4 kB, and one or two
   * more when other processes append at the same moment; what this process appends to the log
   * meanwhile is sent as one, in order.
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
    const keyspace = plainKeyspaceOf(storage);
    if (keyspace === undefined) return this.#queue.add(storage, key, record);
    return keyspace.atomically(
      "write",
      () => this.#appendAlone(storage, keyspace, key, record),
      true,
    );
  }

  /** Appends within an atomic step, without commands, which cost more than all the rest. */
  #appendAlone(
    storage: JournalStorage,
    keyspace: Keyspace,
    key: string,
    { data, ttl }: NewRecord,
  ): Appended {
    const start = keyspace.length(key) ?? 0;
    const { undone } = keyspace;
    const kind = this.#kind;
    let end = knownEnd(keyspace, key);
    // The same log still: nobody else has written, and nothing was undone.
    const isKnown = undone !== undefined && end?.undone === undone &&
      end.offset === start && end.kind === kind;
    // The replies of such a storage are not promises.
    const knowledge = end && isKnown
      ? { known: end, count: end.count, size: end.size }
      : this.#look(storage, key) as Knowledge | undefined;
    if (knowledge === undefined) return MISSING;
    const { known, count, size } = knowledge;
    const line = recordLine(kind, data, known, this.#limits);
    const refused = this.#refusal(knowledge, line);
    if (refused !== undefined) return refused;
    const { text, bytes, nonce } = line;
    checkLength(start + bytes);
    // Before the append: after it nothing may fail.
    const now = keyspace.now();
    const offset = keyspace.append(key, text);
    keyspace.expire(key, now + ttl, now);
    end ??= rememberEnd(keyspace, key);
    end.kind = kind;
    end.undone = undone;
    end.offset = offset;
    end.count = count + 1;
    end.size = size + bytes;
    return { state: "appended", index: count, offset: start, nonce };
  }

  /** Appends records in order, while other processes may append too. */
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
      // After the append: if the key had expired, what the append has created expires too.
      storage.pexpire(key, records.at(-1)!.ttl),
      storage.getrange(key, 0, this.#head.length - 1),
      // The records of others since the look: usually none.
      storage.getrange(key, known.offset, -bytes - 1),
    ]);
    let offset = Number(length) - bytes;
    // A cluster that redirects its clients may have run these commands in another order, so look again
    // before saying that the log is missing.
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
    const fold = await this.#fold(storage, key, known, others);
    return lines.map((line) => {
      if ("state" in line) return line;
      const { nonce, bytes } = line;
      const at = offset;
      offset += bytes;
      fold.record({ nonce, bytes, limits: this.#limits });
      return verdictOf(fold.verdict(nonce), at, nonce);
    });
  }

  /**
   * The answer to a line that does not fit; such a line is not written. A record that loses a race
   * for the last room is written and not valid.
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
      ifString(storage.getrange(key, 0, this.#head.length - 1)),
      (head) => head === this.#head,
    );
  }

  /** Whether a log that was just appended to exists. If not, removes what the append has created. */
  async #isThere(storage: JournalStorage, key: string): Promise<boolean> {
    const head = await storage.getrange(key, 0, this.#head.length - 1);
    if (head.startsWith(RECORD)) await storage.del(key);
    return head === this.#head;
  }

  /** The log under a key; `undefined` if there is none, or foreign data. */
  read(
    storage: JournalStorage,
    key: string,
  ): Reply<Log<Header, T> | undefined> {
    return then(ifString(storage.get(key)), (text = null) => {
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
   * The records after a given one.
   *
   * @param offset The offset of that one, as `append` returned it.
   * @param nonce The nonce of that one.
   * @returns `undefined` if the log does not contain that one.
   */
  readAfter(
    storage: JournalStorage,
    key: string,
    offset: number,
    nonce: string,
  ): Reply<JournalRecord<T>[] | undefined> {
    return then(ifString(storage.getrange(key, offset, -1)), (text = "") => {
      const records = this.#records(text, offset, new Fold(START));
      const [first] = records;
      if (first?.offset !== offset || first.nonce !== nonce) return undefined;
      return records.slice(1);
    });
  }

  /**
   * Removes a log; foreign data stays.
   *
   * @returns Whether this caller removed a log: of many at once, one.
   */
  delete(storage: JournalStorage, key: string): Reply<boolean> {
    const keyspace = plainKeyspaceOf(storage);
    return keyspace === undefined
      ? this.#deleteAmongOthers(storage, key)
      : keyspace.atomically(
        "write",
        () => this.has(storage, key) as boolean && keyspace.delete(key),
        true,
      );
  }

  async #deleteAmongOthers(
    storage: JournalStorage,
    key: string,
  ): Promise<boolean> {
    if (!await this.has(storage, key)) return false;
    // A swap tells who was first. The count of `DEL` is wrong where a client lost the reply and sent
    // the command again; then this finds its own text.
    const text = `deleted ${crypto.randomUUID()}`;
    const before = await ifString(
      storage.set(key, text, "PX", DELETED_TTL, "XX", "GET"),
    );
    if (before !== text && !before?.startsWith(this.#head)) return false;
    await storage.del(key);
    return true;
  }

  /** What the end of a log says; `undefined` if there is no log. */
  #look(storage: JournalStorage, key: string): Reply<Knowledge | undefined> {
    const replies = together<[string, number]>([
      storage.getrange(key, -END_BYTES, -1),
      // Last, so that it shows what was appended since the end was read.
      storage.strlen(key),
    ]);
    return then(ifString(replies), (found) => {
      const [end, reply] = found ?? ["", 0];
      const length = Number(reply);
      if (length === 0) return undefined;
      const mark = end.endsWith("\n") ? readMark(end.slice(0, -1)) : undefined;
      if (mark?.kind !== this.#kind) {
        // The end is foreign, or all of it is: read everything.
        return this.#lookFrom(storage, key, START);
      }
      const { known, bytes } = mark;
      const head = known.offset === 0 ? this.#head : RECORD.slice(1);
      const line = end.slice(end.lastIndexOf(RECORD) + 1, -1);
      if (
        // Others wrote between the last writer's look and its line.
        known.offset + bytes !== length ||
        // The line begins before the end that was read, or cannot be read, and then does not count.
        !line.startsWith(head) || readData(line, head) === undefined
      ) return this.#lookFrom(storage, key, known);
      const count = known.count + (known.offset === 0 ? 0 : 1);
      const size = known.size + bytes;
      return { known: { offset: length, count, size }, count, size };
    });
  }

  #lookFrom(
    storage: JournalStorage,
    key: string,
    known: Place,
  ): Reply<Knowledge | undefined> {
    return then(storage.getrange(key, known.offset, -1), (text) => {
      const fromStart = known.offset === 0;
      // It has expired, was cut short, or is not a log.
      if (text === "" || fromStart && this.#header(text) === undefined) {
        return undefined;
      }
      return then(this.#fold(storage, key, known, text), (fold) => {
        const { count, size } = fold;
        // Bytes that are not UTF-8 read as U+FFFD, which no record contains: the length is unknown.
        const place = text.includes("\ufffd")
          ? known
          : { offset: known.offset + bytesOf(text), count, size };
        return { known: place, count, size };
      });
    });
  }

  /** Folds the part of a log from a known place on. */
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
    let from = known.offset;
    for (const { known } of marks) from = Math.min(from, known.offset);
    if (from === known.offset) return take();
    return then(storage.getrange(key, from, known.offset - 1), (before) => {
      fold.skip(marksIn(this.#kind, before));
      return take();
    });
  }

  /** The valid records of a part of a log that begins at `offset`. */
  #records(text: string, offset: number, fold: Fold): JournalRecord<T>[] {
    const records: JournalRecord<T>[] = [];
    const head = RECORD.slice(1);
    for (const line of text.split("\n")) {
      const mark = line.startsWith(head) ? readMark(line) : undefined;
      const read = mark?.kind === this.#kind && readData<T>(line, head);
      if (mark && read && fold.record(mark)?.holds) {
        // A record begins with the line break before it.
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
  ): { line: string; mark: LineMark; data: Header } | undefined {
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
  // The log was removed since the append.
  if (verdict === undefined) return MISSING;
  return verdict.holds
    ? { state: "appended", index: verdict.index, offset, nonce }
    : { state: "full", limit: verdict.limit };
}
