/**
 * The server has done a command, its reply is lost, and the client sends the command again: what the
 * caller hears is so, or it is the client's error.
 */

import { type StorageBackend, StorageError } from "@mayfly/store";
import { connectStorage } from "@mayfly/store/connect";
import { Conversations } from "@mayfly/store/conversations";
import { HandleError, Handles } from "@mayfly/store/handles";
import { KeyvStorage } from "@mayfly/store/keyv";
import { createRequestState, createTokenStorage } from "@mayfly/store/mcp";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  it,
} from "@std/testing/bdd";
import { LossyProxy } from "../oracle/lossy_proxy.ts";
import { isLeftOut, REDIS_PROGRAM } from "../oracle/programs.ts";
import { type RedisServer, startRedisServer } from "../oracle/redis_server.ts";

const SCRIPT = /\r\neval\r\n/i;
const DEL = /\r\ndel\r\n/i;

describe("a lost reply", {
  ignore: isLeftOut("a lost reply", REDIS_PROGRAM),
  ...{ sanitizeOps: false, sanitizeResources: false },
}, () => {
  let server: RedisServer;
  let proxy: LossyProxy;
  let storage: StorageBackend & AsyncDisposable;
  let other: StorageBackend & AsyncDisposable;

  beforeAll(async () => {
    server = (await startRedisServer())!;
    proxy = await LossyProxy.open(server.port);
    storage = await connectStorage(proxy.url);
    other = await connectStorage(server.url);
  });
  afterAll(async () => {
    await storage[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
    await proxy.close();
    await server.stop();
  });
  beforeEach(async () => {
    await other.flushall();
  });

  /** Runs a call whose command is done without a reply; asserts that one was lost. */
  async function losing<T>(command: RegExp, run: () => Promise<T>): Promise<T> {
    proxy.loseReply(command);
    try {
      return await run();
    } finally {
      assert(proxy.hasLost);
    }
  }

  it("does not lose the value of a handle that was taken", async () => {
    const handles = new Handles<number>({ storage });
    const others = new Handles<number>({ storage: other });
    const handle = await handles.mint(7);
    assertEquals(await losing(SCRIPT, () => handles.take(handle)), 7);
    assertEquals(await other.dbsize(), 0);
    for (const one of [handles, others]) {
      const error = await assertRejects(() => one.take(handle), HandleError);
      assertEquals(error.reason, "gone");
    }
  });

  it('does not make a state with "once" invalid', async () => {
    const state = createRequestState<number>({ storage, once: true });
    const context = { mcpReq: { method: "tools/call" } };
    const text = await state.mint(7, context);
    assertEquals(await losing(SCRIPT, () => state.verify(text, context)), 7);
    await assertRejects(() => state.verify(text, context), HandleError);
  });

  it("does not lose a token that was taken, which others do not get", async () => {
    const tokens = createTokenStorage({ storage });
    for (const ttl of [60, undefined]) {
      await tokens.save("a", { user: "ada" }, ttl);
      const taken = await losing(SCRIPT, () => tokens.take("a"));
      assertEquals(taken, { user: "ada" });
      assertEquals(await tokens.get("a"), null);
      assertEquals(await tokens.take("a"), null);
    }
  });

  it("does not remove a token that was saved after the take", async () => {
    const tokens = createTokenStorage({ storage });
    await tokens.save("a", 1);
    const taking = tokens.take("a");
    await tokens.save("a", 2);
    assertEquals([await taking, await tokens.get("a")], [1, 2]);
  });

  it("does not make a removal return false", async () => {
    const handles = new Handles<number>({ storage });
    const handle = await handles.mint(7);
    assert(await losing(SCRIPT, () => handles.revoke(handle)));
    assertEquals(await handles.revoke(handle), false);

    const conversations = new Conversations({ storage, ttl: 60_000 });
    const id = await conversations.create();
    assert(await losing(DEL, () => conversations.delete(id)));
    assertEquals(await conversations.delete(id), false);
    const next = await conversations.create();
    assert(await losing(/\r\nset\r\n/i, () => conversations.delete(next)));
    assertEquals(await conversations.delete(next), false);

    const keyv = new KeyvStorage({ storage });
    await keyv.set("a", "1");
    const error = await assertRejects(
      () => losing(DEL, () => keyv.delete("a")),
      StorageError,
      "it is not known whether it was done",
    );
    assertEquals(error.code, "unavailable");
    assertEquals(await keyv.delete("a"), false);
    assertEquals(await other.dbsize(), 0);
  });

  it("does not create a conversation or a turn twice", async () => {
    const conversations = new Conversations({ storage, ttl: 60_000 });
    const id = await losing(
      /\r\nset\r\n/i,
      () => conversations.create(),
    );
    assertEquals(await other.dbsize(), 1);
    for (const index of [0, 1]) {
      const turn = { role: "user", content: `${index}` };
      const appended = await losing(
        /\r\nappend\r\n/i,
        () => conversations.append(id, turn),
      );
      assertEquals(appended.index, index);
    }
    const { turns } = (await conversations.read(id))!;
    assertEquals(turns.map(({ content }) => content), ["0", "1"]);
  });

  it("is an error without permission for scripts, never a wrong result", async () => {
    const { port } = new URL(proxy.url);
    const admin = other as unknown as {
      acl(...words: string[]): Promise<unknown>;
    };
    await admin.acl(
      ...["SETUSER", "plain", "on", ">secret", "~*", "+@all"],
      ...["-eval", "-evalsha", "-@scripting"],
    );
    await using plain = await connectStorage(
      `redis://plain:secret@127.0.0.1:${port}`,
    );
    const handles = new Handles<number>({ storage: plain });
    assertEquals(await handles.take(await handles.mint(7)), 7);
    assert(await handles.revoke(await handles.mint(7)));
    const handle = await handles.mint(7);
    const error = await assertRejects(
      () => losing(/\r\ngetdel\r\n/i, () => handles.take(handle)),
      StorageError,
      "it is not known whether it was done",
    );
    assertEquals(error.code, "unavailable");
    const gone = await assertRejects(() => handles.take(handle), HandleError);
    assertEquals(gone.reason, "gone");
  });

  it('leaves a handle "gone" for everybody if the process then ends', async () => {
    const client = other as unknown as StorageBackend & {
      eval(...words: unknown[]): Promise<unknown>;
    };
    const dying = new Proxy(client, {
      get: (_target, name) =>
        name === "eval"
          ? async (...words: unknown[]) => {
            await client.eval(...words);
            throw new Error("the process ends");
          }
          : Reflect.get(client, name).bind?.(client),
    });
    const handles = new Handles<number>({ storage: other });
    const handle = await handles.mint(7);
    await assertRejects(() =>
      new Handles<number>({ storage: dying }).take(handle)
    );
    const [key] = await other.keys("*");
    const left = await other.pttl(key!);
    assert(left > 0 && left <= 300_000, String(left));
    for (
      const run of [
        () => handles.read(handle),
        () => handles.take(handle),
        () => handles.update(handle, (n) => n + 1),
      ]
    ) {
      assertEquals((await assertRejects(run, HandleError)).reason, "gone");
    }
    assertEquals(await handles.revoke(handle), false);
  });
});
