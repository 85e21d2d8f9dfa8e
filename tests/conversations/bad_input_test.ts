import {
  ConversationFullError,
  ConversationNotFoundError,
  Conversations,
} from "@mayfly/store/conversations";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { TestServer } from "../backend/journal/_server.ts";
import { contentsOf, inMemory, user } from "./_support.ts";

describe("An id", () => {
  it("that is no UUID is not found, and nothing is sent", async () => {
    const server = new TestServer();
    const conversations = new Conversations({ storage: server.connect() });
    const ids = [
      "",
      "x",
      "__proto__",
      "*",
      crypto.randomUUID().slice(1),
      `${crypto.randomUUID()} `,
      `\n${crypto.randomUUID()}`,
      crypto.randomUUID().replaceAll("-", ""),
      `${crypto.randomUUID().slice(0, 35)}g`,
      `${crypto.randomUUID().slice(0, 35)}İ`,
      "a".repeat(1_000_000),
    ];
    for (const id of ids) {
      assertEquals(await conversations.read(id), undefined);
      assertEquals(await conversations.delete(id), false);
      for (
        const run of [
          () => conversations.append(id, user("a")),
          () => conversations.chain(id),
          () => conversations.history(id, { maxTokens: 5 }),
        ]
      ) {
        const error = await assertRejects(run, ConversationNotFoundError);
        assertEquals(error.id, id);
        assertEquals(error.name, "ConversationNotFoundError");
        assert(error.message.length < 200);
      }
      await assertRejects(
        () => conversations.create({ parent: id }),
        RangeError,
        '"parent" must be a UUID',
      );
    }
    assertEquals(server.commands, 0);
  });

  it("that is no string is a TypeError", async () => {
    const { conversations } = inMemory();
    for (
      const id of [undefined, null, 5, {}, [crypto.randomUUID()], Symbol("s")]
    ) {
      for (
        const run of [
          () => conversations.read(id as never),
          () => conversations.delete(id as never),
          () => conversations.append(id as never, user("a")),
          () => conversations.chain(id as never),
          () => conversations.history(id as never, { maxTokens: 5 }),
        ]
      ) await assertRejects(run, TypeError, '"id" must be a string');
      if (id === undefined) continue;
      await assertRejects(
        () => conversations.create({ parent: id as never }),
        TypeError,
        '"parent" must be a string',
      );
    }
  });

  it("is the same in upper case", async () => {
    const { conversations } = inMemory();
    const id = await conversations.create();
    const upper = id.toUpperCase();
    await conversations.append(upper, user("a"));
    assertEquals((await conversations.read(upper))?.id, id);
    assertEquals((await conversations.chain(upper))[0]?.id, id);
    assertEquals(await conversations.delete(upper), true);
    assertEquals(await conversations.read(id), undefined);
  });
});

describe("A turn that is none", () => {
  it("is a TypeError before anything is sent", async () => {
    const server = new TestServer();
    const conversations = new Conversations({ storage: server.connect() });
    const id = await conversations.create();
    const { commands } = server;
    const cycle: Record<string, unknown> = {};
    cycle.self = [cycle];
    const bad: unknown[] = [
      undefined,
      null,
      "secret",
      5,
      [],
      {},
      { role: "user" },
      { content: "secret" },
      { role: 5, content: "secret" },
      { role: "user", content: 5n },
      { role: "user", content: null },
      { role: "user", content: Symbol("secret") },
      user("secret", { files: "secret" as never }),
      user("secret", { files: [5] as never }),
      user("secret", { files: new Array(2) }),
      user("secret", { images: [null] as never }),
      user("secret", { images: null as never }),
      user("secret", { metadata: "secret" as never }),
      user("secret", { metadata: null as never }),
      user("secret", { metadata: ["secret"] as never }),
      user("secret", { metadata: cycle as never }),
      user("secret", { metadata: { a: 1n } as never }),
      user("secret", { metadata: { a: () => {} } as never }),
      user("secret", { metadata: { a: new Map() } as never }),
      user("secret", { metadata: { a: [undefined] } as never }),
      user("secret", { metadata: { toJSON: () => "x" } as never }),
      user("secret", { metadata: new Date() as never }),
      { ...user("secret"), contents: "secret" },
    ];
    for (const turn of bad) {
      const error = await assertRejects(
        () => conversations.append(id, turn as never),
        TypeError,
        "Cannot append to the conversation: ",
      );
      assert(!error.message.includes("secret"), error.message);
    }
    assertEquals(server.commands, commands);
    assertEquals((await conversations.read(id))?.turns, []);
  });

  it("is refused for an id that is not there, too", async () => {
    const { conversations } = inMemory();
    await assertRejects(
      () => conversations.append("no id", { role: "user" } as never),
      TypeError,
    );
  });

  it("may be one that was read", async () => {
    const { conversations } = inMemory();
    const id = await conversations.create();
    await conversations.append(id, user("a", { files: ["f"] }));
    const [turn] = (await conversations.read(id))!.turns;
    await conversations.append(id, { ...turn!, at: 5 } as never);
    const [, again] = (await conversations.read(id))!.turns;
    assertEquals(again, { ...turn!, at: again!.at });
    assert(again!.at > 5);
  });
});

