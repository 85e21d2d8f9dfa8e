import {
  checkString,
  findStorage,
  readMilliseconds,
} from "../backend/_options.ts";
import { checkCount, kindOf } from "../base/_checks.ts";
import { Journal } from "../backend/_journal.ts";
import { readOptions } from "../base/_options.ts";
import type { StorageBackend } from "../backend/storage_backend.ts";
import { type EventId, formatEventId, parseEventId } from "./_event_id.ts";
import { stringify } from "../backend/_json.ts";
import { inTurn } from "../backend/_in_turn.ts";

/**
 * Where the SDK's Streamable HTTP transport keeps the events of a session, so that a client that
 * lost its connection gets those that it has missed: its own interface, spelled out, so that no
 * dependency is needed.
 *
 * @example Handing it to the transport
 * ```ts
 * import { createEventStore, type EventStore } from "@mayfly/store/mcp";
 *
 * const session = crypto.randomUUID();
 * const eventStore: EventStore = createEventStore({ session });
 * // new WebStandardStreamableHTTPServerTransport({
 * //   sessionIdGenerator: () => session,
 * //   eventStore,
 * // });
 * await eventStore.storeEvent("_GET_stream", { jsonrpc: "2.0", method: "ping" });
 * ```
 */
export interface EventStore {
  /** Stores an event, after all that were stored before it; its id. */
  storeEvent(streamId: string, message: unknown): Promise<string>;
  /** The stream that an event is of; `undefined` for an id that is not of this session. */
  getStreamIdForEventId(eventId: string): Promise<string | undefined>;
  /** Sends what was stored in a stream after one event, in order; the stream. */
  replayEventsAfter(
    lastEventId: string,
    { send }: {
      send: (eventId: string, message: unknown) => Promise<void>;
    },
  ): Promise<string>;
}

/**
 * Options of {@linkcode createEventStore}.
 *
 * @example Streams that can be resumed for ten minutes
 * ```ts
 * import { createEventStore, type EventStoreOptions } from "@mayfly/store/mcp";
 *
 * const options: EventStoreOptions = { session: crypto.randomUUID(), ttl: 600_000 };
 * createEventStore(options);
 * ```
 */
export interface EventStoreOptions {
  /**
   * The session whose streams these are: the id that the transport gives its client. Streams of
   * one name in two sessions are two streams.
   */
  session: string;
  /**
   * Where the events are kept.
   *
   * @default {getStorageBackend(), looked up at each call}
   */
  storage?: Pick<
    StorageBackend,
    "append" | "del" | "get" | "getrange" | "pexpire" | "set" | "strlen"
  >;
  /**
   * How long a stream is kept after its last event, in ms: positive and finite, a fraction is
   * rounded up.
   *
   * @default {3_600_000}
   */
  ttl?: number;
  /**
   * How many bytes of events a stream keeps: a positive whole number. An event for which there is
   * no room begins the stream anew, and older ones can no longer be resumed from; one that is
   * larger than all the room is kept alone.
   *
   * @default {1_048_576}
   */
  maxBytes?: number;
  /**
   * What every key in the storage begins with.
   *
   * @default {"events:"}
   */
  prefix?: string;
}

const MAKE = "make the event store";
const OPTIONS = ["session", "storage", "ttl", "maxBytes", "prefix"] as const;
const COMMANDS = [
  "append",
  "del",
  "get",
  "getrange",
  "pexpire",
  "set",
  "strlen",
] as const;
const STORE = "store the event";
const REPLAY = "replay the events";
const HOUR = 3_600_000;
const MEBIBYTE = 1024 * 1024;

/**
 * An event store for the SDK's Streamable HTTP transport on any backend: bounded, and one session's
 * own. With a storage that outlives the process a client resumes after a restart, too.
 *
 * Each stream is a log under one key. An event's id says where in the log it is; what a client
 * sends is looked up there, so that an id that was made up, is another session's, or is of a stream
 * that was begun anew is unknown, which the transport answers with status 400. A session has one
 * store at a time, its transport's: there the events of a stream are stored one after another, and
 * none while the stream is being replayed, so that none that comes in between is missed.
 *
 * @param options The session, the storage, and how much is kept for how long.
 * @returns The event store. `storeEvent` rejects with a `TypeError` for a message that is no JSON;
 * `replayEventsAfter` rejects for an unknown id; all reject with what the backend throws.
 * @throws {TypeError} An option is of the wrong kind, or is not known.
 * @throws {RangeError} An option is out of range.
 *
 * @example Resuming
 * ```ts
 * import { createEventStore } from "@mayfly/store/mcp";
 * import { assertEquals } from "@std/assert";
 *
 * const events = createEventStore({ session: "a" });
 * const seen = await events.storeEvent("calls", { id: 1 });
 * await events.storeEvent("calls", { id: 2 });
 * const missed: unknown[] = [];
 * await events.replayEventsAfter(seen, {
 *   send: async (_id, message) => void missed.push(message),
 * });
 * assertEquals(missed, [{ id: 2 }]);
 *
 * const stranger = createEventStore({ session: "b" });
 * assertEquals(await stranger.getStreamIdForEventId(seen), undefined);
 * ```
 */
