/**
 * The event store for the SDK's transport, on every backend. Each fault that is known of the event
 * stores in examples and servers is a test here.
 */

import { InMemoryStorage, setStorageBackend } from "@mayfly/store";
import {
  createEventStore,
  type EventStore,
  type EventStoreOptions,
} from "@mayfly/store/mcp";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";
import { assertRefusesOptions } from "../backend/_bad_options.ts";
import { TestServer } from "../backend/journal/_server.ts";
import { describeOnEvery } from "../suites/backend/backends.ts";

/** What every session's stream for notifications is called by the SDK. */
const GET_STREAM = "_GET_stream";

interface Replay {
  stream: string;
  ids: string[];
  messages: unknown[];
}

async function replay(events: EventStore, lastId: string): Promise<Replay> {
  const ids: string[] = [];
  const messages: unknown[] = [];
  const stream = await events.replayEventsAfter(lastId, {
    // deno-lint-ignore require-await
    async send(id, message) {
      ids.push(id);
      messages.push(message);
    },
  });
  return { stream, ids, messages };
}

function note(n: number): { jsonrpc: "2.0"; method: string; params: object } {
  return {
    jsonrpc: "2.0",
    method: "notifications/message",
    params: { n, text: `ä\u0000\n"京 ${n}` },
  };
}

