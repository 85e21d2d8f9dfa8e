/** Values that are long, and grow. */

import { LongValue } from "../../src/storage/memory/_long_value.ts";
import { InMemoryStorage } from "@mayfly/store";
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { assertReplyError } from "../redis/_commands.ts";

const TOO_LONG = "ERR string exceeds maximum allowed size (proto-max-bulk-len)";

/** How many ms some calls take, the least of a few times. */
function duration(run: () => void): number {
  let least = Infinity;
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    run();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

/** Commands that touch a few bytes of the value "a", 200 times. */
const TOUCHES: Record<string, (storage: InMemoryStorage) => unknown> = {
  append: (storage) => storage.append("a", "x".repeat(200)),
  strlen: (storage) => storage.strlen("a"),
  getrange: (storage) => storage.getrange("a", 900, 1100),
  "getrange from the end": (storage) => storage.getrange("a", -200, -1),
  setrange: (storage) => storage.setrange("a", 900, "\u20ac\u20ac"),
};

describe("a long value", () => {
  for (const [name, touch] of Object.entries(TOUCHES)) {
    for (const character of ["x", "é", "\u20ac"]) {
      it(`costs ${name} only the bytes that it touches, of ${character}`, () => {
        using storage = new InMemoryStorage({ maxBytes: 1e9 });
        const many = () => {
          for (let i = 0; i < 200; i++) touch(storage);
        };
        storage.set("a", character.repeat(1000));
        const short = duration(many);
        storage.set("a", character.repeat(8_000_000));
        touch(storage);
        const long = duration(many);
        // It was ten thousand times as much; a busy machine makes no hundred.
        assertEquals(
          long < 100 * short + 100,
          true,
          `${long} ms where a short value takes ${short} ms`,
        );
      });
    }
  }

  it("takes at most twice its bytes in memory", () => {
    const value = new LongValue("");
    let seed = 1;
    for (let i = 0; i < 5000; i++) {
      seed = Math.imul(seed, 48271) >>> 0;
      const offset = seed % 10 === 0 ? seed % 5000 : value.length;
      const part = "é".repeat(seed % 100 + 1);
      const undo = seed % 3 === 0
        ? value.append(part, 2 * part.length)
        : value.write(offset, part);
      if (seed % 7 === 0) undo();
      assertEquals(value.capacity <= 2 * value.length, true);
    }
    assertEquals(new LongValue("x".repeat(1000)).capacity, 1000);
  });

  it("has the right bytes after any appends, writes, reads and rollbacks", () => {
    const encoder = new TextEncoder();
    let seed = 7;
    const random = (n: number) => (seed = Math.imul(seed, 48271) >>> 0) % n;
    for (let round = 0; round < 20; round++) {
      const start = "é".repeat(random(50));
      const value = new LongValue(start);
      let bytes = Array.from(encoder.encode(start));
      const undone: [() => void, number[]][] = [];
      for (let i = 0; i < 100; i++) {
        const part = "xé€😀"[random(3)]!.repeat(random(9) === 0 ? 2000 : 20);
        const encoded = encoder.encode(part);
        const before = [...bytes];
        const what = random(6);
        if (what < 3) {
          undone.push([value.append(part, encoded.length), before]);
          bytes.push(...encoded);
        } else if (what === 3) {
          const offset = random(bytes.length + 10);
          undone.push([value.write(offset, part), before]);
          while (bytes.length < offset) bytes.push(0);
          bytes.splice(offset, encoded.length, ...encoded);
        } else if (what === 4 && undone.length > 0) {
          const [undo, earlier] = undone.pop()!;
          undo();
          bytes = earlier;
        } else {
          const from = random(bytes.length + 1);
          const part = value.range(from, bytes.length);
          assertEquals(
            typeof part === "string"
              ? Array.from(encoder.encode(part))
              : [...part],
            bytes.slice(from),
          );
        }
        assertEquals(value.length, bytes.length);
      }
      const whole = value.read();
      const decoded = new TextDecoder().decode(new Uint8Array(bytes));
      assertEquals(
        typeof whole === "string" ? whole : new TextDecoder().decode(whole),
        decoded,
      );
    }
  });

  it("reads as the right text after each write", () => {
    const value = new LongValue("é".repeat(5000));
    assertEquals(value.read(), "é".repeat(5000));
    value.write(value.length, "x");
    assertEquals(value.read(), "é".repeat(5000) + "x");
    assertEquals(value.read(), "é".repeat(5000) + "x");
    value.write(0, "e\u0301"[0]! + "x");
    assertEquals(value.read(), "ex" + "é".repeat(4999) + "x");
  });

  it("is counted by maxBytes, with its appended parts", () => {
    using storage = new InMemoryStorage({ maxBytes: 10_001 });
    storage.set("b", "1");
    storage.append("a", "x".repeat(5000));
    storage.append("a", "é".repeat(2000));
    assertEquals(storage.dbsize(), 2);
    storage.append("a", "x".repeat(999));
    assertEquals(storage.keys("*"), ["a"]);
    storage.set("a", "x");
    storage.set("b", "x".repeat(9997));
    assertEquals(storage.dbsize(), 2);
  });

  it("is refused with an error if the runtime could not read it", () => {
    using storage = new InMemoryStorage();
    storage.set("a", "1");
    assertReplyError(() => storage.setrange("a", 2 ** 29, "x"), TOO_LONG);
    assertReplyError(() => storage.setrange("b", 2 ** 40, "x"), TOO_LONG);
    assertEquals(storage.get("a"), "1");
    assertEquals(storage.dbsize(), 1);
    // The longest value that there may be here is one that can be read.
    const longest = longestText();
    if (longest < 2 ** 29) {
      assertReplyError(() => storage.setrange("a", longest, "x"), TOO_LONG);
      assertEquals(storage.get("a"), "1");
    }
  });
});

/** How many characters a string may have here, up to 2^29. */
function longestText(): number {
  let text = "x";
  try {
    while (text.length < 2 ** 29) text += text;
    return 2 ** 29;
  } catch {
    return 2 ** 29 - 24;
  }
}
