import {
  InMemoryStorage,
  listKeys,
  ReplyError,
  type StorageBackend,
} from "@mayfly/store";
import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { NO_OBJECTS } from "../storage/_support.ts";

/** A storage whose SCAN answers these steps. */
function scanning(...steps: string[][]): StorageBackend {
  const scan = (cursor: string) => {
    const at = Number(cursor);
    const next = at + 1 < steps.length ? String(at + 1) : "0";
    return Promise.resolve([next, steps[at]]);
  };
  return { scan } as unknown as StorageBackend;
}

async function list(storage: StorageBackend): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of listKeys(storage, "*")) keys.push(key);
  return keys;
}

describe("listKeys", () => {
  it("checks its arguments", () => {
    using storage = new InMemoryStorage();
    for (const [value, shown] of NO_OBJECTS) {
      assertThrows(
        () => listKeys(value as StorageBackend, "*"),
        TypeError,
        `Cannot list the keys: "storage" must be an object: received ${shown}`,
      );
    }
    assertThrows(
      () => listKeys({} as StorageBackend, "*"),
      TypeError,
      'Cannot list the keys: "storage.scan" must be a function: received undefined',
    );
    for (const pattern of [undefined, null, 7, /a/]) {
      assertThrows(
        () => listKeys(storage, pattern as unknown as string),
        TypeError,
        'Cannot list the keys: "pattern" must be a string: received ',
      );
    }
  });

  it("lists a key once that several SCAN steps return", async () => {
    const storage = scanning(["a", "b", "a"], [], ["b", "c"]);
    assertEquals(await list(storage), ["a", "b", "c"]);
  });

  it("lists a key once that two masters have while it moves", async () => {
    const calls: string[] = [];
    const cluster = {
      ...scanning(["only one node"]),
      ping() {
        calls.push("ping");
        return Promise.reject(new ReplyError("NOPERM no permissions"));
      },
      nodes(role: string) {
        calls.push(`nodes ${role}`);
        return [scanning(["a"], ["b"]), scanning(["b", "c"])];
      },
    } as unknown as StorageBackend;
    assertEquals(await list(cluster), ["a", "b", "c"]);
    // A cluster knows its masters only once it has answered something, whatever it is.
    assertEquals(calls, ["ping", "nodes master"]);
  });

  it("lets timers run during a long listing of a synchronous storage", async () => {
    using storage = new InMemoryStorage();
    for (let i = 0; i < 3000; i++) storage.set(`${i}`, "");
    const { now } = performance;
    let time = 0;
    performance.now = () => time += 1;
    let fired = false;
    setTimeout(() => fired = true, 0);
    try {
      for await (const _ of listKeys(storage, "*")) if (fired) break;
    } finally {
      performance.now = now;
    }
    assertEquals(fired, true);
  });
});