describeOnEvery("createEventStore", (opened) => {
  const make = (options: Partial<EventStoreOptions> = {}) =>
    createEventStore({ session: "s", storage: opened().backend, ...options });

  it("replays the events after an event, in order, with the stored ids", async () => {
    const events = make();
    const ids: string[] = [];
    for (let n = 0; n < 20; n++) {
      ids.push(await events.storeEvent("a", note(n)));
    }
    assertEquals(new Set(ids).size, 20);
    const later = make({ storage: opened().connect() });
    for (const [i, id] of ids.entries()) {
      assertEquals(await later.getStreamIdForEventId(id), "a");
      assertEquals(await replay(later, id), {
        stream: "a",
        ids: ids.slice(i + 1),
        messages: Array.from({ length: 19 - i }, (_, k) => note(i + 1 + k)),
      });
    }
  });

  it("keeps the order of concurrent writes", async () => {
    const events = make();
    const first = await events.storeEvent("a", note(0));
    const ids = await Promise.all(
      Array.from(
        { length: 100 },
        (_, i) => events.storeEvent("a", note(i + 1)),
      ),
    );
    const { messages, ids: replayed } = await replay(events, first);
    assertEquals(messages, Array.from({ length: 100 }, (_, i) => note(i + 1)));
    assertEquals(replayed, ids);
  });

  it("returns the stream of an event, with any characters in its name", async () => {
    const events = make();
    const names = [GET_STREAM, "a.b.c", "1.2.3", "a_b", "ä:京 %2e/\n", "."];
    for (const name of names) {
      const id = await events.storeEvent(name, note(1));
      await events.storeEvent(name, note(2));
      assertEquals(await events.getStreamIdForEventId(id), name);
      assertEquals((await replay(events, id)).stream, name);
      assertEquals((await replay(events, id)).messages, [note(2)]);
      // It comes back in a header.
      assertMatch(id, /^[!-~]+$/);
      new Headers({ "last-event-id": id });
    }
  });

  it("does not replay one session's events to another", async () => {
    const sessions = ["s", "s:", "t", "s%3A", `s:${GET_STREAM}`, "*"];
    const stores = sessions.map((session) => make({ session }));
    const ids: string[] = [];
    for (const [i, events] of stores.entries()) {
      ids.push(await events.storeEvent(GET_STREAM, note(i)));
      await events.storeEvent(GET_STREAM, note(100 + i));
    }
    for (const [i, events] of stores.entries()) {
      for (const [j, id] of ids.entries()) {
        if (i === j) {
          assertEquals((await replay(events, id)).messages, [note(100 + i)]);
        } else {
          assertEquals(await events.getStreamIdForEventId(id), undefined);
          await assertRejects(() => replay(events, id), Error, "not known");
        }
      }
    }
  });

  it("stores priming events and never replays them", async () => {
    const events = make();
    const primed = await events.storeEvent("a", {});
    assertEquals((await replay(events, primed)).messages, []);
    await events.storeEvent("a", note(1));
    await events.storeEvent("a", {});
    await events.storeEvent("a", note(2));
    assertEquals((await replay(events, primed)).messages, [note(1), note(2)]);
  });

  it("rejects an id that was forged or changed in any character", async () => {
    const events = make();
    const ids = [
      await events.storeEvent("stream-1", note(1)),
      await events.storeEvent("stream-1", note(2)),
    ];
    const forged = new Set(["", ".", "..", "a.0.0", "stream-1", "stream-1.0."]);
    for (const id of ids) {
      for (let i = 0; i < id.length; i++) {
        for (const character of "0a.-F% é") {
          forged.add(id.slice(0, i) + character + id.slice(i + 1));
        }
        forged.add(id.slice(0, i) + id.slice(i + 1));
        forged.add(id.slice(0, i));
      }
      forged.add(id + "0").add(" " + id).add(id.toUpperCase());
    }
    const [stream, start, nonce] = ids[1]!.split(".");
    for (const other of ["1e1", "0x1", "1.5", "-1", "+1", "99999", "0", "1"]) {
      forged.add(`${stream}.${other}.${nonce}`);
    }
    forged.add(`${stream}.0${start}.${nonce}`).add("9".repeat(1_000_000));
    for (const id of ids) forged.delete(id);
    for (const id of forged) {
      assertEquals(await events.getStreamIdForEventId(id), undefined, id);
    }
    for (const id of ["", "x", ids[0]!.slice(1)]) {
      await assertRejects(() => replay(events, id), Error, "Cannot replay");
    }
    // deno-lint-ignore no-explicit-any
    assertEquals(await events.getStreamIdForEventId(7 as any), undefined);
  });

  it("restarts a full stream: old ids become unknown", async () => {
    const events = make({ maxBytes: 2_000 });
    const ids: string[] = [];
    for (let n = 0; n < 100; n++) {
      ids.push(await events.storeEvent("a", note(n)));
      const length = await opened().backend.strlen("events:s:a");
      assert(length <= 2_000, `${length} bytes`);
    }
    let known = 0;
    for (const [n, id] of ids.entries()) {
      if (await events.getStreamIdForEventId(id) === undefined) {
        assertEquals(known, 0, "a later event was forgotten");
        await assertRejects(() => replay(events, id));
        continue;
      }
      known++;
      assertEquals(
        (await replay(events, id)).messages,
        Array.from({ length: 99 - n }, (_, i) => note(n + 1 + i)),
      );
    }
    assert(known > 0 && known < 20, `${known} events are known`);
  });

  it("keeps an event that is larger than maxBytes", async () => {
    const events = make({ maxBytes: 1_000 });
    const large = { text: "x".repeat(5_000) };
    const before = await events.storeEvent("a", note(1));
    const id = await events.storeEvent("a", large);
    assertEquals(await events.getStreamIdForEventId(before), undefined);
    assertEquals(await events.getStreamIdForEventId(id), "a");
    const after = await events.storeEvent("a", note(2));
    assertEquals(await events.getStreamIdForEventId(id), undefined);
    await events.storeEvent("a", note(3));
    assertEquals((await replay(events, after)).messages, [note(3)]);
    const first = await events.storeEvent("b", large);
    assertEquals(await events.getStreamIdForEventId(first), "b");
  });

  it("rejects the old ids of a stream that was created again", async () => {
    const events = make();
    const id = await events.storeEvent("a", note(1));
    await opened().backend.del("events:s:a");
    assertEquals(await events.getStreamIdForEventId(id), undefined);
    const again = await events.storeEvent("a", note(1));
    assertEquals(again.split(".").slice(0, 2), id.split(".").slice(0, 2));
    assertEquals(await events.getStreamIdForEventId(id), undefined);
    assertEquals(await events.getStreamIdForEventId(again), "a");
  });

  it("lets every stream expire", async () => {
    const events = make({ ttl: 60_000 });
    await events.storeEvent("a", note(1));
    await events.storeEvent("b", {});
    await opened().backend.pexpire("events:s:a", 1_000);
    await events.storeEvent("a", note(2));
    for (const key of ["events:s:a", "events:s:b"]) {
      const left = await opened().backend.pttl(key);
      assert(left > 50_000 && left <= 60_000, `${key}: ${left} ms left`);
    }
  });

  it("misses no event that is stored while a stream is replayed", async () => {
    // The transport, as far as this goes: it writes an event when a connection is known at the
    // time that the event is stored, and knows of one when its replay is over.
    const events = make();
    const first = await events.storeEvent("a", note(0));
    let connected = false;
    const replayed = new Set<string>();
    const received: number[] = [];
    const write = (message: unknown) =>
      received.push((message as ReturnType<typeof note>).params["n" as never]);
    const send = async (n: number) => {
      const id = await events.storeEvent("a", note(n));
      if (connected && !replayed.has(id)) write(note(n));
    };
    const resume = async () => {
      await events.replayEventsAfter(first, {
        // deno-lint-ignore require-await
        async send(id, message) {
          replayed.add(id);
          write(message);
        },
      });
      connected = true;
    };
    const sending: Promise<void>[] = [];
    let resuming: Promise<void> | undefined;
    for (let n = 1; n <= 200; n++) {
      sending.push(send(n));
      if (n === 50) resuming = resume();
      if (n % 7 === 0) await Promise.resolve();
      if (n % 40 === 0) await new Promise((next) => setTimeout(next, 1));
    }
    await Promise.all([...sending, resuming]);
    assertEquals(received, Array.from({ length: 200 }, (_, i) => i + 1));
  });

  it("does not touch foreign text under its key", async () => {
    const { backend } = opened();
    for (const text of ["foreign", "", '\n{"data":{},"mark":[]}', "\ufffd"]) {
      await backend.set("events:s:a", text);
      const events = make();
      await assertRejects(() => events.storeEvent("a", note(1)), Error);
      assertEquals(await backend.get("events:s:a"), text);
      assertEquals(
        await events.getStreamIdForEventId("a.0.01234567-89ab-4def"),
        undefined,
      );
    }
  });

  it("stores any JSON message, and refuses others", async () => {
    const events = make();
    const first = await events.storeEvent("a", {});
    await events.storeEvent("a", {
      at: new Date(0),
      not: undefined,
      t: "\ud800",
    });
    assertEquals((await replay(events, first)).messages, [
      { at: "1970-01-01T00:00:00.000Z", t: "\ud800" },
    ]);
    const cycle: { self?: unknown; secret: string } = { secret: "hunter2" };
    cycle.self = cycle;
    for (const message of [cycle, 7n, undefined, Symbol("hunter2")]) {
      const error = await assertRejects(
        () => events.storeEvent("a", message),
        TypeError,
        'Cannot store the event: "message" must be JSON',
      );
      assert(!/hunter2|7/.test(error.message), error.message);
    }
    for (const stream of ["", "\ud800"]) {
      await assertRejects(() => events.storeEvent(stream, {}), RangeError);
    }
    // deno-lint-ignore no-explicit-any
    await assertRejects(() => events.storeEvent(1 as any, {}), TypeError);
  });

  it("continues after a message could not be sent", async () => {
    const events = make();
    const first = await events.storeEvent("a", {});
    await events.storeEvent("a", note(1));
    await assertRejects(
      () =>
        events.replayEventsAfter(first, {
          send: () => Promise.reject(new Error("gone")),
        }),
      Error,
      "gone",
    );
    await events.storeEvent("a", note(2));
    assertEquals((await replay(events, first)).messages, [note(1), note(2)]);
  });
});

