import {
  ConfigError,
  getStorageBackend,
  InMemoryStorage,
  setStorageBackend,
  type StorageBackend,
} from "@mayfly/store";
import {
  assertEquals,
  assertInstanceOf,
  assertNotStrictEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { Environment, LineLogger } from "../storage/_support.ts";

const VARIABLE = "CONVERSATION_TIMEOUT_HOURS";

describe("getStorageBackend", () => {
  let environment: Environment;
  beforeEach(() => {
    environment = new Environment({ [VARIABLE]: undefined });
    setStorageBackend(undefined);
  });
  afterEach(() => {
    setStorageBackend(undefined);
    environment[Symbol.dispose]();
  });

  it("creates an InMemoryStorage at first use, and then returns the same one", async () => {
    const storage = getStorageBackend();
    assertInstanceOf(storage, InMemoryStorage);
    assertStrictEquals(getStorageBackend(), storage);
    assertEquals(await storage.setex("a", 60, "1"), "OK");
    assertEquals(await getStorageBackend().get("a"), "1");
  });

  it("uses the options of the first call; later options have no effect", () => {
    const logger = new LineLogger();
    const storage = getStorageBackend({ timeoutHours: 7, logger });
    const later = new LineLogger();
    assertStrictEquals(
      getStorageBackend({ timeoutHours: 8, logger: later }),
      storage,
    );
    assertEquals(logger.take()[0][1].includes("7 h"), true);
    assertEquals(later.take(), []);
  });

  it("reads the environment when it creates the storage, and refuses an invalid one", () => {
    {
      using _environment = new Environment({ [VARIABLE]: "abc" });
      assertThrows(() => getStorageBackend(), ConfigError, VARIABLE);
    }
    const logger = new LineLogger();
    using _environment = new Environment({ [VARIABLE]: "9" });
    getStorageBackend({ logger });
    assertEquals(logger.take()[0][1].includes("9 h"), true);
  });

  it("creates nothing with invalid options", () => {
    assertThrows(() => getStorageBackend({ timeoutHours: -1 }), RangeError);
    assertThrows(() => getStorageBackend(null as never), TypeError);
    const logger = new LineLogger();
    getStorageBackend({ logger });
    assertEquals(logger.take().length, 1);
  });

  it("returns the backend that setStorageBackend was given", () => {
    const storage = new InMemoryStorage({ timeoutHours: 1 });
    assertEquals(setStorageBackend(storage), undefined);
    assertStrictEquals(getStorageBackend(), storage);
    assertStrictEquals(getStorageBackend({ timeoutHours: 5 }), storage);
  });

  it("creates a new one after setStorageBackend(undefined)", () => {
    const first = getStorageBackend();
    first.set("a", "1");
    setStorageBackend(undefined);
    const second = getStorageBackend();
    assertNotStrictEquals(second, first);
    assertEquals(second.get("a"), null);
    assertEquals(first.get("a"), "1");
  });

  it("accepts any object with the commands, such as a Redis client", () => {
    const client = { get: () => Promise.resolve("1") };
    setStorageBackend(client as unknown as StorageBackend);
    assertStrictEquals(getStorageBackend() as unknown, client);
  });

  for (
    const bad of [null, 5, "redis://", true, 5n, Symbol("s"), {}, { get: 1 }]
  ) {
    it(`keeps the current backend when it is set to ${String(bad)}`, () => {
      const storage = getStorageBackend();
      assertThrows(() => setStorageBackend(bad as never), TypeError);
      assertStrictEquals(getStorageBackend(), storage);
    });
  }

  const symbol = Symbol.for("@mayfly/store/backend");
  const foreign = [
    ...[null, 5, "redis://", true, 5n, Symbol("secret"), () => {}],
    ...[{}, { get: 1 }, [], new Map([["get", 1]]).keys()],
  ];
  for (const value of foreign) {
    it(`does not take ${typeof value === "object" ? JSON.stringify(value) : String(value)} under the global symbol for a backend`, () => {
      const property = { value, configurable: true, writable: true };
      Object.defineProperty(globalThis, symbol, property);
      const error = assertThrows(() => getStorageBackend(), TypeError);
      assertEquals(/secret|redis/.test((error as Error).message), false);
      const storage = new InMemoryStorage();
      setStorageBackend(storage);
      assertStrictEquals(getStorageBackend(), storage);
    });
  }

  it("ignores inherited properties of the global object", () => {
    const inherited = { get: () => null };
    const prototype = Object.prototype as unknown as Record<symbol, unknown>;
    delete (globalThis as Record<symbol, unknown>)[symbol];
    prototype[symbol] = inherited;
    try {
      assertInstanceOf(getStorageBackend(), InMemoryStorage);
    } finally {
      delete prototype[symbol];
    }
  });

  it("adds no enumerable property to the global object", () => {
    const before = Object.keys(globalThis).length;
    getStorageBackend();
    assertEquals(Object.keys(globalThis).length, before);
    const symbols = Object.getOwnPropertySymbols(globalThis).filter((symbol) =>
      Object.prototype.propertyIsEnumerable.call(globalThis, symbol)
    );
    assertEquals(
      symbols.filter((symbol) => String(symbol).includes("mayfly")),
      [],
    );
  });
});
