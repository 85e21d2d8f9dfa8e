import { ConfigError, InMemoryStorage, setStorageBackend } from "@mayfly/store";
import { Conversations } from "@mayfly/store/conversations";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import process from "node:process";
import { assertRefusesOptions } from "../backend/_bad_options.ts";
import { inMemory, user } from "./_support.ts";

const VARIABLE = "CONVERSATION_TIMEOUT_HOURS";
const HOUR = 3_600_000;

function withVariable(value: string | undefined, run: () => void): void {
  const before = process.env[VARIABLE];
  if (value === undefined) delete process.env[VARIABLE];
  else process.env[VARIABLE] = value;
  try {
    run();
  } finally {
    if (before === undefined) delete process.env[VARIABLE];
    else process.env[VARIABLE] = before;
  }
}

describe("Conversations, their options", () => {
  it("are refused where they are none", () => {
    assertRefusesOptions(
      (options) => new Conversations(options),
      "make the conversations",
      [
        [{ maxturns: 5 }, TypeError],
        [{ maxTurns: 0 }, RangeError],
        [{ maxTurns: 1.5 }, RangeError],
        [{ maxTurns: "5" }, TypeError],
        [{ maxBytes: 0 }, RangeError],
        [{ maxBytes: NaN }, RangeError],
        [{ maxBytes: 10n }, TypeError],
      ],
    );
  });

  it("have a ttl from the environment, where none is given", async () => {
    const created: [Conversations, number][] = [];
    const storage = new InMemoryStorage();
    withVariable("5", () => {
      created.push([new Conversations({ storage, prefix: "a:" }), 5 * HOUR]);
      created.push([new Conversations({ storage, prefix: "b:", ttl: 7 }), 7]);
    });
    withVariable(undefined, () => {
      created.push([new Conversations({ storage, prefix: "c:" }), 3 * HOUR]);
      created.push([
        new Conversations({ storage, prefix: "d:", ttl: HOUR - 0.5 }),
        HOUR,
      ]);
    });
    withVariable("abc", () => {
      assertThrows(() => new Conversations(), ConfigError, "abc");
    });
    for (const [conversations, ttl] of created) {
      await conversations.create();
      for await (const { remainingTtl } of conversations.list()) {
        assert(remainingTtl <= ttl && remainingTtl > ttl - 60_000);
      }
    }
  });

  it("look the shared backend up at each call", async () => {
    using first = new InMemoryStorage();
    using second = new InMemoryStorage();
    const conversations = new Conversations();
    try {
      setStorageBackend(first);
      const id = await conversations.create();
      setStorageBackend(second);
      assertEquals(await conversations.read(id), undefined);
      setStorageBackend(first);
      assertEquals((await conversations.append(id, user("a"))).index, 0);
    } finally {
      setStorageBackend(undefined);
    }
  });

  it("may be those of others on the same conversation", async () => {
    const { storage, conversations } = inMemory({ maxTurns: 2 });
    const wider = new Conversations({ storage, maxTurns: 3 });
    const id = await conversations.create();
    await conversations.append(id, user("a"));
    await wider.append(id, user("b"));
    assertEquals(await wider.append(id, user("c")), { index: 2, remaining: 0 });
    assertEquals((await conversations.read(id))?.turns.length, 3);
  });
});