describe("createEventStore", () => {
  it("expires a stream a TTL after its last event", async () => {
    using time = new FakeTime();
    using storage = new InMemoryStorage();
    const events = createEventStore({ session: "s", storage, ttl: 1_000 });
    const id = await events.storeEvent("a", note(1));
    for (let i = 0; i < 5; i++) {
      time.tick(999);
      await events.storeEvent("a", note(i));
    }
    assertEquals(await events.getStreamIdForEventId(id), "a");
    time.tick(1_000);
    assertEquals(await events.getStreamIdForEventId(id), undefined);
    assertEquals(storage.dbsize(), 0);
  });

  it("reports a stream that expires during a call as expired", async () => {
    const server = new TestServer();
    const events = createEventStore({
      session: "s",
      storage: server.connect((command) => {
        if (command === "append") server.storage.flushall();
      }),
    });
    await assertRejects(
      () => events.storeEvent("a", note(1)),
      Error,
      'Cannot store the event: the stream "a" expired before',
    );
  });

  it("uses the default backend, and the given prefix", async () => {
    const events = createEventStore({ session: "s", prefix: "p:" });
    using storage = new InMemoryStorage();
    try {
      setStorageBackend(storage);
      await events.storeEvent("a", note(1));
      assertEquals(storage.keys("*"), ["p:s:a"]);
    } finally {
      setStorageBackend(undefined);
    }
  });

  it("refuses invalid options", () => {
    assertRefusesOptions(
      (options) =>
        createEventStore(
          options && Object.getPrototypeOf(options) === Object.prototype
            ? { session: "s", ...options as object }
            : options,
        ),
      "make the event store",
      [
        [undefined, TypeError],
        [{ session: undefined }, TypeError],
        [{ session: 1 }, TypeError],
        [{ session: "" }, RangeError],
        [{ session: "\ud800" }, RangeError],
        [{ maxEvents: 1 }, TypeError],
        [{ maxBytes: 0 }, RangeError],
        [{ maxBytes: 1.5 }, RangeError],
      ],
    );
  });
});
