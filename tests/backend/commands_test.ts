import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { InMemoryStorage, setStorageBackend } from "../../mod.ts";
import { Conversations } from "../../src/conversations/mod.ts";
import { Handles } from "../../src/handles/mod.ts";
import { KeyvStorage } from "../../src/keyv/mod.ts";
import * as mcp from "../../src/mcp/mod.ts";

/** As a client of the package `redis` spells its commands. */
const otherKind = {
  get: () => null,
  set: () => "OK",
  del: () => 0,
  append: () => 0,
  exists: () => 0,
  getDel: () => null,
  getEx: () => null,
  pTTL: () => -2,
} as never;

const MAKERS: Record<string, (storage: never) => unknown> = {
  setStorageBackend,
  Conversations: (storage) => new Conversations({ storage }),
  Handles: (storage) => new Handles({ storage }),
  KeyvStorage: (storage) => new KeyvStorage({ storage }),
  createEventStore: (storage) =>
    mcp.createEventStore({ session: "s", storage }),
  createRequestState: (storage) => mcp.createRequestState({ storage }),
  createResponseCacheStore: (storage) =>
    mcp.createResponseCacheStore({ storage }),
  createTokenStorage: (storage) => mcp.createTokenStorage({ storage }),
};

describe("A client of another kind", () => {
  for (const [name, make] of Object.entries(MAKERS)) {
    it(`is refused by ${name} with an error that names the accepted clients`, () => {
      const error = assertThrows(() => make(otherKind), TypeError) as Error;
      assertEquals(
        /^Cannot .* must be a function: .* client of ioredis, iovalkey or Bun\)$/
          .test(error.message),
        true,
        error.message,
      );
    });
  }
});

describe("A storage with only the commands that are called", () => {
  it("is accepted", async () => {
    const inner = new InMemoryStorage();
    const { get, set, del, getdel } = inner;
    const storage = {
      get: get.bind(inner),
      set: set.bind(inner) as typeof set,
      del: del.bind(inner),
      getdel: getdel.bind(inner),
    };
    const tokens = mcp.createTokenStorage({ storage });
    await tokens.save("a", 1);
    assertEquals(await tokens.take("a"), 1);
  });
});
