/** `connectStorage` and what servers answer: no real server is needed. */

import {
  isReplyError,
  setStorageBackend,
  type StorageBackend,
  StorageError,
} from "@mayfly/store";
import { type ConnectedStorage, connectStorage } from "@mayfly/store/connect";
import { Conversations } from "@mayfly/store/conversations";
import { Handles } from "@mayfly/store/handles";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { Redis } from "ioredis";
import { type Answer, bulk, FakeServer } from "./_fake_server.ts";

const SANITIZE = { sanitizeOps: false, sanitizeResources: false };

let server: FakeServer | undefined;
let storage: ConnectedStorage | undefined;

async function start(answer: Answer): Promise<string> {
  server = await FakeServer.start(answer);
  return server.url;
}

async function end(): Promise<void> {
  await storage?.close();
  await server?.close();
  storage = server = undefined;
}

/** The error "unavailable" of a call. */
async function unavailable(call: () => unknown): Promise<StorageError> {
  const error = await assertRejects(
    async () => await call(),
    StorageError,
  ) as StorageError;
  assertEquals(error.code, "unavailable");
  return error;
}

describe(
  "connectStorage, after a server has accepted the connection",
  SANITIZE,
  () => {
    afterEach(end);

    it("accepts a refused PING as an answer", async () => {
      const url = await start(([word]) =>
        word!.toUpperCase() === "PING"
          ? "-NOPERM this user has no permissions\r\n"
          : word === "get"
          ? bulk("v")
          : undefined
      );
      storage = await connectStorage(url);
      assertEquals(await storage.get("k"), "v");
      // Nothing is asked for that a program with these rights need not have.
      assert(
        !server!.commands.some((command) => /exists|select/i.test(command)),
      );
    });

    it("waits for a server that is loading its data", async () => {
      let pings = 0;
      const url = await start(([word]) =>
        word!.toUpperCase() === "PING" && ++pings < 3
          ? "-LOADING Redis is loading the dataset in memory\r\n"
          : undefined
      );
      storage = await connectStorage(url);
      assertEquals(pings, 3);
    });

    it("refuses a server without GETEX", async () => {
      const url = await start(([word]) =>
        word!.toUpperCase() === "GETEX"
          ? "-ERR unknown command `GETEX`, with args beginning with:\r\n"
          : undefined
      );
      const { message } = await unavailable(() => connectStorage(url));
      assertStringIncludes(message, "too old");
      assertStringIncludes(message, "Redis 6.2");
    });

    it("can be aborted by its signal", async () => {
      const url = await start(() => "");
      const controller = new AbortController();
      const reason = new Error("enough");
      const { signal } = controller;
      const connecting = connectStorage(url, { signal });
      setTimeout(() => controller.abort(reason), 50);
      assertEquals(await assertRejects(() => connecting), reason);
      assertEquals(
        await assertRejects(() => connectStorage("memory:", { signal })),
        reason,
      );
    });

    it("passes a server's error on", async () => {
      const url = await start(([word]) =>
        word === "incr" ? "-ERR value is not an integer\r\n" : undefined
      );
      storage = await connectStorage(url);
      const error = await assertRejects(async () => await storage!.incr("k"));
      assert(isReplyError(error));
    });
  },
);

