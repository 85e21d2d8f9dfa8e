import { InMemoryStorage } from "@mayfly/store";
import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type Appended, Journal } from "../../../src/backend/_journal.ts";
import { readMark, recordLine } from "../../../src/backend/_journal_line.ts";
import { TestServer } from "./_server.ts";
import {
  indexOf,
  type Item,
  journal,
  json,
  KEY,
  namesIn,
  TTL,
} from "./_support.ts";

describe("Journal", () => {
  it("numbers the records and says where they begin", async () => {
    using storage = new InMemoryStorage();
    const log = journal();
    assertEquals(await log.create(storage, KEY, "null", TTL), "created");
    const begins = storage.strlen(KEY);
    const first = await log.append(storage, KEY, json("é\n"), TTL);
    const then = storage.strlen(KEY);
    const second = await log.append(storage, KEY, json("b"), TTL);
    assert(first.state === "appended" && second.state === "appended");
    assertEquals([first.index, first.offset], [0, begins]);
    assertEquals([second.index, second.offset], [1, then]);
    assertEquals(await log.read(storage, KEY), {
      header: null,
      records: [
        { offset: begins, nonce: first.nonce, data: { name: "é\n" } },
        { offset: then, nonce: second.nonce, data: { name: "b" } },
      ],
    });
  });

  it("keeps the header, and does not make a log twice", async () => {
    using storage = new InMemoryStorage();
    const log = new Journal<{ a: number }, Item>("test");
    assertEquals(await log.create(storage, KEY, '{"a":1}', TTL), "created");
    assertEquals(await log.create(storage, KEY, '{"a":2}', TTL), "taken");
    assertEquals((await log.read(storage, KEY))?.header, { a: 1 });
    assert(storage.pttl(KEY) <= TTL && storage.pttl(KEY) > 0);
  });

  it("starts the ttl again with an append, and with nothing else", async () => {
    using storage = new InMemoryStorage({ now: () => now });
    let now = 1_000_000;
    const log = journal();
    await log.create(storage, KEY, "null", 100);
    now += 60;
    await log.append(storage, KEY, json("a"), 100);
    assertEquals(storage.pttl(KEY), 100);
    now += 60;
    await log.read(storage, KEY);
    assertEquals(await log.has(storage, KEY), true);
    assertEquals(storage.pttl(KEY), 40);
    now += 40;
    assertEquals(await log.read(storage, KEY), undefined);
    assertEquals(
      (await log.append(storage, KEY, json("b"), 100)).state,
      "missing",
    );
    assertEquals(storage.dbsize(), 0);
  });

  it("leaves what is no log of its kind as it is", async () => {
    using storage = new InMemoryStorage();
    const log = journal();
    await new Journal("other").create(storage, "other", "null", TTL);
    const texts = [
      "",
      "text",
      "\n",
      '{"log":"test"}',
      '{"log":"test","data":null',
      '{"ttlSeconds":3,"turns":[]}',
      "é".repeat(100),
      storage.get("other")!,
    ];
    for (const text of texts) {
      storage.set(KEY, text, "PX", 5000);
      const deadline = storage.pexpiretime(KEY);
      assertEquals(await log.read(storage, KEY), undefined);
      assertEquals(
        (await log.append(storage, KEY, json("a"), TTL)).state,
        "missing",
        text,
      );
      if (!text.startsWith('{"log":"test","data":')) {
        assertEquals(await log.delete(storage, KEY), false);
      }
      assertEquals(storage.get(KEY), text);
      assertEquals(storage.pexpiretime(KEY), deadline);
    }
  });

  it("keeps text that looks like its own marks", async () => {
    using storage = new InMemoryStorage();
    const log = journal();
    await log.create(storage, KEY, "null", TTL);
    const names = [
      ',"mark":["test","a",1,2,3,4]}',
      '\n{"data":1,"mark":["test","a",0,0,0,1]}',
      "\ufffd",
      "\ud800",
      "\0\x1f\u2028😀",
      "",
    ];
    for (const [i, name] of names.entries()) {
      assertEquals(indexOf(await log.append(storage, KEY, json(name), TTL)), i);
    }
    assertEquals(await namesIn(storage), names);
  });

  it("knows how long its lines are", () => {
    const limits = { maxRecords: 7, maxBytes: Infinity };
    const known = { offset: 1, count: 2, size: 3 };
    for (let length = 0; length < 1100; length++) {
      for (const character of ["x", "é", "\ufffd"]) {
        const data = JSON.stringify(character.repeat(length));
        const { text, bytes } = recordLine("test", data, known, limits);
        assertEquals(new TextEncoder().encode(text).length, bytes);
        assertEquals(readMark(text.trim())?.bytes, bytes);
      }
    }
  });

  it("ignores what others wrote into a log", async () => {
    using storage = new InMemoryStorage();
    const log = journal();
    await log.create(storage, KEY, "null", TTL);
    const spoil: (() => void)[] = [
      () => storage.append(KEY, "garbage"),
      () => storage.append(KEY, '\n{"data":{"name":"x"},"mark":["test","n",1'),
      () => storage.append(KEY, '\n{"data":{"name":"x"},"mark":[1,2,3]}'),
      () =>
        storage.append(KEY, '\n{"data":nonsense,"mark":["test","n",0,0,0,9]}'),
      () => storage.append(KEY, "\n\n"),
      () => {
        // Half a character.
        const length = storage.append(KEY, "é");
        storage.setrange(KEY, length - 1, "x");
      },
      () => storage.append(KEY, "more"),
    ];
    const names: string[] = [];
    for (const [i, write] of spoil.entries()) {
      for (const name of [`a${i}`, `b${i}`]) {
        await log.append(storage, KEY, json(name), TTL);
        names.push(name);
      }
      write();
      assertEquals(await namesIn(storage), names);
    }
    const last = await log.append(storage, KEY, json("last"), TTL);
    assertEquals(last.state, "appended");
    assertEquals(await namesIn(storage), [...names, "last"]);
  });

  it("goes through any number of records where foreign text is at the end", async () => {
    using storage = new InMemoryStorage();
    const log = journal();
    await log.create(storage, KEY, "null", TTL);
    const known = { offset: storage.strlen(KEY), count: 0, size: 0 };
    const limits = { maxRecords: Infinity, maxBytes: Infinity };
    const count = 150_000;
    const lines = Array.from(
      { length: count },
      () => recordLine("test", json("a"), known, limits).text,
    );
    storage.append(KEY, lines.join("") + "foreign");
    assertEquals(
      indexOf(await log.append(storage, KEY, json("b"), TTL)),
      count,
    );
  });

  for (const length of [1, 200, 5000]) {
    it(`does not count a record that cannot be read (length: ${length})`, async () => {
      for (const connect of [false, true]) {
        const server = new TestServer();
        const storage = connect ? server.connect() : server.storage;
        const log = journal();
        await log.create(storage, KEY, "null", TTL);
        await log.append(storage, KEY, json("a"), TTL);
        const offset = server.storage.strlen(KEY);
        const known = { offset, count: 1, size: offset };
        const limits = { maxRecords: Infinity, maxBytes: Infinity };
        const { text } = recordLine("test", "{".repeat(length), known, limits);
        server.storage.append(KEY, text);
        for (const name of ["b", "c"]) {
          const appended = await log.append(storage, KEY, json(name), TTL);
          assertEquals(indexOf(appended), name === "b" ? 1 : 2);
        }
        assertEquals(await namesIn(server.storage), ["a", "b", "c"]);
      }
    });
  }

  it("knows its own header where a reply was lost", async () => {
    const server = new TestServer();
    const client = server.connect();
    const resending = new Proxy(client, {
      get: (_target, name) =>
        name === "set"
          ? async (...words: [string, string]) => {
            await client.set(...words);
            return await client.set(...words);
          }
          : Reflect.get(client, name),
    });
    assertEquals(await journal().create(resending, KEY, "1", TTL), "created");
    assertEquals(await journal().create(resending, KEY, "1", TTL), "taken");
  });

  it("reads the same for an append, however long the log is", async () => {
    const server = new TestServer();
    const client = server.connect();
    const log = journal({ maxRecords: 100_000, maxBytes: 10_000_000 });
    await log.create(client, KEY, "null", TTL);
    const costs: number[][] = [];
    for (let i = 0; i <= 2000; i++) {
      const before = [server.commands, server.roundTrips, server.replied];
      await log.append(client, KEY, json("x"), TTL);
      const after = [server.commands, server.roundTrips, server.replied];
      costs.push(after.map((n, i) => n - before[i]!));
    }
    assertEquals(costs[10]!.slice(0, 2), [6, 2]);
    assertEquals(costs[2000]!.slice(0, 2), [6, 2]);
    // From the length on of the end that is read, and the lengths of the numbers in it apart.
    assert(costs[2000]![2]! < costs[100]![2]! + 40, String(costs));
  });
});

