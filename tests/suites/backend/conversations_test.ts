/** Conversations do the same on every backend. */

import type { StorageBackend } from "@mayfly/store";
import {
  ConversationFullError,
  ConversationNotFoundError,
  Conversations,
  filesOf,
  type NewTurn,
} from "@mayfly/store/conversations";
import { connectStorage } from "@mayfly/store/connect";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { it } from "@std/testing/bdd";
import { describeOnEvery } from "./backends.ts";
import { assertTimeLeft, delay } from "./suite.ts";

const UUID_V4 =
  /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const HOUR = 3_600_000;

function user(content: string, more: Partial<NewTurn> = {}): NewTurn {
  return { role: "user", content, ...more };
}

async function contentsOf(
  conversations: Conversations,
  id: string,
): Promise<string[] | undefined> {
  return (await conversations.read(id))?.turns.map(({ content }) => content);
}

/** The same client, of which nobody knows that it can run scripts. */
function withoutScripts(client: StorageBackend): StorageBackend {
  return new Proxy(client, {
    get(target, name) {
      if (name === "eval" || name === "send") return undefined;
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

describeOnEvery("conversations", (opened) => {
  const storage = (): StorageBackend => opened().backend;

  it("return what was appended", async () => {
    const conversations = new Conversations({ storage: storage(), ttl: HOUR });
    const before = Date.now();
    const data = { tool: "review", tags: ["a", null, 1.5], "é\n": {} };
    const id = await conversations.create({ data });
    assertMatch(id, UUID_V4);
    const turns: NewTurn[] = [
      user("Grüße aus 京都 👋\u0000\r\n\u2028"),
      { role: "", content: "" },
      {
        role: "tool",
        content: '","mark":["x",1,2,3,4]}\n{"data":{}}',
        files: ["a b.ts", "a b.ts", ""],
        images: [],
        metadata: { ["__proto__"]: 1, deep: [{ a: [true] }] },
      },
      user("\ud800 \ufffd"),
      user("x".repeat(100_000)),
    ];
    for (const [index, turn] of turns.entries()) {
      assertEquals(await conversations.append(id, turn), {
        index,
        remaining: Infinity,
      });
    }
    const conversation = await conversations.read(id.toUpperCase());
    assert(conversation !== undefined);
    const { createdAt, turns: read, ...rest } = conversation;
    assertEquals(rest, { id, data });
    const times = [before, createdAt, ...read.map(({ at }) => at), Date.now()];
    assertEquals(times, times.toSorted((a, b) => a - b));
    assertEquals(read, turns.map((turn, i) => ({ ...turn, at: read[i]!.at })));
    assertEquals(await storage().exists(`thread:${id}`) == true, true);
  });

  it("restart the TTL with each turn, and only with that", async () => {
    const conversations = new Conversations({ storage: storage(), ttl: HOUR });
    const id = await conversations.create();
    const key = `thread:${id}`;
    await assertTimeLeft(storage().pttl(key), HOUR, "ms");
    await storage().pexpire(key, HOUR / 2);
    await conversations.read(id);
    await conversations.chain(id);
    await conversations.history(id, { maxTokens: 9 });
    await assertTimeLeft(storage().pttl(key), HOUR / 2, "ms");
    await conversations.append(id, user("a"));
    await assertTimeLeft(storage().pttl(key), HOUR, "ms");
  });

  it("are not found if they have expired, were deleted or never existed", async () => {
    const conversations = new Conversations({ storage: storage(), ttl: 40 });
    const expired = await conversations.create();
    await conversations.append(expired, user("a"));
    const deleted = await conversations.create();
    assertEquals(await conversations.delete(deleted.toUpperCase()), true);
    assertEquals(await conversations.delete(deleted), false);
    await delay(100);
    for (const id of [expired, deleted, crypto.randomUUID(), "no id", ""]) {
      assertEquals(await conversations.read(id), undefined);
      assertEquals(await conversations.delete(id), false);
      for (
        const run of [
          () => conversations.append(id, user("a")),
          () => conversations.chain(id),
          () => conversations.history(id, { maxTokens: 9 }),
        ]
      ) {
        const error = await assertRejects(run, ConversationNotFoundError);
        assertEquals(error.id, id);
      }
    }
    assertEquals(await Array.fromAsync(conversations.list()), []);
  });

  it("do not change foreign text", async () => {
    const conversations = new Conversations({ storage: storage(), ttl: HOUR });
    const id = crypto.randomUUID();
    const key = `thread:${id}`;
    const texts = [
      "",
      "text",
      "[]",
      "{}",
      '{"turns":[]}',
      "\n",
      "é".repeat(300),
    ];
    for (const text of texts) {
      await storage().set(key, text, "PX", 500_000);
      assertEquals(await conversations.read(id), undefined);
      await assertRejects(
        () => conversations.append(id, user("a")),
        ConversationNotFoundError,
      );
      await assertRejects(
        () => conversations.chain(id),
        ConversationNotFoundError,
      );
      const child = await conversations.create({ parent: id });
      assertEquals((await conversations.chain(child)).length, 1);
      assertEquals(await conversations.delete(id), false);
      const listed = await Array.fromAsync(conversations.list());
      assert(listed.every((listed) => listed.id !== id));
      assertEquals(await storage().get(key), text);
      await assertTimeLeft(storage().pttl(key), 500_000, "ms");
    }
  });

  it("hold maxTurns turns, with any number of concurrent appends", async () => {
    const { backend, connect } = opened();
    const clients = [backend, connect(), connect(), connect()];
    const options = { ttl: HOUR, maxTurns: 50 };
    const writers = clients.map((storage) =>
      new Conversations({ ...options, storage })
    );
    const id = await writers[0]!.create();
    const results = await Promise.allSettled(
      Array.from({ length: 200 }, async (_, i) => {
        const content = `turn ${i}`;
        const writer = writers[i % writers.length]!;
        const { index, remaining } = await writer.append(id, user(content));
        assertEquals(remaining, 49 - index);
        return { index, content };
      }),
    );
    const contents: string[] = [];
    let refused = 0;
    for (const result of results) {
      if (result.status === "fulfilled") {
        contents[result.value.index] = result.value.content;
      } else {
        assert(result.reason instanceof ConversationFullError, result.reason);
        assertEquals(result.reason.maxTurns, 50);
        assertEquals(result.reason.maxBytes, undefined);
        assertEquals(result.reason.id, id);
        refused++;
      }
    }
    assertEquals(refused, 150);
    assertEquals(await contentsOf(writers[1]!, id), contents);
    await assertRejects(
      () => writers[2]!.append(id, user("one more")),
      ConversationFullError,
    );
  });

  it("hold maxBytes bytes, and accept a smaller turn after one that does not fit", async () => {
    const conversations = new Conversations({
      storage: storage(),
      ttl: HOUR,
      maxBytes: 2000,
    });
    const id = await conversations.create();
    const key = `thread:${id}`;
    await conversations.append(id, user("a".repeat(1000)));
    const length = await storage().strlen(key);
    const error = await assertRejects(
      () => conversations.append(id, user("é".repeat(500))),
      ConversationFullError,
    );
    assertEquals([error.maxBytes, error.maxTurns], [2000, undefined]);
    assertEquals(await storage().strlen(key), length);
    assertEquals((await conversations.append(id, user("b"))).index, 1);
    assertEquals(await contentsOf(conversations, id), ["a".repeat(1000), "b"]);
    for (let i = 0; i < 10; i++) {
      await conversations.append(id, user("c")).catch(() => {});
    }
    assert(await storage().strlen(key) <= 2000);
    await assertRejects(
      () => conversations.append(id, user("c")),
      ConversationFullError,
    );
  });

  it("lose no turn with concurrent appends", async () => {
    const { backend, connect } = opened();
    const writers = [backend, connect(), connect()].map((storage) =>
      new Conversations({ storage, ttl: HOUR })
    );
    const id = await writers[0]!.create();
    const contents: string[] = [];
    await Promise.all(writers.map(async (writer, w) => {
      for (let batch = 0; batch < 5; batch++) {
        await Promise.all(Array.from({ length: 20 }, async (_, i) => {
          const content = `${w} ${batch} ${i}`;
          const { index } = await writer.append(id, user(content));
          assertEquals(contents[index], undefined);
          contents[index] = content;
        }));
      }
    }));
    assertEquals(contents.length, 300);
    assertEquals(await contentsOf(writers[0]!, id), contents);
  });

  it("are gone after a delete, with any concurrent calls", async () => {
    const { backend, connect } = opened();
    const writer = new Conversations({ storage: backend, ttl: HOUR });
    const deleter = new Conversations({ storage: connect(), ttl: HOUR });
    for (let round = 0; round < 10; round++) {
      const id = await writer.create();
      const appends = Array.from(
        { length: 10 },
        (_, i) => writer.append(id, user(`${i}`)),
      );
      const deleted = deleter.delete(id);
      const results = await Promise.allSettled([...appends, deleted]);
      for (const result of results) {
        if (result.status === "fulfilled") continue;
        assert(
          result.reason instanceof ConversationNotFoundError,
          String(result.reason),
        );
      }
      assertEquals(await deleted, true);
      assertEquals(await writer.read(id), undefined);
      assertEquals(await backend.get(`thread:${id}`), null);
    }
  });

  it("are deleted by one of all that delete at once", async () => {
    const { backend, connect, url } = opened();
    await using connected = url === undefined
      ? undefined
      : await connectStorage(url);
    const clients = [backend, connect(), withoutScripts(connect())];
    if (connected !== undefined) clients.push(connected);
    const deleters = [...clients, ...clients].map((storage) =>
      new Conversations({ storage, ttl: HOUR })
    );
    for (let round = 0; round < 20; round++) {
      const id = await deleters[0]!.create();
      await deleters[0]!.append(id, user("a"));
      const deleted = await Promise.all(deleters.map((one) => one.delete(id)));
      assertEquals(deleted.filter((is) => is).length, 1);
      assertEquals(await backend.get(`thread:${id}`), null);
    }
  });

  it("continue others, whose TTL restarts", async () => {
    const conversations = new Conversations({ storage: storage(), ttl: HOUR });
    const first = await conversations.create();
    await conversations.append(first, user("one", { files: ["a", "b"] }));
    const second = await conversations.create({ parent: first.toUpperCase() });
    await conversations.append(second, user("two"));
    const third = await conversations.create({ parent: second });
    await conversations.append(third, user("three", { files: ["b", "c"] }));
    for (const id of [first, second, third]) {
      await storage().pexpire(`thread:${id}`, HOUR / 2);
    }
    const chain = await conversations.chain(third);
    assertEquals(chain.map(({ id }) => id), [first, second, third]);
    assertEquals(chain.map(({ parent }) => parent), [undefined, first, second]);
    assertEquals(filesOf(chain), ["b", "c", "a"]);
    await assertTimeLeft(storage().pttl(`thread:${first}`), HOUR, "ms");
    await assertTimeLeft(storage().pttl(`thread:${second}`), HOUR, "ms");
    await assertTimeLeft(storage().pttl(`thread:${third}`), HOUR / 2, "ms");
    assertEquals(
      (await conversations.chain(third, { maxDepth: 2 })).map(({ id }) => id),
      [
        second,
        third,
      ],
    );
    const history = await conversations.history(third, { maxTokens: 1000 });
    assertEquals(
      history.text,
      "user: one\nFiles: a, b\n\nuser: two\n\nuser: three\nFiles: b, c",
    );
    await conversations.delete(second);
    assertEquals((await conversations.chain(third)).map(({ id }) => id), [
      third,
    ]);
  });

  it("are listed with their remaining TTL", async () => {
    const prefix = "a*[b]?\\:";
    const conversations = new Conversations({
      storage: storage(),
      ttl: HOUR,
      prefix,
    });
    const others = new Conversations({ storage: storage(), ttl: HOUR });
    await others.create();
    await storage().set(`${prefix}${crypto.randomUUID()}`, "foreign");
    await storage().set(`${prefix}no id`, "foreign");
    const ids: string[] = [];
    for (let i = 0; i < 150; i++) ids.push(await conversations.create());
    await storage().persist(prefix + ids[0]);
    const listed = await Array.fromAsync(conversations.list());
    assertEquals(listed.map(({ id }) => id).sort(), ids.toSorted());
    for (const { id, remainingTtl } of listed) {
      if (id === ids[0]) assertEquals(remainingTtl, Infinity);
      else await assertTimeLeft(remainingTtl, HOUR, "ms");
    }
  });

  it("ignore keys of another Redis type, also in a listing", async () => {
    const conversations = new Conversations({ storage: storage(), ttl: HOUR });
    const id = await conversations.create();
    const foreign = crypto.randomUUID();
    if ("lpush" in storage()) {
      await (storage() as unknown as { lpush(...words: string[]): unknown })
        .lpush(`thread:${foreign}`, "x");
    }
    const listed = await Array.fromAsync(conversations.list());
    assertEquals(listed.map(({ id }) => id), [id]);
    assertEquals(await conversations.read(foreign), undefined);
    await assertRejects(
      () => conversations.append(foreign, user("a")),
      ConversationNotFoundError,
    );
    const child = await conversations.create({ parent: foreign });
    assertEquals((await conversations.chain(child)).length, 1);
    assertEquals(await conversations.delete(foreign), false);
  });

  it("do not count a record that cannot be read", async () => {
    const conversations = new Conversations({ storage: storage(), ttl: HOUR });
    const id = await conversations.create();
    await conversations.append(id, user("a"));
    const key = `thread:${id}`;
    const names = ["a"];
    for (const size of [1, 300, 5000]) {
      for (const foreign of ["", "foreign\n"]) {
        const length = Number(await storage().strlen(key));
        const mark =
          `["conversation","00000000-0000-0000",${length},${names.length},${length},`;
        const rest = `,"mark":${mark}`;
        const data = "{".repeat(size);
        const bytes = `\n{"data":${data}${rest}]}\n`.length;
        const digits = String(bytes + 4).length;
        const text = `\n{"data":${data}${rest}${bytes + digits}]}\n`;
        await storage().append(key, text + foreign);
        const name = `${names.length}`;
        const { index } = await conversations.append(id, user(name));
        assertEquals([index, size, foreign], [names.length, size, foreign]);
        names.push(name);
      }
    }
    assertEquals(await contentsOf(conversations, id), names);
  });

  it("send nothing of a turn that is not JSON", async () => {
    const conversations = new Conversations({ storage: storage(), ttl: HOUR });
    const id = await conversations.create();
    const length = await storage().strlen(`thread:${id}`);
    for (const value of [1n, () => {}, Symbol("s"), NaN, new Date()]) {
      await assertRejects(
        () =>
          conversations.append(id, user("a", { metadata: { value } as never })),
        TypeError,
        '"turn.metadata" must be JSON',
      );
    }
    assertEquals(await storage().strlen(`thread:${id}`), length);
  });
});
