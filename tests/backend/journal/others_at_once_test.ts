import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Appended, Journal } from "../../../src/backend/_journal.ts";
import { type Hook, randomFrom, TestServer } from "./_server.ts";
import {
  indexOf,
  type Item,
  journal,
  json,
  KEY,
  namesIn,
  TTL,
} from "./_support.ts";

describe("Journal with others at the same moment", () => {
  /** Does something once, just before the server does a command. */
  function once(command: string, action: () => void): Hook {
    let done = false;
    return (name) => {
      if (done || name !== command) return;
      done = true;
      action();
    };
  }

  async function opened(
    limits: { maxRecords?: number; maxBytes?: number } = {},
  ): Promise<{ server: TestServer; log: Journal<null, Item> }> {
    const server = new TestServer();
    const log = journal(limits);
    await log.create(server.storage, KEY, "null", TTL);
    return { server, log };
  }

  it("counts what was appended between its look and its append", async () => {
    const { server, log } = await opened();
    const client = server.connect(once("append", () => {
      log.append(server.storage, KEY, json("b"), TTL);
      log.append(server.storage, KEY, json("c"), TTL);
    }));
    assertEquals(indexOf(await log.append(client, KEY, json("a"), TTL)), 2);
    assertEquals(indexOf(await log.append(client, KEY, json("d"), TTL)), 3);
    assertEquals(await namesIn(server.storage), ["b", "c", "a", "d"]);
  });

  it("counts right when others append while it looks", async () => {
    for (const command of ["strlen", "getrange", "pexpire"]) {
      const { server, log } = await opened();
      const client = server.connect(once(command, () => {
        log.append(server.storage, KEY, json("b"), TTL);
      }));
      const index = indexOf(await log.append(client, KEY, json("a"), TTL));
      assertEquals((await namesIn(server.storage))?.indexOf("a"), index);
    }
  });

  it("is told that it lost the race for the last place", async () => {
    const { server, log } = await opened({ maxRecords: 2 });
    await log.append(server.storage, KEY, json("a"), TTL);
    const client = server.connect(once("append", () => {
      log.append(server.storage, KEY, json("b"), TTL);
    }));
    assertEquals(await log.append(client, KEY, json("c"), TTL), {
      state: "full",
      limit: "maxRecords",
    });
    assertEquals(await namesIn(server.storage), ["a", "b"]);
    const length = server.storage.strlen(KEY);
    assertEquals((await log.append(client, KEY, json("d"), TTL)).state, "full");
    assertEquals(server.storage.strlen(KEY), length);
    // Another limit goes on from what holds.
    const wider = journal({ maxRecords: 3 });
    assertEquals(indexOf(await wider.append(client, KEY, json("e"), TTL)), 2);
    assertEquals(await namesIn(server.storage), ["a", "b", "e"]);
  });

  it("lets a smaller record follow one that lost the race for the last bytes", async () => {
    const { server, log: wide } = await opened();
    const maxBytes = server.storage.strlen(KEY) + 900;
    const log = journal({ maxBytes });
    const client = server.connect(once("append", () => {
      wide.append(server.storage, KEY, json("a".repeat(400)), TTL);
    }));
    assertEquals(await log.append(client, KEY, json("b".repeat(500)), TTL), {
      state: "full",
      limit: "maxBytes",
    });
    assertEquals(indexOf(await log.append(client, KEY, json("c"), TTL)), 1);
    assertEquals(await namesIn(server.storage), ["a".repeat(400), "c"]);
  });

  it("keeps the order of what one client appends at once, in few commands", async () => {
    const { server, log } = await opened({ maxRecords: 40 });
    const client = server.connect(once("append", () => {
      log.append(server.storage, KEY, json("other"), TTL);
    }));
    const names = Array.from({ length: 50 }, (_, i) => `${i}`);
    const answers = await Promise.all(
      names.map(async (name) => await log.append(client, KEY, json(name), TTL)),
    );
    assertEquals(
      answers.map((answer) => answer.state === "appended" ? answer.index : -1),
      names.map((_, i) => i < 39 ? i + 1 : -1),
    );
    assertEquals(await namesIn(server.storage), [
      "other",
      ...names.slice(0, 39),
    ]);
    assert(server.commands < 30, String(server.commands));
    const log2 = (await log.read(server.storage, KEY))!;
    for (const [i, answer] of answers.entries()) {
      if (answer.state !== "appended") continue;
      const { offset, nonce, data } = log2.records[answer.index]!;
      assertEquals([offset, nonce], [answer.offset, answer.nonce]);
      assertEquals(data, { name: names[i]! });
    }
  });

  it("fails what went out as one, and goes on", async () => {
    const { server, log } = await opened();
    let broken = false;
    const client = server.connect((name) => {
      if (broken && name === "append") throw new Error("LOADING");
    });
    const first = log.append(client, KEY, json("a"), TTL);
    const others = ["b", "c"].map(async (name) =>
      await log.append(client, KEY, json(name), TTL)
    );
    assertEquals(indexOf(await first), 0);
    broken = true;
    const results = await Promise.allSettled(others);
    assertEquals(results.map(({ status }) => status), ["rejected", "rejected"]);
    broken = false;
    assertEquals(indexOf(await log.append(client, KEY, json("d"), TTL)), 1);
    assertEquals(await namesIn(server.storage), ["a", "d"]);
  });

  it("removes what it made when the log vanished before its append", async () => {
    const { server, log } = await opened();
    const client = server.connect(
      once("append", () => server.storage.del(KEY)),
    );
    const { state } = await log.append(client, KEY, json("a"), TTL);
    assertEquals(state, "missing");
    assertEquals(server.storage.exists(KEY), 0);
  });

  it("is told when the log vanished after its append", async () => {
    for (const command of ["pexpire", "getrange"]) {
      const { server, log } = await opened();
      let appended = false;
      const client = server.connect((name) => {
        if (appended && name === command) server.storage.del(KEY);
        appended ||= name === "append";
      });
      const { state } = await log.append(client, KEY, json("a"), TTL);
      assertEquals(state, "missing");
      assertEquals(server.storage.exists(KEY), 0);
    }
  });

  it("leaves foreign text that took the place of the log", async () => {
    const { server, log } = await opened();
    const client = server.connect(
      once("append", () => server.storage.set(KEY, "foreign")),
    );
    const { state } = await log.append(client, KEY, json("a"), TTL);
    assertEquals(state, "missing");
    assert(server.storage.get(KEY)?.startsWith("foreign"));
  });

  it("has no orphan for ever: what is left of one expires", async () => {
    const { server, log } = await opened();
    let gone = false;
    const client = server.connect((name) => {
      if (name === "append") server.storage.del(KEY);
      if (name === "del") {
        gone = true;
        throw new Error("The connection was lost");
      }
    });
    await assertFails(async () =>
      await log.append(client, KEY, json("a"), TTL)
    );
    assert(gone);
    assert(server.storage.pttl(KEY) > 0);
    assertEquals(await namesIn(server.storage), undefined);
  });

  async function assertFails(run: () => Promise<unknown>): Promise<void> {
    let failed = false;
    await run().catch(() => failed = true);
    assert(failed);
  }

  it("counts once what a client sent twice", async () => {
    const { server, log } = await opened();
    let twice = true;
    const client = server.connect((name, args) => {
      if (name === "append" && twice) {
        server.storage.append(KEY, String(args[1]));
      }
    });
    assertEquals(indexOf(await log.append(client, KEY, json("a"), TTL)), 0);
    twice = false;
    assertEquals(indexOf(await log.append(client, KEY, json("b"), TTL)), 1);
    assertEquals(indexOf(await log.append(client, KEY, json("c"), TTL)), 2);
    assertEquals(await namesIn(server.storage), ["a", "b", "c"]);
  });

  it("counts once what came again after others had gone on", async () => {
    const { server, log } = await opened();
    let first = "";
    const client = server.connect((name, args) => {
      if (name === "append") first ||= String(args[1]);
    });
    await log.append(client, KEY, json("a"), TTL);
    await log.append(client, KEY, json("b"), TTL);
    // Between the look of this writer and its line, "a" comes again.
    const slow = server.connect(
      once("append", () => server.storage.append(KEY, first)),
    );
    assertEquals(indexOf(await log.append(slow, KEY, json("c"), TTL)), 2);
    server.storage.append(KEY, first);
    assertEquals(indexOf(await log.append(client, KEY, json("d"), TTL)), 3);
    assertEquals(await namesIn(server.storage), ["a", "b", "c", "d"]);
  });

  it("agrees with every reader, in any order of commands", async () => {
    for (let seed = 1; seed <= 150; seed++) {
      const random = randomFrom(seed);
      // Out of order, lines that are as long as two others could mislead a writer.
      const isOrdered = seed % 2 === 0;
      const times = () => isOrdered ? 1 + Math.floor(random() * 60) : 20;
      const server = new TestServer(random, undefined, isOrdered);
      const limits = {
        maxRecords: seed % 3 === 0 ? 9 : Infinity,
        maxBytes: seed % 4 === 0 ? 1500 : Infinity,
      };
      const log = journal(limits);
      await log.create(server.storage, KEY, "null", TTL);
      const sent: string[] = [];
      const answers = await Promise.all(
        Array.from({ length: 5 }, async (_, writer) => {
          const client = server.connect((name, args) => {
            // Sent twice, at once or later.
            if (name !== "append") return;
            if (random() < 0.1) server.storage.append(KEY, String(args[1]));
            if (sent.length > 0 && random() < 0.1) {
              const at = Math.floor(random() * sent.length);
              server.storage.append(KEY, sent[at]!);
            }
            sent.push(String(args[1]));
          });
          const answers: [string, Appended][] = [];
          for (let i = 0; i < 4; i++) {
            // Some alone, some together.
            const names = Array.from(
              { length: 1 + Math.floor(random() * 3) },
              (_, j) => `${writer}${i}${j}`.repeat(times()),
            );
            await Promise.all(names.map(async (name) => {
              answers.push([
                name,
                await log.append(client, KEY, json(name), TTL),
              ]);
            }));
          }
          return answers;
        }),
      );
      const names = await namesIn(server.storage);
      const held: string[] = [];
      for (const [name, answer] of answers.flat()) {
        if (answer.state === "appended") held[answer.index] = name;
        else assertEquals(answer.state, "full");
      }
      assertEquals(held, names, `seed ${seed}`);
      if (limits.maxRecords === 9 && limits.maxBytes === Infinity) {
        assertEquals(held.length, 9);
      }
    }
  });
});
