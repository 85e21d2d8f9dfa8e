/** What keyv asks of an adapter, on every backend. */

import {
  ExpiringStore,
  InMemoryStorage,
  setStorageBackend,
} from "@mayfly/store";
import { Emitter, KeyvStorage } from "@mayfly/store/keyv";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Keyv, keyvStorageCapability } from "keyv";
import { Keyv as Keyv5 } from "keyv5";
import { describeOnEvery } from "../suites/backend/backends.ts";

/** More than a cluster's or a walk's step at a time. */
const MANY = 2_345;

describeOnEvery("KeyvStorage", (opened) => {
  const make = (namespace?: string) =>
    new KeyvStorage({ storage: opened().backend, namespace });

  it("keeps a value under the namespace and the key", async () => {
    assertEquals(await make().set("a", "1"), true);
    assertEquals(await make("pages").set("a", "2"), true);
    assertEquals(await opened().backend.get("keyv:a"), "1");
    assertEquals(await opened().backend.get("pages:a"), "2");
    assertEquals(await make().get("a"), "1");
    assertEquals(await make("pages").get("a"), "2");
    assertEquals(await make("others").get("a"), undefined);
  });

  it("takes a deadline, not a TTL", async () => {
    const store = make();
    const deadline = Date.now() + 60_000;
    await store.set("a", "1", deadline);
    assertEquals(await opened().backend.pexpiretime("keyv:a"), deadline);
    await store.set("a", "1", deadline + 0.5);
    assertEquals(await opened().backend.pexpiretime("keyv:a"), deadline + 1);
    for (const never of [undefined, Infinity]) {
      await store.set("a", "1", never);
      assertEquals(await opened().backend.pexpiretime("keyv:a"), -1);
    }
  });

  it("removes the key if the deadline is past", async () => {
    const store = make();
    for (const past of [Date.now() - 1, Date.UTC(1974, 0)]) {
      await store.set("a", "1");
      assertEquals(await store.set("a", "2", past), true);
      assertEquals(await store.has("a"), false);
    }
  });

  it("returns several values in the order of the keys", async () => {
    const store = make();
    assertEquals(
      await store.setMany([
        { key: "a", value: "1" },
        { key: "b", value: "2", expires: Date.now() + 60_000 },
        { key: "c", value: "3", expires: Date.now() - 1 },
      ]),
      [true, true, true],
    );
    const keys = ["c", "b", "none", "a"];
    assertEquals(await store.getMany(keys), [undefined, "2", undefined, "1"]);
    assertEquals(await store.hasMany(keys), [false, true, false, true]);
    assertEquals(await store.deleteMany(keys), [false, true, false, true]);
    assertEquals(await store.deleteMany(keys), [false, false, false, false]);
    assertEquals(await store.setMany([]), []);
    assertEquals(await store.getMany([]), []);
  });

  it("reports which of several values it could not set, and why", async () => {
    const store = make();
    const errors: unknown[] = [];
    store.on("error", (error) => errors.push(error));
    assertEquals(
      await store.setMany([
        { key: "a", value: "1" },
        { key: "b", value: { not: "text" } },
        { key: "c", value: "3" },
      ]),
      [true, false, true],
    );
    assertEquals(errors.map((error) => error instanceof TypeError), [true]);
    assertEquals(await store.getMany(["a", "b", "c"]), ["1", undefined, "3"]);
  });

  it("clears only its namespace, with any characters in namespaces and keys", async () => {
    const namespaces = [
      "a",
      "a:b",
      "a:",
      "a*",
      "a?",
      "[a]",
      "a\\",
      "%",
      "京:都",
    ];
    const keys = ["k", "b:k", ":k", "*", "k]"];
    for (const namespace of namespaces) {
      const store = make(namespace);
      for (const key of keys) await store.set(key, namespace);
    }
    await opened().backend.set("a", "no key of keyv's");
    for (const [i, namespace] of namespaces.entries()) {
      await make(namespace).clear();
      for (const [j, other] of namespaces.entries()) {
        assertEquals(
          await make(other).getMany(keys),
          keys.map(() => j <= i ? undefined : other),
          `${other} after ${namespace} was cleared`,
        );
      }
    }
    assertEquals(await opened().backend.get("a"), "no key of keyv's");
  });

  it("lists and clears more keys than one SCAN step returns", async () => {
    const store = make("many");
    const other = make("other");
    await other.set("k", "v");
    await store.setMany(
      Array.from({ length: MANY }, (_, i) => ({ key: `${i}`, value: `v${i}` })),
    );
    const seen = new Map(await Array.fromAsync(store.iterator()) as []);
    assertEquals(seen.size, MANY);
    for (let i = 0; i < MANY; i++) assertEquals(seen.get(`${i}`), `v${i}`);
    await store.clear();
    assertEquals(await Array.fromAsync(store.iterator()), []);
    assertEquals(await Array.fromAsync(other.iterator()), [["k", "v"]]);
  });

  it("skips keys of another Redis type in a listing", async () => {
    const store = make();
    await store.set("mine", "1");
    const { backend } = opened();
    if ("lpush" in backend) {
      await (backend as unknown as { lpush(...words: string[]): unknown })
        .lpush("keyv:theirs", "x");
    }
    assertEquals(await Array.fromAsync(store.iterator()), [["mine", "1"]]);
  });

  it("works with keyv 5, which passes TTLs", async () => {
    const store = make();
    const pages = new Keyv5({ store, namespace: "pages" });
    const left = async (key: string) =>
      Number(await opened().backend.pttl(`pages:pages:${key}`));
    await pages.set("home", { html: "<h1>" }, 60_000);
    await pages.set("about", 1);
    await pages.setMany([{ key: "a", value: 1, ttl: 50_000.5 }, {
      ...{ key: "b", value: 2 },
    }]);
    assertEquals(await pages.get("home"), { html: "<h1>" });
    const home = await left("home");
    assert(home > 50_000 && home <= 60_000, `${home} ms left`);
    const many = await left("a");
    assert(many > 40_000 && many <= 50_001, `${many} ms left`);
    assertEquals([await left("about"), await left("b")], [-1, -1]);
    const keys: string[] = [];
    for await (const [key] of pages.iterator!(undefined)) keys.push(key);
    assertEquals(keys.sort(), ["a", "about", "b", "home"]);
    assertEquals(await pages.delete(["a", "none"]), true);
    assertEquals(await pages.delete(["a", "none"]), false);
    await pages.set("home", 1, -1);
    assertEquals(await left("home"), -2);
    await pages.clear();
    assertEquals(await store.has("pages:about"), false);
  });

  it("leaves the storage open when it is disconnected", async () => {
    const store = make();
    await store.disconnect();
    assertEquals(await store.set("a", "1"), true);
    assertEquals(await store.get("a"), "1");
  });

  it("works with keyv 6: deadlines, namespaces, iteration, errors", async () => {
    const pages = new Keyv({ store: make(), namespace: "pages" });
    const plain = new Keyv({ store: make() });
    await pages.set("home", { html: "<h1>" }, 60_000);
    await plain.set("home", 1);
    assertEquals(await pages.get("home"), { html: "<h1>" });
    const left = Number(await opened().backend.pttl("pages:home"));
    assert(left > 50_000 && left <= 60_000, `${left} ms left`);
    assertEquals(await opened().backend.pttl("keyv:home"), -1);
    assertEquals(await Array.fromAsync(pages.iterator()), [
      ["home", { html: "<h1>" }],
    ]);
    await pages.clear();
    assertEquals([await pages.get("home"), await plain.get("home")], [
      undefined,
      1,
    ]);
    const errors: unknown[] = [];
    const raw = new Keyv({ store: make(), serialization: false });
    raw.on("error", (error: unknown) => errors.push(error));
    assertEquals(await raw.set("a", { not: "text" }), false);
    assertEquals(errors.length, 1);
  });
});

