import {
  ConversationNotFoundError,
  type HistoryOptions,
} from "@mayfly/store/conversations";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { inMemory, user, withTurns } from "./_support.ts";

const length = (text: string): number => text.length;
const words = (text: string): number => text.split(/\s+/).length;

describe("Conversations.history", () => {
  it("has all turns, oldest first, where they fit", async () => {
    const { conversations } = inMemory();
    const one = "one ".repeat(20);
    const id = await withTurns(conversations, [one, "two"]);
    await conversations.append(id, {
      role: "assistant",
      content: "three",
      files: ["a.ts", "b.ts"],
      images: ["c.png"],
    });
    const text = `user: ${one}\n\nuser: two\n\n` +
      "assistant: three\nFiles: a.ts, b.ts\nImages: c.png";
    assertEquals(await conversations.history(id, { maxTokens: 1000 }), {
      text,
      tokens: Math.ceil(text.length / 4),
      included: 3,
      omitted: 0,
    });
    const exactly = { maxTokens: text.length, countTokens: length };
    assertEquals((await conversations.history(id, exactly)).omitted, 0);
    const less = { maxTokens: text.length - 1, countTokens: length };
    assertEquals((await conversations.history(id, less)).omitted, 1);
  });

  it("is empty where nothing was said", async () => {
    const { conversations } = inMemory();
    const id = await conversations.create();
    assertEquals(await conversations.history(id, { maxTokens: 1 }), {
      text: "",
      tokens: 0,
      included: 0,
      omitted: 0,
    });
  });

  it("is within its limit, the note included, and no shorter than it must be", async () => {
    const { conversations } = inMemory();
    const contents = Array.from(
      { length: 130 },
      (_, i) => `${i} ${"word ".repeat(i * 7 % 23)}`,
    );
    const id = await withTurns(conversations, contents);
    for (const countTokens of [undefined, length, words]) {
      const count = countTokens ??
        ((text: string) => Math.ceil(text.length / 4));
      const all = (await conversations.history(id, {
        maxTokens: Infinity,
        countTokens,
      })).text.split("\n\n");
      assertEquals(all.length, 130);
      for (
        let maxTokens = 1;
        maxTokens < 12_000;
        maxTokens += 1 + (maxTokens >> 3)
      ) {
        const history = await conversations.history(id, {
          maxTokens,
          countTokens,
        });
        const { text, tokens, included, omitted } = history;
        assertEquals(included + omitted, 130);
        assertEquals(tokens, text === "" ? 0 : count(text));
        assert(tokens <= maxTokens);
        const parts = text === "" ? [] : text.split("\n\n");
        if (omitted > 0 && text !== "") {
          const turns = omitted === 1 ? "turn" : "turns";
          assertEquals(parts.shift(), `[${omitted} earlier ${turns} left out]`);
        }
        assertEquals(parts, all.slice(omitted));
        if (omitted > 1) {
          const turns = omitted === 2 ? "turn" : "turns";
          const longer = [
            `[${omitted - 1} earlier ${turns} left out]`,
            ...all.slice(omitted - 1),
          ].join("\n\n");
          assert(count(longer) > maxTokens, `${maxTokens}`);
        }
      }
    }
  });

  it("stops at the first turn that does not fit", async () => {
    const { conversations } = inMemory();
    const id = await withTurns(conversations, ["a", "b".repeat(500), "c"]);
    const history = await conversations.history(id, {
      maxTokens: 60,
      countTokens: length,
    });
    assertEquals(history.text, "[2 earlier turns left out]\n\nuser: c");
  });

  it("is the note alone, or nothing, where not even one turn fits", async () => {
    const { conversations } = inMemory();
    const id = await withTurns(conversations, ["a".repeat(500)]);
    const options = { countTokens: length };
    assertEquals(
      await conversations.history(id, { ...options, maxTokens: 50 }),
      {
        text: "[1 earlier turn left out]",
        tokens: 25,
        included: 0,
        omitted: 1,
      },
    );
    assertEquals(
      await conversations.history(id, { ...options, maxTokens: 5 }),
      {
        text: "",
        tokens: 0,
        included: 0,
        omitted: 1,
      },
    );
  });

  it("writes turns as it is told to, each once", async () => {
    const { conversations } = inMemory();
    const first = await withTurns(conversations, ["one"]);
    const id = await conversations.create({ parent: first });
    await conversations.append(id, user("two", { metadata: { n: 2 } }));
    let calls = 0;
    const history = await conversations.history(id, {
      maxTokens: 100,
      render: (turn, conversation) => {
        calls++;
        return `${turn.content} ${conversation.id === id} ${turn.metadata?.n}`;
      },
    });
    assertEquals(history.text, "one false undefined\n\ntwo true 2");
    assertEquals(calls, 2);
    const alone = await conversations.history(id, {
      maxTokens: 9,
      maxDepth: 1,
    });
    assertEquals(alone.text, "user: two");
  });

  it("takes no nonsense", async () => {
    const { conversations } = inMemory();
    const id = await withTurns(conversations, ["one", "two"]);
    const bad: [unknown, typeof TypeError | typeof RangeError][] = [
      [undefined, TypeError],
      [null, TypeError],
      [5, TypeError],
      [{}, TypeError],
      [{ maxTokens: "5" }, TypeError],
      [{ maxTokens: -1 }, RangeError],
      [{ maxTokens: NaN }, RangeError],
      [{ maxTokens: 5, maxToken: 5 }, TypeError],
      [{ maxTokens: 5, maxDepth: 0 }, RangeError],
      [{ maxTokens: 5, maxDepth: 1.5 }, RangeError],
      [{ maxTokens: 5, maxDepth: "1" }, TypeError],
      [{ maxTokens: 5, countTokens: 5 }, TypeError],
      [{ maxTokens: 5, render: "x" }, TypeError],
      [{ maxTokens: 5, countTokens: () => NaN }, RangeError],
      [{ maxTokens: 5, countTokens: () => -1 }, RangeError],
      [{ maxTokens: 5, countTokens: () => Infinity }, RangeError],
      [{ maxTokens: 5, countTokens: () => "5" }, TypeError],
      [{ maxTokens: 5, countTokens: () => Promise.resolve(5) }, TypeError],
      [{ maxTokens: 5, countTokens: () => undefined }, TypeError],
      [{ maxTokens: 5, render: () => 5 }, TypeError],
      [{ maxTokens: 5, render: () => undefined }, TypeError],
    ];
    for (const [options, kind] of bad) {
      await assertRejects(
        () => conversations.history(id, options as HistoryOptions),
        kind,
        "Cannot ",
      );
    }
    await assertRejects(
      () => conversations.history(crypto.randomUUID(), { maxTokens: 5 }),
      ConversationNotFoundError,
    );
  });

  it("is empty where there is no token to spend, without a question", async () => {
    const { conversations } = inMemory();
    const id = await withTurns(conversations, ["one", "two"]);
    const fails = () => {
      throw new Error("asked");
    };
    assertEquals(
      await conversations.history(id, {
        ...{ maxTokens: 0, countTokens: fails, render: fails },
      }),
      { text: "", tokens: 0, included: 0, omitted: 2 },
    );
  });

  it("renders and counts little more than what fits", async () => {
    const counters = [
      (text: string) => text.length / 4,
      words,
      // Each call costs something, or long texts cost less.
      (text: string) => 10 + text.length / 4,
      (text: string) => Math.sqrt(text.length) * 10,
    ];
    for (const size of [1, 40, 400]) {
      const { conversations } = inMemory({ maxBytes: Infinity });
      const contents = Array.from({ length: 1000 }, () => "word ".repeat(size));
      const id = await withTurns(conversations, contents);
      for (const countTokens of counters) {
        let counted = 0;
        let rendered = 0;
        const { text, included } = await conversations.history(id, {
          maxTokens: 1000,
          countTokens: (text) => {
            counted += text.length;
            return countTokens(text);
          },
          render: ({ content }) => {
            rendered++;
            return content;
          },
        });
        assert(rendered <= 2 * included + 2, `${rendered} for ${included}`);
        const most = 25 * Math.max(text.length, contents[0]!.length);
        assert(counted <= most, `${counted} for ${text.length}`);
      }
    }
  });

  it("passes on what its functions throw", async () => {
    const { conversations } = inMemory();
    const id = await withTurns(conversations, ["one"]);
    class Odd extends Error {}
    const fails = () => {
      throw new Odd("no");
    };
    await assertRejects(
      () => conversations.history(id, { maxTokens: 5, countTokens: fails }),
      Odd,
    );
    await assertRejects(
      () => conversations.history(id, { maxTokens: 5, render: fails }),
      Odd,
    );
  });
});