describe("a command of connectStorage's storage", SANITIZE, () => {
  afterEach(end);

  it("throws a StorageError after the storage is closed", async () => {
    const close: ((storage: ConnectedStorage) => unknown)[] = [
      (storage) => storage.close(),
      (storage) => storage[Symbol.asyncDispose](),
      (storage) => storage[Symbol.dispose](),
    ];
    const url = await start(() => undefined);
    for (const place of ["memory:", "file::memory:", url]) {
      for (const how of close) {
        const storage = await connectStorage(place);
        await how(storage);
        await how(storage);
        const error = await assertRejects(
          async () => await storage.get("k"),
          StorageError,
        );
        assertEquals((error as StorageError).code, "closed", place);
      }
    }
  });

  it("has a timeout, after which the client reconnects", async () => {
    let isSilent = true;
    const url = await start(([word]) =>
      word === "get" ? isSilent ? "" : bulk("v") : undefined
    );
    storage = await connectStorage(url, { commandTimeout: 300 });
    const error = await unavailable(() => storage!.get("k"));
    assertStringIncludes(error.message, "no answer within 300 ms");
    isSilent = false;
    assertEquals(await storage.get("k"), "v");
  });

  it("is sent on another connection if the server is silent", async () => {
    let asked = 0;
    const url = await start(([word]) =>
      word === "get" ? ++asked === 1 ? "" : bulk("v") : undefined
    );
    storage = await connectStorage(url, { commandTimeout: 4000 });
    assertEquals(await storage.get("k"), "v");
    assertEquals(asked, 2);
  });

  it("is sent again if it is idempotent, and otherwise rejects", async () => {
    const safe: [string, (storage: StorageBackend) => unknown][] = [
      ["get", (storage) => storage.get("k")],
      ["set", (storage) => storage.set("k", "v", "PX", 60_000)],
      ["pexpire", (storage) => storage.pexpire("k", 60_000)],
    ];
    const unsafe: [string, (storage: StorageBackend) => unknown][] = [
      ["incr", (storage) => storage.incr("k")],
      ["getdel", (storage) => storage.getdel("k")],
      ["set", (storage) => storage.set("k", "v", "PX", 60_000, "NX")],
      ["append", (storage) => storage.append("k", "v")],
      ["del", (storage) => storage.del("k")],
    ];
    let lost: string | undefined;
    const url = await start(([word]) => {
      if (word !== lost) return undefined;
      lost = undefined;
      queueMicrotask(() => server!.cut());
      return "";
    });
    storage = await connectStorage(url);
    for (const [word, call] of safe) {
      lost = word;
      assertEquals(await call(storage), "OK");
    }
    for (const [word, call] of unsafe) {
      lost = word;
      const { message } = await unavailable(() => call(storage!));
      assertStringIncludes(message, "not known whether it was done");
      assertEquals(await call(storage), "OK");
    }
  });

  it("waits for connectTimeout at most while the client reconnects", async () => {
    const url = await start(() => undefined);
    storage = await connectStorage(url, { connectTimeout: 2000 });
    await server!.close();
    await unavailable(() => storage!.get("k"));
  });

  it("rejects when the storage is closed, without a server", async () => {
    const url = await start(() => undefined);
    storage = await connectStorage(url);
    await server!.close();
    const waiting = [storage.get("k"), storage.incr("k")] as Promise<unknown>[];
    const settled = Promise.allSettled(waiting);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await storage.close();
    for (const result of await settled) {
      const { reason } = result as PromiseRejectedResult;
      assertInstanceOf(reason, StorageError);
    }
  });

  it("is executed by the new master after a failover", async () => {
    let isMaster = false;
    let refused = 0;
    const url = await start(([word]) => {
      if (word !== "set" || isMaster) return undefined;
      isMaster = ++refused === 1;
      return "-READONLY You can't write against a read only replica.\r\n";
    });
    storage = await connectStorage(url);
    assertEquals(await storage.set("k", "v"), "OK");
    assertEquals(refused, 1);
  });
});

describe("a client that the caller created", SANITIZE, () => {
  afterEach(end);

  it("is used, and stays open", async () => {
    const url = await start(([word]) => word === "get" ? bulk("v") : undefined);
    const client = new Redis(url);
    try {
      storage = await connectStorage(url, { client });
      assertInstanceOf(storage, Redis);
      assertEquals(await storage.get("k"), "v");
      await storage.close();
      await assertRejects(async () => await storage!.get("k"), StorageError);
      assertEquals(await client.get("k"), "v");
    } finally {
      client.disconnect();
    }
  });
});

describe("a client that reads from replicas", () => {
  it("is refused, because they lag behind", async () => {
    const url = "redis+cluster://127.0.0.1:1/";
    const expected = "must read from the master";
    for (const scaleReads of ["slave", "all", () => []]) {
      const client = { scaleReads };
      await assertRejects(
        () => connectStorage(url, { client }),
        TypeError,
        expected,
      );
      const commands = ["append", "del", "get", "getdel", "getex", "getrange"];
      const others = ["pexpire", "pttl", "scan", "set", "strlen", "exists"];
      const cluster = Object.fromEntries(
        [...commands, ...others].map((name) => [name, () => {}]),
      ) as unknown as StorageBackend;
      Object.assign(cluster, { options: client });
      const takers = [
        () => new Handles({ storage: cluster }),
        () => new Conversations({ storage: cluster }),
        () => setStorageBackend(cluster),
      ];
      for (const take of takers) assertThrows(take, TypeError, expected);
    }
  });
});