describe("KeyvStorage", () => {
  it("has the capabilities that keyv defines", () => {
    const store = new KeyvStorage();
    const { capabilities } = store;
    assertEquals(capabilities as unknown, keyvStorageCapability(store));
    assert(new Keyv({ store }).store === store, "keyv put a bridge before it");
  });

  it("expects deadlines until keyv 5 has read its dialect", async () => {
    using storage = new InMemoryStorage();
    const store = new KeyvStorage({ storage });
    for (const ttl of [60_000, 0, -1, Date.UTC(1973, 11, 31)]) {
      await assertRejects(
        () => store.set("a", "1", ttl),
        RangeError,
        '"expires" must be a number of milliseconds since the epoch, from 1974 on',
      );
    }
    // A look at the settings is not keyv 5's.
    assertEquals([{ ...store.opts }, JSON.stringify(store.opts)], [
      { url: "" },
      '{"url":""}',
    ]);
    const deadline = Date.now() + 60_000;
    await store.set("a", "1", deadline);
    assertEquals(storage.pexpiretime("keyv:a"), deadline);
    assertEquals([store.opts["dialect"], store.opts["url"]], ["redis", ""]);
    await store.set("a", "1", 60_000);
    assert(storage.pttl("keyv:a") <= 60_000);
    await assertRejects(() => store.set("a", "1", NaN), RangeError, '"ttl"');
    assertEquals(store.capabilities.expires, true);
    await assertRejects(() => store.set("a", "1", 60_000), RangeError);
  });

  it("looks the default backend up at each call", async () => {
    const store = new KeyvStorage();
    try {
      for (const value of ["1", "2"]) {
        using storage = new InMemoryStorage();
        setStorageBackend(storage);
        assertEquals(await store.get("a"), undefined);
        await store.set("a", value);
        assertEquals(storage.get("keyv:a"), value);
      }
    } finally {
      setStorageBackend(undefined);
    }
  });

  it("takes the namespace from its option or from keyv", () => {
    const store = new KeyvStorage();
    assertEquals(store.namespace, undefined);
    store.namespace = "other";
    assertEquals(store.namespace, "other");
    store.namespace = undefined;
    assertEquals(store.namespace, undefined);
    assertEquals(new KeyvStorage({ namespace: "pages" }).namespace, "pages");
  });

  it("uses the given separator", async () => {
    using storage = new InMemoryStorage();
    const options = { storage, namespace: "a:b::", keyPrefixSeparator: "::" };
    await new KeyvStorage(options).set("k", "v");
    assertEquals(storage.keys("*"), ["a%3ab%3a%3a::k"]);
  });

  it("refuses an invalid namespace, key, value or deadline", async () => {
    // deno-lint-ignore no-explicit-any
    const make = (options: any) => new KeyvStorage(options);
    for (const options of [null, 1, { namespace: 1 }, { storage: 1 }]) {
      assertThrows(() => make(options), TypeError);
    }
    for (const name of ["namespace", "keyPrefixSeparator"]) {
      assertThrows(() => make({ [name]: "" }), RangeError, `"${name}" must be`);
    }
    // deno-lint-ignore no-explicit-any
    const store = new KeyvStorage() as any;
    assertThrows(() => store.namespace = "", RangeError);
    // Half a surrogate pair would be stored as another key.
    assertThrows(() => store.namespace = "\ud800", RangeError);
    assertThrows(() => make({ keyPrefixSeparator: "\udc00" }), RangeError);
    for (const method of ["get", "has", "delete", "set"]) {
      await assertRejects(() => store[method]("\ud800", "1"), RangeError);
    }
    await assertRejects(() => store.get(Symbol("secret")), TypeError);
    const error = await assertRejects(
      () => store.set("k", { password: "secret" }),
      TypeError,
      'Cannot set the key: "value" must be a string',
    );
    assert(!error.message.includes("secret"), error.message);
    await assertRejects(() => store.set("k", "v", NaN), RangeError);
    const swapped = await assertRejects(
      () => store.set("k", "v", "secret"),
      TypeError,
      '"expires" must be a number of milliseconds since the epoch',
    );
    assert(!swapped.message.includes("secret"), swapped.message);
  });

  it("is not needed with an ExpiringStore", async () => {
    using store = new ExpiringStore<string, unknown>();
    const keyv = new Keyv({ store });
    await keyv.set("a", { b: 1 }, 60_000);
    assertEquals(await keyv.get("a"), { b: 1 });
    assertEquals(await keyv.delete("a"), true);
    assertEquals(await keyv.get("a"), undefined);
    await keyv.set("c", 1);
    await keyv.clear();
    assertEquals(store.size, 0);
  });
});

