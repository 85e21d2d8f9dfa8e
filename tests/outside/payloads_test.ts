/** What is stored shows in no error, whatever argument it is given for. */
import {
  InMemoryStorage,
  listKeys,
  setStorageBackend,
  update,
} from "@mayfly/store";
import { Collection } from "@mayfly/store/collection";
import { connectStorage } from "@mayfly/store/connect";
import { Conversations } from "@mayfly/store/conversations";
import { Handles } from "@mayfly/store/handles";
import { KeyvStorage } from "@mayfly/store/keyv";
import { createRequestState, createTokenStorage } from "@mayfly/store/mcp";
import { SqliteStorage } from "@mayfly/store/sqlite";
import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";

const SECRET = /HUSH|77665544332211/;
const PAYLOADS: unknown[] = [
  "HUSH",
  Symbol("HUSH"),
  77665544332211n,
  { a: "HUSH" },
  ["HUSH"],
  function HUSH() {},
];

/** Makes a call with each payload, and looks at what it throws. */
async function tryAll(call: (payload: never) => unknown): Promise<number> {
  let refused = 0;
  for (const payload of PAYLOADS) {
    try {
      await call(payload as never);
    } catch (error) {
      refused++;
      const { message } = error as Error;
      assertEquals(SECRET.test(message), false, message);
    }
  }
  return refused;
}

/** Each is refused for at least one of the payloads. */
async function tryEach(
  ...calls: ((payload: never) => unknown)[]
): Promise<void> {
  for (const call of calls) assert(await tryAll(call) > 0, String(call));
}

describe("no error shows a value:", () => {
  const storages = {
    InMemoryStorage: () => new InMemoryStorage({ timeoutHours: 1 }),
    SqliteStorage: () => new SqliteStorage(":memory:", { timeoutHours: 1 }),
  };
  for (const [name, make] of Object.entries(storages)) {
    it(`${name}, as any argument of any command`, async () => {
      using storage = make();
      type Command = (...args: unknown[]) => unknown;
      const commands = storage as unknown as Record<string, Command>;
      const names = [
        ...["get", "set", "setex", "psetex", "append", "incrby", "getex"],
        ...["incrbyfloat", "getrange", "setrange", "scan", "keys", "mset"],
        ...["rename", "copy", "flushall", "type", "mget", "del", "setnx"],
        ...["getset", "persist", "ttl", "touch", "batch", "setWithTtl"],
      ];
      for (const name of names) {
        const call = (...args: unknown[]) => commands[name]!(...args);
        await tryAll((payload) => call(payload));
        await tryAll((payload) => call("k", payload));
        await tryAll((payload) => call("k", 5, payload));
        await tryAll((payload) => call("k", 5, "v", payload));
        await tryAll((payload) => call(payload, "HUSH", "HUSH"));
      }
      // The words of SET and its kin; those of EXPIRE are in Redis's own message.
      await tryEach(
        (payload) => commands.setex!("k", payload, "v"),
        (payload) => commands.setWithTtl!("k", payload, "v"),
      );
    });
  }

  it("update, listKeys, connectStorage and the default backend", async () => {
    using storage = new InMemoryStorage({ timeoutHours: 1 });
    await tryEach(
      (payload) => setStorageBackend(payload),
      (payload) => update(payload, "k", () => "a"),
      (payload) => update(storage, payload, () => "a"),
      (payload) => update(storage, "k", payload),
      (payload) => update(storage, "k", () => payload),
      (payload) => update(storage, "k", () => "a", payload),
      (payload) => listKeys(payload, "*"),
      (payload) => listKeys(storage, payload),
      (payload) => connectStorage("memory:", payload),
    );
  });

  it("Conversations", async () => {
    using storage = new InMemoryStorage({ timeoutHours: 1 });
    const threads = new Conversations({ storage, ttl: 1000 });
    const id = await threads.create();
    const turn = { role: "user", content: "a" };
    await tryEach(
      (payload) => new Conversations(payload),
      (payload) => threads.create(payload),
      (payload) => threads.append(id, payload),
      (payload) => threads.append(id, { role: payload, content: payload }),
      (payload) => threads.append(id, { ...turn, files: payload }),
      (payload) => threads.append(id, { ...turn, images: payload }),
      (payload) => threads.append(id, { ...turn, metadata: payload }),
      (payload) => threads.chain(id, payload),
      (payload) => threads.history(id, payload),
      (payload) => threads.read(payload),
      (payload) => threads.delete(payload),
    );
  });

  it("Handles", async () => {
    using storage = new InMemoryStorage({ timeoutHours: 1 });
    const handles = new Handles<string>({ storage });
    const handle = await handles.mint("a");
    await tryEach(
      (payload) => handles.mint(payload),
      (payload) => handles.mint("a", payload),
      (payload) => handles.read(payload),
      (payload) => handles.read(handle, payload),
      (payload) => handles.read(handle, { owner: payload }),
      (payload) => handles.take(payload),
      (payload) => handles.revoke(payload),
      (payload) => handles.update(handle, payload),
      (payload) => handles.update(handle, () => payload),
    );
  });

  it("Collection", async () => {
    using storage = new InMemoryStorage({ timeoutHours: 1 });
    const all = new Collection<unknown>("c", { storage });
    const options = (payload: never) => [
      ...[{ ttl: payload }, { expiresAt: payload }, { keepTtl: payload }],
      ...[{ sliding: payload }, { schema: payload }, { codec: payload }],
    ];
    await all.set("a", "b");
    await tryEach(
      (payload) => new Collection("c", payload),
      (payload) => new Collection("c", options(payload)[0]),
      (payload) => new Collection("c", options(payload)[4]),
      (payload) => new Collection("c", options(payload)[5]),
      (payload) => all.get(payload),
      (payload) => all.set(payload, "b"),
      (payload) => all.set("a", payload),
      (payload) => all.set("a", "b", payload),
      (payload) => all.set("a", "b", options(payload)[1] as never),
      (payload) => all.set("a", "b", options(payload)[2] as never),
      (payload) => all.add("a", payload),
      (payload) => all.update("a", payload),
      (payload) => all.update("a", () => payload),
      (payload) => all.update("a", () => "b", payload),
      (payload) => all.touch("a", payload),
    );
  });

  it("KeyvStorage and the stores for MCP", async () => {
    using storage = new InMemoryStorage({ timeoutHours: 1 });
    const keyv = new KeyvStorage({ storage });
    const state = createRequestState<string>({ storage });
    const tokens = createTokenStorage({ storage });
    await tryEach(
      (payload) => keyv.set(payload, "a"),
      (payload) => keyv.set("a", payload),
      (payload) => keyv.set("a", "b", payload),
      (payload) => keyv.get(payload),
      (payload) => state.mint(payload),
      (payload) => state.verify(payload, {} as never),
      (payload) => tokens.save(payload, "a", 5),
      (payload) => tokens.save("a", payload, 5),
      (payload) => tokens.save("a", "b", payload),
      (payload) => tokens.get(payload),
    );
  });
});