describe("Journal on a storage of ours", () => {
  it("reads the end of a log that only it appends to once", async () => {
    using storage = new InMemoryStorage();
    const log = journal();
    await log.create(storage, KEY, "null", TTL);
    const { getrange } = storage;
    let reads = 0;
    storage.getrange = (...args) => (reads++, getrange.apply(storage, args));
    for (let i = 0; i < 100; i++) {
      assertEquals(indexOf(await log.append(storage, KEY, json("x"), TTL)), i);
    }
    assertEquals(reads, 1);
  });

  it("sees what others have appended to it", async () => {
    using storage = new InMemoryStorage();
    const logs = [journal(), journal({ maxRecords: 60 })];
    await logs[0]!.create(storage, KEY, "null", TTL);
    for (let i = 0; i < 60; i++) {
      const log = logs[i * 7 % 3 % 2]!;
      assertEquals(
        indexOf(await log.append(storage, KEY, json(`${i}`), TTL)),
        i,
      );
    }
    assertEquals(
      (await logs[1]!.append(storage, KEY, json("x"), TTL)).state,
      "full",
    );
    assertEquals((await namesIn(storage))?.length, 60);
  });

  it("sees that a log is gone, and another one in its place", async () => {
    using storage = new InMemoryStorage();
    const log = journal();
    await log.create(storage, KEY, "null", TTL);
    await log.append(storage, KEY, json("a"), TTL);
    storage.del(KEY);
    assertEquals(
      (await log.append(storage, KEY, json("b"), TTL)).state,
      "missing",
    );
    await log.create(storage, KEY, "null", TTL);
    assertEquals(indexOf(await log.append(storage, KEY, json("c"), TTL)), 0);
    storage.set(KEY, "foreign");
    assertEquals(
      (await log.append(storage, KEY, json("d"), TTL)).state,
      "missing",
    );
    assertEquals(storage.get(KEY), "foreign");
  });

  it("forgets where logs ended that were written to long ago", async () => {
    using storage = new InMemoryStorage();
    const log = journal();
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 1100; i++) {
        const key = `log:${i}`;
        if (round === 0) await log.create(storage, key, "null", TTL);
        assertEquals(
          indexOf(await log.append(storage, key, json("x"), TTL)),
          round,
        );
      }
    }
  });

  it("uses the commands of a storage that has its own", async () => {
    using storage = new InMemoryStorage();
    const log = journal();
    await log.create(storage, KEY, "null", TTL);
    const { append } = storage;
    let calls = 0;
    storage.append = (...args) => (calls++, append.apply(storage, args));
    await log.append(storage, KEY, json("x"), TTL);
    assertEquals(calls, 1);
  });

  it("loses nothing where one answers later", async () => {
    using storage = new InMemoryStorage();
    const later = new Proxy(storage, {
      get: (_target, name) => async (...args: unknown[]) => {
        for (let i = Math.random() * 9; i > 0; i--) await undefined;
        return Reflect.get(storage, name).apply(storage, args);
      },
    });
    const logs = [storage, later, later].map((storage) => ({
      log: journal({ maxRecords: 50 }),
      storage,
    }));
    await logs[0]!.log.create(storage, KEY, "null", TTL);
    const held: string[] = [];
    await Promise.all(Array.from({ length: 90 }, async (_, i) => {
      const { log, storage } = logs[i % 3]!;
      for (let j = i % 7; j > 0; j--) await undefined;
      const answer = await log.append(storage, KEY, json(`${i}`), TTL);
      if (answer.state === "appended") held[answer.index] = `${i}`;
    }));
    assertEquals(held.length, 50);
    assertEquals(await namesIn(storage), held);
  });

  it("passes on what a command rejects with", async () => {
    using storage = new InMemoryStorage();
    const log = journal();
    await log.create(storage, KEY, "null", TTL);
    for (const fails of ["append", "pexpire", "strlen"] as const) {
      const failing = new Proxy(storage, {
        get: (_target, name) =>
          name === fails
            ? () => Promise.reject(new Error("LOADING"))
            : Reflect.get(storage, name),
      });
      let message = "";
      try {
        await log.append(failing, KEY, json("x"), TTL);
      } catch (error) {
        message = (error as Error).message;
      }
      assertEquals(message, "LOADING");
    }
  });

  it("is as it was where a command fails half-way", async () => {
    using storage = new InMemoryStorage({ maxBytes: 600, eviction: "reject" });
    const log = journal();
    await log.create(storage, KEY, "null", TTL);
    await log.append(storage, KEY, json("a"), TTL);
    const before = storage.get(KEY);
    let message = "";
    try {
      await log.append(storage, KEY, json("b".repeat(600)), TTL);
    } catch (error) {
      message = String(error);
    }
    assert(message.includes("OOM"), message);
    assertEquals(storage.get(KEY), before);
    assertEquals(indexOf(await log.append(storage, KEY, json("c"), TTL)), 1);
  });
});