describe("What a polluted Object.prototype has", () => {
  it("is in no turn and no option", async () => {
    const { conversations } = inMemory();
    const polluted = Object.prototype as Record<string, unknown>;
    const pollution = {
      files: ["evil"],
      images: ["evil"],
      metadata: { evil: true },
      countTokens: () => 1e9,
      render: () => "evil",
      maxDepth: 1,
    };
    let id = "";
    let text = "";
    Object.assign(polluted, pollution);
    try {
      id = await conversations.create({});
      await conversations.append(id, { role: "user", content: "Hi" });
      ({ text } = await conversations.history(id, { maxTokens: 100 }));
    } finally {
      for (const name of Object.keys(pollution)) delete polluted[name];
    }
    const [turn] = (await conversations.read(id))!.turns;
    assertEquals(Object.keys(turn!).sort(), ["at", "content", "role"]);
    assertEquals(
      (await conversations.history(id, { maxTokens: 100 })).text,
      "user: Hi",
    );
    assertEquals(text.startsWith("user: Hi"), true, text);
  });
});

describe("Data of a conversation", () => {
  it("is JSON", async () => {
    const { storage, conversations } = inMemory();
    const cycle: unknown[] = [];
    cycle.push(cycle);
    for (const data of [1n, () => {}, NaN, cycle, new Date(), Symbol("s")]) {
      await assertRejects(
        () => conversations.create({ data: data as never }),
        TypeError,
        '"data" must be JSON',
      );
    }
    await assertRejects(
      () => conversations.create({ dat: 1 } as never),
      TypeError,
      '"dat"',
    );
    assertEquals(storage.dbsize(), 0);
    for (const data of [null, false, 0, "", [], { a: null }]) {
      const id = await conversations.create({ data });
      assertEquals((await conversations.read(id))?.data, data);
    }
  });

  it("has no more bytes than a conversation may have", async () => {
    const { storage, conversations } = inMemory({ maxBytes: 500 });
    await assertRejects(
      () => conversations.create({ data: "x".repeat(500) }),
      RangeError,
      "500 bytes",
    );
    assertEquals(storage.dbsize(), 0);
  });
});

describe("A conversation that is full", () => {
  it("says which limit it was", async () => {
    const { conversations } = inMemory({ maxTurns: 1 });
    const id = await conversations.create();
    assertEquals(await conversations.append(id, user("a")), {
      index: 0,
      remaining: 0,
    });
    const error = await assertRejects(
      () => conversations.append(id, user("secret")),
      ConversationFullError,
    );
    assertEquals(
      [error.name, error.id, error.maxTurns, error.maxBytes],
      ["ConversationFullError", id, 1, undefined],
    );
    assertEquals(
      error.message,
      `Cannot append to the conversation "${id}": it already has the maximum of 1 turn (\`maxTurns\`)`,
    );
  });

  it("counts its bytes as they are stored", async () => {
    const { storage, conversations } = inMemory({ maxBytes: 1000 });
    const id = await conversations.create();
    for (;;) {
      try {
        await conversations.append(id, user("é"));
      } catch (error) {
        assert(error instanceof ConversationFullError);
        break;
      }
    }
    const { length } = (await conversations.read(id))!.turns;
    const bytes = storage.strlen(`thread:${id}`);
    assert(bytes <= 1000 && bytes + bytes / (length + 1) > 1000);
    const wider = new Conversations({ storage, maxBytes: 1001 + bytes });
    assertEquals((await wider.append(id, user("a"))).index, length);
  });
});

describe("A conversation on a backend that fails", () => {
  it("passes on what it throws, and has lost nothing", async () => {
    const commands = ["strlen", "getrange", "append", "pexpire"];
    for (const fails of commands) {
      for (let call = 0; call < 4; call++) {
        const server = new TestServer();
        let calls = -1;
        const storage = server.connect((name) => {
          if (name === fails && calls >= 0 && calls++ === call) {
            throw new Error("READONLY");
          }
        });
        const conversations = new Conversations({ storage });
        const id = await conversations.create();
        await conversations.append(id, user("a"));
        calls = 0;
        const failed = await conversations.append(id, user("b"))
          .then(() => false, (error) => {
            assertEquals(error.message, "READONLY");
            return true;
          });
        calls = -1;
        const { index } = await conversations.append(id, user("c"));
        const contents = contentsOf(await conversations.read(id))!;
        assertEquals(contents[0], "a");
        assertEquals(contents[index], "c");
        // What was not acknowledged may have been appended all the same.
        if (!failed) assertEquals(contents, ["a", "b", "c"]);
      }
    }
  });
});
