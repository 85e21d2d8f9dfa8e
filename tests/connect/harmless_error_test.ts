import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { inspect } from "node:util";
import { harmlessError } from "../../src/connect/_connection.ts";

describe("what is shown of a client's error", () => {
  it("is only its message and its code", () => {
    const error = Object.assign(new Error("WRONGPASS invalid"), {
      code: "ERR_REDIS",
      command: { name: "auth", args: ["S3CRET"] },
      cause: new Error("S3CRET"),
    });
    const copy = harmlessError(error, ["S3CRET"]);
    assertEquals(copy.message, "WRONGPASS invalid");
    assertEquals((copy as { code?: string }).code, "ERR_REDIS");
    const shown = inspect(copy, { depth: 9, showHidden: true });
    assert(!shown.includes("S3CRET"), shown);
  });

  it("contains no secret", () => {
    const error = new Error("Cannot parse redis://:a.c@h, a.c, abc");
    const { message } = harmlessError(error, ["a.c"]);
    assertEquals(message, "Cannot parse redis://:***@h, ***, abc");
  });

  it("is the messages of its inner errors if it has none", () => {
    const inside = [new Error("connect ECONNREFUSED ::1"), "no route"];
    const many = new AggregateError(inside);
    assertEquals(
      harmlessError(many, []).message,
      "connect ECONNREFUSED ::1, no route",
    );
    const node = Object.assign(new Error("Failed to refresh"), {
      lastNodeError: new Error("WRONGPASS"),
    });
    assertEquals(
      harmlessError(node, []).message,
      "Failed to refresh: WRONGPASS",
    );
    assertEquals(harmlessError(new TypeError(""), []).message, "TypeError");
    assertEquals(harmlessError(undefined, []).message, "undefined");
    assertEquals(harmlessError(null, []).message, "null");
  });
});
