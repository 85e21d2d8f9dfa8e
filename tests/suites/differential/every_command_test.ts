import { RedisCommands } from "@mayfly/store/redis";
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { command } from "./commands.ts";

describe("the random commands", () => {
  it("include every command of RedisCommands", () => {
    const sample = fc.sample(command({ clockMoves: false }), {
      numRuns: 5000,
      seed: 1,
    });
    const drawn = new Set(sample.map(([name]) => String(name).toLowerCase()));
    const { prototype } = RedisCommands;
    const commands = Object.getOwnPropertyNames(prototype).filter((name) =>
      typeof Object.getOwnPropertyDescriptor(prototype, name)?.value ===
        "function" && name !== "constructor"
    );
    assertEquals(commands.filter((name) => !drawn.has(name)), []);
  });
});
