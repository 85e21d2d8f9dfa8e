import { inTurn } from "../backend/_in_turn.ts";
import { Journal } from "../backend/_journal.ts";
import { stringify } from "../backend/_json.ts";
import {
  checkKeyPart,
  checkName,
  findStorage,
  readMilliseconds,
} from "../backend/_options.ts";
import { ifString } from "../backend/_replies.ts";
import type { StorageBackend } from "../backend/storage_backend.ts";
import { checkCount, kindOf, quote } from "../base/_checks.ts";
import { HOUR, readOptions } from "../base/_options.ts";
import { type EventId, formatEventId, parseEventId } from "./_event_id.ts";

/**
 * The store in which the SDK's Streamable HTTP transport keeps the events of a session, so that a
 * client that lost its connection gets the events that it missed: the SDK's own interface, copied
 * structurally, so the SDK is not a dependency.
 *
 * @example Passing it to the transport
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
  /** Stores an event at the end of a stream; returns the id of the event. */
  storeEvent(streamId: string, message: unknown): Promise<string>;
  /** Returns the stream of an event; `undefined` for an id that is not of this session. */
  getStreamIdForEventId(eventId: string): Promise<string | undefined>;
  /** Sends the events of a stream after a given one, in order; returns the stream. */
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
 * @example Streams that a client can resume for ten minutes
 * ```ts
 * import { createEventStore, type EventStoreOptions } from "@mayfly/store/mcp";
 *
 * const options: EventStoreOptions = { session: crypto.randomUUID(), ttl: 600_000 };
 * createEventStore(options);
 * ```
 */
export interface EventStoreOptions {
  /**
   * The id of the session, which the transport gives its client. Two sessions can have streams of
   * the same name.
   */
  session: string;
  /**
   * The backend that keeps the events.
   *
   * @default {getStorageBackend(), looked up at each call}
   */
  storage?:
    | Pick<
      StorageBackend,
      "append" | "del" | "get" | "getrange" | "pexpire" | "set" | "strlen"
    >
    | undefined;
  /**
   * The TTL of a stream in ms, restarted by each event: positive and finite; a fraction is rounded
   * up.
   *
   * @default {3_600_000}
   */
  ttl?: number | undefined;
  /**
   * The maximum size of a stream's events in bytes: a positive whole number. When an event does not
   * fit, the stream starts over with it: clients can no longer resume from older events.
   *
   * @default {1_048_576}
   */
  maxBytes?: number | undefined;
  /**
   * The start of every key in the backend.
   *
   * @default {"events:"}
   */
  prefix?: string | undefined;
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
const MEBIBYTE = 1024 * 1024;

/**
 * An event store for one session of the SDK's Streamable HTTP transport, bounded, on any backend. With
 * a backend that outlives the process, a client can also resume after a restart.
 *
 * **Create one event store for each session, with its transport.** Every session has a stream of
 * the same name, so a store that all sessions share lets one client resume, and read, the stream of
 * another. The store rejects a second transport that starts a session with it.
 *
 * Each stream is a log under one key. The id of an event is its place in the log, which is checked
 * when a client sends it: a forged id, one of another session, or one of a stream that has started
 * over is unknown, and the transport answers it with status 400. The store serialises writes to a
 * stream and holds them back during a replay, so no event is missed.
 *
 * @param options The session, the storage, the prefix, the TTL and the size.
 * @returns The event store. `storeEvent` rejects with a `TypeError` for a message that is not JSON,
 * and for a second transport; `replayEventsAfter` rejects for an unknown id; all reject with the
 * errors of the backend.
 * @throws {TypeError} An option has the wrong type or an unknown name.
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
  checkKeyPart(MAKE, "prefix", prefix);
  const storage = findStorage(MAKE, own.storage, COMMANDS);

  // An encoded name contains no ":", so no two sessions share a key.
  const sessionPrefix = `${prefix}${encodeURIComponent(session)}:`;
  const keyOf = (stream: string) => sessionPrefix + encodeURIComponent(stream);
  const bounded = new Journal<null, unknown>("events", { maxBytes });
  const unbounded = new Journal<null, unknown>("events");
  const store = { isInitialized: false };

  async function append(stream: string, json: string): Promise<string> {
    const key = keyOf(stream);
    let log = await bounded.append(storage(), key, json, ttl);
    if (log.state === "full") {
      await storage().del(key);
      log = { state: "missing" };
    }
    let created = "created";
    if (log.state === "missing") {
      created = await unbounded.create(storage(), key, "null", ttl);
      log = await unbounded.append(storage(), key, json, ttl);
    }
    if (log.state === "appended") {
      return formatEventId({ stream, start: log.offset, nonce: log.nonce });
    }
    const isForeign = created === "taken" &&
      await ifString(storage().get(key)) !== null;
    throw new Error(
      `Cannot ${STORE}: the stream ${quote(stream)} ${
        isForeign
          ? "has a key that holds foreign data"
          : `expired before the event was stored ("ttl" is ${ttl} ms)`
      }`,
    );
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
      if (!isInitializeResult(message)) {
        return await inTurn(store, streamId, () => append(streamId, json));
      }
      if (store.isInitialized) {
        throw new TypeError(
          `Cannot ${STORE}: the event store is for one session, and a second transport uses it: call createEventStore for each session`,
        );
      }
      store.isInitialized = true;
      try {
        return await inTurn(store, streamId, () => append(streamId, json));
      } catch (error) {
        store.isInitialized = false;
        throw error;
      }
    },

    async getStreamIdForEventId(eventId: string): Promise<string | undefined> {
      const id = parseEventId(eventId);
      if (id === undefined) return undefined;
      return await readAfter(id) === undefined ? undefined : id.stream;
    },

    // Not an async function: the transport and the next write wait for the same promise. So the
    // transport continues first, and knows the stream before the next event is stored.
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

/** Whether a message is `{}`, which the transport stores to get an id for the start of a stream. */
function isPriming(message: unknown): boolean {
  return typeof message === "object" && message !== null &&
    Object.keys(message).length === 0;
}

/** Whether a message answers `initialize`. A transport stores one such message, at its beginning. */
function isInitializeResult(message: unknown): boolean {
  const { result } = Object(message) as { result?: unknown };
  const { protocolVersion, serverInfo } = Object(result) as Record<
    string,
    unknown
  >;
  return typeof protocolVersion === "string" && typeof serverInfo === "object";
}