export function createEventStore(options: EventStoreOptions): EventStore {
  const own = readOptions(MAKE, options, OPTIONS);
  const { session, maxBytes = MEBIBYTE, prefix = "events:" } = own;
  checkName(MAKE, "session", session);
  const ttl = readMilliseconds(MAKE, "ttl", own.ttl ?? HOUR);
  checkCount(MAKE, "maxBytes", maxBytes, "bytes");
  checkString(MAKE, "prefix", prefix);
  const storage = findStorage(MAKE, own.storage, COMMANDS);

  // Neither name has a ":" in it once it is encoded, so no two sessions share a key.
  const sessionPrefix = `${prefix}${encodeURIComponent(session)}:`;
  const keyOf = (stream: string) => sessionPrefix + encodeURIComponent(stream);
  const bounded = new Journal<null, unknown>("events", { maxBytes });
  const unbounded = new Journal<null, unknown>("events");
  const store = {};

  async function append(stream: string, json: string): Promise<string> {
    const key = keyOf(stream);
    let log = await bounded.append(storage(), key, json, ttl);
    if (log.state === "full") {
      await storage().del(key);
      log = { state: "missing" };
    }
    if (log.state === "missing") {
      await unbounded.create(storage(), key, "null", ttl);
      log = await unbounded.append(storage(), key, json, ttl);
    }
    if (log.state === "appended") {
      return formatEventId({ stream, start: log.offset, nonce: log.nonce });
    }
    throw new Error(`Cannot ${STORE}: ${key} holds something else`);
  }

  async function readAfter({ stream, start, nonce }: EventId) {
    return await bounded.readAfter(storage(), keyOf(stream), start, nonce);
  }

  return {
    async storeEvent(streamId: string, message: unknown): Promise<string> {
      checkName(STORE, "streamId", streamId);
      const json = stringify(message);
      if (json === undefined) {
        throw new TypeError(
          `Cannot ${STORE}: "message" must be JSON: received ${
            kindOf(message)
          }`,
        );
      }
      return await inTurn(store, streamId, () => append(streamId, json));
    },

    async getStreamIdForEventId(eventId: string): Promise<string | undefined> {
      const id = parseEventId(eventId);
      if (id === undefined) return undefined;
      return await readAfter(id) === undefined ? undefined : id.stream;
    },

    // Not an async function: the promise that the transport waits for is the one that the next
    // turn waits for, so that the transport comes first, and knows of the stream before the next
    // event is stored.
    replayEventsAfter(
      lastEventId: string,
      { send }: {
        send: (eventId: string, message: unknown) => Promise<void>;
      },
    ): Promise<string> {
      const id = parseEventId(lastEventId);
      if (id === undefined) return Promise.reject(unknownEvent());
      const { stream } = id;
      return inTurn(store, stream, async () => {
        const records = await readAfter(id);
        if (records === undefined) throw unknownEvent();
        for (const { offset, nonce, data } of records) {
          if (isPriming(data)) continue;
          await send(formatEventId({ stream, start: offset, nonce }), data);
        }
        return stream;
      });
    },
  };
}

function unknownEvent(): Error {
  return new Error(`Cannot ${REPLAY}: the last event is not known`);
}

/** What the transport stores only to have an id to begin a stream with: `{}`. */
function isPriming(message: unknown): boolean {
  return typeof message === "object" && message !== null &&
    Object.keys(message).length === 0;
}

/** Throws unless `value` is a name that can be part of a key: text, and not empty. */
function checkName(
  action: string,
  name: string,
  value: unknown,
): asserts value is string {
  checkString(action, name, value);
  if (value !== "" && value.isWellFormed()) return;
  throw new RangeError(
    `Cannot ${action}: "${name}" must be text that is not empty: received ${
      JSON.stringify(value)
    }`,
  );
}
