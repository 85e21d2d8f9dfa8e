import { InMemoryStorage } from "@mayfly/store";
import { Collection, CollectionValueError } from "@mayfly/store/collection";
import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";

describe("Collection", () => {
  it("keeps a value as JSON under the name and the key", async () => {
    using storage = new InMemoryStorage();
    const sessions = new Collection<{ user: string }>("session", { storage });
    await sessions.set("s1", { user: "ada" });
    assertEquals(storage.get("session:s1"), '{"user":"ada"}');
    assertEquals(await sessions.get("s1"), { user: "ada" });
    assertEquals(await sessions.has("s1"), true);
    assertEquals(await sessions.delete("s1"), true);
    assertEquals(await sessions.delete("s1"), false);
    assertEquals(await sessions.get("s1"), undefined);
  });

  it("leaves a text that it cannot read, until it is set or deleted", async () => {
    using storage = new InMemoryStorage();
    const numbers = new Collection<number>("n", { storage });
    storage.set("n:a", "{");
    for (
      const run of [
        () => numbers.get("a"),
        () => numbers.take("a"),
        () => numbers.update("a", () => 1),
        () => Array.fromAsync(numbers.entries()),
      ]
    ) {
      await assertRejects(run, CollectionValueError, '"a" must be JSON');
    }
    assertEquals(storage.get("n:a"), "{");
    await numbers.set("a", 1);
    assertEquals(await numbers.take("a"), 1);
    assertEquals(storage.dbsize(), 0);
  });
});
