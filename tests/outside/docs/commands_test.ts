/** The index of the commands, which stands in the comments of the classes that have them all. */

import * as mayfly from "@mayfly/store";
import { InMemoryStorage, RedisCommands } from "@mayfly/store";
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./_markdown.ts";

/** The comment of a class in one of the source files. */
function commentOf(path: string, name: string): string {
  const text = readFileSync(join(ROOT, path), "utf8");
  const end = text.indexOf(`*/\nexport class ${name} `);
  return text.slice(text.lastIndexOf("/**", end), end);
}

/** The methods that a comment has links to, as `Class.method`, in that order. */
function linksOf(comment: string): string[] {
  const link =
    /\{@linkcode\s+(?:\*\s+)?(\w+)\.prototype\.(\w+)\s+(?:\*\s+)?\|\s+(?:\*\s+)?(\w+)\s*\}/g;
  return [...comment.matchAll(link)].map(([, owner, method, shown]) => {
    assertEquals(shown, method);
    return `${owner}.${method}`;
  });
}

/** The families that a comment has links to. */
function familiesOf(comment: string): string[] {
  return [...comment.matchAll(/\(\{@linkcode\s+(?:\*\s+)?(\w+)\}\)/g)]
    .map(([, family]) => family as string);
}

/** The methods of a class and of those that it extends, each with the class that has it. */
function methodsOf(owner: abstract new (...args: never[]) => object): string[] {
  const found: string[] = [];
  for (
    let prototype = owner.prototype;
    prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    const own = Object.getOwnPropertyDescriptors(prototype);
    for (const [name, { value }] of Object.entries(own)) {
      if (typeof value !== "function" || name === "constructor") continue;
      found.push(`${nameOf(prototype)}.${name}`);
    }
  }
  return found;
}

/** What a class is exported as, whose own name a bundler may have changed. */
function nameOf(prototype: object): string | undefined {
  return Object.entries(mayfly).find(([, value]) =>
    typeof value === "function" && value.prototype === prototype
  )?.[0];
}

describe("the index of commands in the comment of", () => {
  for (
    const [owner, path, name] of [
      [RedisCommands, "src/redis/commands.ts", "RedisCommands"],
      [
        InMemoryStorage,
        "src/storage/memory/memory_storage.ts",
        "InMemoryStorage",
      ],
    ] as const
  ) {
    it(`${name} leads to each of its methods, where it is`, () => {
      const links = linksOf(commentOf(path, name));
      assertEquals(links.toSorted(), methodsOf(owner).toSorted());
    });

    it(`${name} names each family once`, () => {
      const families = methodsOf(owner).map((method) => method.split(".")[0]!)
        .filter((family) => family !== name);
      assertEquals(
        familiesOf(commentOf(path, name)).toSorted(),
        [...new Set(families)].toSorted(),
      );
    });
  }
});