describe("Journal.readAfter", () => {
  it("reads what comes after a record", async () => {
    using storage = new InMemoryStorage();
    const log = journal();
    await log.create(storage, KEY, "null", TTL);
    const appended: Appended[] = [];
    for (const name of ["a", "é", "c"]) {
      appended.push(await log.append(storage, KEY, json(name), TTL));
    }
    const places = appended.map((answer) => {
      assert(answer.state === "appended");
      return { offset: answer.offset, nonce: answer.nonce };
    });
    const [first, second, third] = places;
    const all = (await log.read(storage, KEY))!.records;
    const after = async (offset: number, nonce: string) =>
      await log.readAfter(storage, KEY, offset, nonce);
    assertEquals(await after(first!.offset, first!.nonce), all.slice(1));
    assertEquals(await after(second!.offset, second!.nonce), all.slice(2));
    assertEquals(await after(third!.offset, third!.nonce), []);
    assertEquals(await after(first!.offset, second!.nonce), undefined);
    assertEquals(await after(first!.offset + 1, first!.nonce), undefined);
    assertEquals(await after(0, first!.nonce), undefined);
    assertEquals(await after(1e9, first!.nonce), undefined);
    storage.del(KEY);
    assertEquals(await after(first!.offset, first!.nonce), undefined);
  });
});
