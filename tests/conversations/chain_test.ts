import {
  ConversationNotFoundError,
  Conversations,
  filesOf,
  imagesOf,
} from "@mayfly/store/conversations";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";
import { InMemoryStorage } from "@mayfly/store";
import { Journal } from "../../src/backend/_journal.ts";
import { inMemory, user } from "./_support.ts";

describe("Conversations.chain", () => {
  it("goes back twenty conversations by default", async () => {
    const { conversations } = inMemory();
    const ids = [await conversations.create()];
    for (let i = 0; i < 24; i++) {
      ids.push(await conversations.create({ parent: ids.at(-1) }));
    }
    const idsOf = async (maxDepth?: number) =>
      (await conversations.chain(ids.at(-1)!, { maxDepth })).map(({ id }) =>
        id
      );
    assertEquals(await idsOf(), ids.slice(-20));
    assertEquals(await idsOf(1), ids.slice(-1));
    assertEquals(await idsOf(Infinity), ids);
    for (const maxDepth of [0, -1, 1.5, NaN]) {
      await assertRejects(() => idsOf(maxDepth), RangeError, '"maxDepth"');
    }
    await assertRejects(() => idsOf("5" as never), TypeError, '"maxDepth"');
  });

  it("ends where it comes to itself", async () => {
    const { storage, conversations } = inMemory();
    const journal = new Journal("conversation");
    const ids = [1, 2, 3].map(() => crypto.randomUUID());
    for (const [i, id] of ids.entries()) {
      const header = JSON.stringify({
        createdAt: 1,
        parent: ids[(i + 1) % 3],
      });
      await journal.create(storage, `thread:${id}`, header, 1000);
    }
    assertEquals((await conversations.chain(ids[0]!)).map(({ id }) => id), [
      ids[2],
      ids[1],
      ids[0],
    ]);
    const own = crypto.randomUUID();
    await journal.create(
      storage,
      `thread:${own}`,
      JSON.stringify({ createdAt: 1, parent: own }),
      1000,
    );
    assertEquals((await conversations.chain(own)).length, 1);
  });

  it("takes a parent that was never there, and one that has expired", async () => {
    using time = new FakeTime();
    using storage = new InMemoryStorage();
    const conversations = new Conversations({ storage, ttl: 1000 });
    const first = await conversations.create();
    const second = await conversations.create({ parent: first });
    time.tick(600);
    await conversations.append(second, user("a"));
    time.tick(600);
    assertEquals((await conversations.chain(second)).map(({ id }) => id), [
      second,
    ]);
    const parent = crypto.randomUUID();
    const third = await conversations.create({ parent });
    assertEquals((await conversations.chain(third))[0]?.parent, parent);
    time.tick(1000);
    await assertRejects(
      () => conversations.chain(third),
      ConversationNotFoundError,
    );
  });

  it("keeps the ancestors of a conversation that goes on", async () => {
    using time = new FakeTime();
    using storage = new InMemoryStorage();
    const conversations = new Conversations({ storage, ttl: 1000 });
    const first = await conversations.create();
    const second = await conversations.create({ parent: first });
    for (let i = 0; i < 5; i++) {
      time.tick(900);
      await conversations.append(second, user("a"));
      assertEquals((await conversations.chain(second)).length, 2);
    }
    time.tick(900);
    // Its own time does not begin again.
    await conversations.chain(second);
    time.tick(100);
    assertEquals(await conversations.read(second), undefined);
    assertEquals((await conversations.read(first))?.id, first);
  });
});

describe("filesOf and imagesOf", () => {
  it("have the newest turn first, each text once", () => {
    const turn = (files?: string[], images?: string[]) => ({
      ...user("x"),
      ...files && { files },
      ...images && { images },
      at: 1,
    });
    const conversation = (turns: ReturnType<typeof turn>[]) => ({
      id: crypto.randomUUID(),
      createdAt: 1,
      turns,
    });
    const chain = [
      conversation([turn(["a", "b"], ["1"]), turn(["c", "a"])]),
      conversation([]),
      conversation([turn(["d", "b", "d"], ["2", "1"]), turn()]),
    ];
    assertEquals(filesOf(chain), ["d", "b", "c", "a"]);
    assertEquals(imagesOf(chain), ["2", "1"]);
    assertEquals(filesOf([]), []);
    assertEquals(chain[0]!.turns.length, 2);
  });

  it("take an array alone", () => {
    for (const given of [undefined, null, "x", {}, 1]) {
      for (const list of [filesOf, imagesOf]) {
        assertThrows(
          () => list(given as unknown as []),
          TypeError,
          '"conversations" must be an array',
        );
      }
    }
  });
});