describe("Emitter", () => {
  it("calls listeners in order, also if they change during an event", () => {
    const emitter = new Emitter();
    const calls: string[] = [];
    const always = (value: string) => void calls.push(`always ${value}`);
    emitter.on("e", always);
    emitter.once("e", (value) => {
      calls.push(`once ${value}`);
      emitter.on("e", () => calls.push("late"));
    });
    emitter.prependListener("e", () => calls.push("first"));
    emitter.prependOnceListener("e", () => calls.push("very first"));
    assertEquals(emitter.emit("e", "1"), true);
    assertEquals(calls.splice(0), [
      "very first",
      "first",
      "always 1",
      "once 1",
    ]);
    assertEquals(emitter.listenerCount("e"), 3);
    assertEquals(emitter.off("e", always), emitter);
    emitter.emit("e", "2");
    assertEquals(calls, ["first", "late"]);
  });

  it("removes a listener that was added twice once, the last one first", () => {
    const emitter = new Emitter();
    let calls = 0;
    const listener = () => void calls++;
    emitter.addListener("e", listener).addListener("e", listener);
    assertEquals(emitter.listeners("e"), [listener, listener]);
    emitter.removeListener("e", listener);
    assertEquals(emitter.rawListeners("e"), [listener]);
    emitter.off("e", () => {});
    emitter.emit("e");
    assertEquals(calls, 1);
  });

  it('knows its event names, and does not throw an unhandled "error"', () => {
    const emitter = new Emitter();
    const symbol = Symbol();
    emitter.on("a", () => {}).on(symbol, () => {}).once("b", () => {});
    assertEquals(emitter.eventNames(), ["a", symbol, "b"]);
    emitter.emit("b");
    emitter.removeAllListeners("a");
    assertEquals(emitter.eventNames(), [symbol]);
    emitter.removeAllListeners();
    assertEquals(emitter.eventNames(), []);
    assertEquals(emitter.emit("error", new Error("nobody's")), false);
  });
});
