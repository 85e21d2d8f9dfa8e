/** Several processes, on all three runtimes, that append and take at once. */

import { Conversations } from "@mayfly/store/conversations";
import { Handles } from "@mayfly/store/handles";
import { assert, assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import { describeOnEvery, SHARED_BACKENDS } from "./backends.ts";
import { programPath, runOn, RUNTIMES } from "./run_on.ts";
import { delay } from "./suite.ts";

const PROCESSES = [...RUNTIMES, RUNTIMES[0]];
const TTL = 600_000;

describeOnEvery("several processes", (opened) => {
  /** Starts the processes and waits for what they print. */
  async function race<T>(
    argsOf: (process: number) => string[],
    meanwhile: () => Promise<void> = () => Promise.resolve(),
  ): Promise<T[]> {
    const running = PROCESSES.map((runtime, i) =>
      runOn(runtime, programPath("races"), {
        args: [opened().url!, ...argsOf(i)],
      })
    );
    await meanwhile();
    const ended = await Promise.all(running);
    assertEquals(
      ended.map(({ code, stderr }) => ({ code, stderr })),
      PROCESSES.map(() => ({ code: 0, stderr: "" })),
    );
    return ended.map(({ stdout }) => JSON.parse(stdout));
  }

  interface Appended {
    held: [index: number, content: string][];
    refused: number;
  }

  function conversations(): Conversations {
    return new Conversations({ storage: opened().backend, ttl: TTL });
  }

  /** The turns of a conversation, each with its place. */
  async function turnsOf(id: string): Promise<[number, string][]> {
    const { turns } = (await conversations().read(id))!;
    return turns.map(({ content }, i) => [i, content]);
  }

  it("lose no turn of one conversation", async () => {
    const id = await conversations().create();
    const results = await race<Appended>((i) => [
      "append",
      id,
      String(i),
      "250",
    ]);
    const held = results.flatMap(({ held }) => held);
    assertEquals(held.length, 1000);
    assertEquals(held.sort(([a], [b]) => a - b), await turnsOf(id));
  });

  it("append exactly fifty turns to a conversation of at most fifty", async () => {
    const id = await conversations().create();
    const results = await race<Appended>((i) => [
      "append",
      id,
      String(i),
      "50",
      "50",
    ]);
    const held = results.flatMap(({ held }) => held);
    assertEquals(held.length, 50);
    assertEquals(held.sort(([a], [b]) => a - b), await turnsOf(id));
    const refused = results.map(({ refused }) => refused);
    assertEquals(refused.reduce((a, b) => a + b), 150);
  });

  it("all see that a conversation was deleted, and leave no key", async () => {
    const all = conversations();
    const id = await all.create();
    const results = await race<{ held: number }>(
      (i) => ["talk", id, String(i), String(TTL), "0"],
      async () => {
        // As soon as all of them take part.
        const talking = new Set<string>();
        const deadline = Date.now() + 30_000;
        while (talking.size < PROCESSES.length) {
          assert(Date.now() < deadline, `Only ${[...talking]} have begun`);
          for (const [, content] of await turnsOf(id)) talking.add(content[0]!);
          await delay(5);
        }
        assertEquals(await all.delete(id), true);
      },
    );
    // A turn can be read before its append is acknowledged, and then the delete may win.
    assert(results.some(({ held }) => held > 0));
    assertEquals(await all.read(id), undefined);
    assertEquals(await opened().backend.pttl(`thread:${id}`), -2);
  });

  it("all see that a conversation has expired, and leave no key without a TTL", async () => {
    const { backend } = opened();
    const id = await conversations().create();
    const key = `thread:${id}`;
    const ttl = 20;
    await race<{ held: number }>((i) => [
      ...["talk", id, String(i), String(ttl), String(6 * ttl)],
    ]);
    await delay(3 * ttl);
    assertEquals(await backend.pttl(key), -2);
  });

  it("are told once that a conversation was deleted", async () => {
    const all = conversations();
    const ids = await Promise.all(
      Array.from({ length: 500 }, () => all.create()),
    );
    const deleted = await race<string[]>(() => [
      ...["delete", String(PROCESSES.length), ...ids],
    ]);
    assertEquals(deleted.flat().sort(), ids.sort());
    assertEquals(await Array.fromAsync(all.list()), []);
  });

  it("take each handle once", async () => {
    const handles = new Handles<number>({ storage: opened().backend });
    const minted = await Promise.all(
      Array.from({ length: 100 }, (_, i) => handles.mint(i)),
    );
    const taken = await race<number[]>(() => ["take", ...minted]);
    assertEquals(taken.flat().sort((a, b) => a - b), [...Array(100).keys()]);
  });
}, SHARED_BACKENDS);
