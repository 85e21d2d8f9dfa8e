import { ConfigError, ReplyError, StoreFullError } from "@mayfly/store";
import { assertEquals, assertInstanceOf } from "@std/assert";
import { describe, it } from "@std/testing/bdd";

describe("ConfigError", () => {
  it("has the variable and its value, and says which values are valid", () => {
    const error = new ConfigError("SOME_HOURS", 'a "b"', "a positive number");
    assertInstanceOf(error, RangeError);
    assertInstanceOf(error, Error);
    assertEquals(error.name, "ConfigError");
    assertEquals(error.variable, "SOME_HOURS");
    assertEquals(error.value, 'a "b"');
    assertEquals(
      error.message,
      'Cannot read the configuration: "SOME_HOURS" must be a positive number: received "a \\"b\\""',
    );
    assertEquals(String(error), `ConfigError: ${error.message}`);
  });
});

describe("ReplyError and StoreFullError", () => {
  it("have names of their own", () => {
    const reply = new ReplyError("ERR value is not an integer or out of range");
    assertInstanceOf(reply, Error);
    assertEquals(reply.name, "ReplyError");
    assertEquals(reply.message, "ERR value is not an integer or out of range");
    const full = new StoreFullError("Cannot set the entry: full");
    assertInstanceOf(full, RangeError);
    assertEquals(full.name, "StoreFullError");
    assertEquals(String(full), "StoreFullError: Cannot set the entry: full");
  });
});
