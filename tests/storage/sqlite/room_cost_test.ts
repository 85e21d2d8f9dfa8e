/** The work that a full file takes for one write, in statements. */
import { ReplyError } from "@mayfly/store";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { statSync } from "node:fs";
import { openFile } from "../../../src/storage/sqlite/_open.ts";
import { Room, type RoomPolicy } from "../../../src/storage/sqlite/_room.ts";
import { Steps } from "../../../src/storage/sqlite/_steps.ts";
import { LongValues } from "../../../src/storage/sqlite/_values.ts";
import { Clock, Folder, openKeyspace } from "./_support.ts";

/** A room whose statements are counted. */
class CountedRoom {
  readonly #clock: Clock;
  readonly #steps: Steps;
  readonly #room: Room;
  readonly close: () => void;
  /** The number of statements so far. */
  count: number = 0;

  constructor(
    path: string,
    clock: Clock,
    maxBytes: number,
    policy: RoomPolicy,
  ) {
    const options = { path, busyTimeout: 1000, log: undefined };
    const { connection: opened, errors } = openFile(options);
    const connection = new Proxy(opened, {
      get: (target, name) => {
        if (name === "statement") this.count++;
        const member: unknown = Reflect.get(target, name);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
    this.close = () => opened.close();
    const { now } = this.#clock = clock;
    this.#steps = new Steps({
      ...{ connection, errors, now, busyTimeout: 1000 },
      beforeCall() {},
    });
    const { written } = this.#steps;
    const values = new LongValues(connection);
    this.#room = new Room({ connection, values, written, maxBytes, policy });
  }

  /** Makes room for one write. Returns the statements that it took, and the entries removed. */
  make(bytes: number): { statements: number; removed: number } {
    const before = this.count;
    const { length: removed } = this.#steps.atomically(
      "write",
      () => this.#room.make(bytes, this.#clock.time),
    );
    return { statements: this.count - before, removed };
  }

  /** Asks for more than there is. Returns the number of statements that it took. */
  refuse(bytes: number): number {
    const before = this.count;
    assertThrows(
      () =>
        this.#steps.atomically(
          "write",
          () => this.#room.make(bytes, this.#clock.time),
        ),
      ReplyError,
    );
    return this.count - before;
  }
}

/** A full file of so many keys whose ttl was started again. */
function fill(path: string, clock: Clock, count: number, bound: number): void {
  const keyspace = openKeyspace(path, {
    now: clock.now,
    maxBytes: bound,
    policy: "reject",
  });
  keyspace.atomically("write", () => {
    for (let i = 0; i < count; i++) {
      keyspace.set(`key:${i}`, "v".repeat(300), clock.time + 1000);
    }
    for (let i = 0; i < count; i++) {
      keyspace.expire(`key:${i}`, clock.time + 5000 + i);
    }
  });
  for (let i = 0;; i++) {
    try {
      keyspace.set(`more:${i}`, "v".repeat(300), clock.time + 1e6);
    } catch {
      break;
    }
  }
  keyspace.close();
}

describe("the cost of a write to a full file", () => {
  it("depends on the evicted entries, not on all", () => {
    for (const count of [500, 4000]) {
      using folder = new Folder();
      const clock = new Clock();
      const bound = count * 600;
      fill(folder.file(), clock, count, bound);
      const room = new CountedRoom(folder.file(), clock, bound, "soonest");
      for (let i = 1; i <= 10; i++) {
        const { statements, removed } = room.make(i * 8000);
        assert(removed > 0);
        assert(statements <= 20 + 4 * removed, `${statements}, ${removed}`);
      }
      room.close();
    }
  });

  it('is almost zero for a refused write ("reject"), which moves no entry', () => {
    using folder = new Folder();
    const clock = new Clock();
    fill(folder.file(), clock, 2000, 2000 * 600);
    // The first deadlines are past, the new ones are not.
    clock.time += 4000;
    const room = new CountedRoom(folder.file(), clock, 2000 * 600, "reject");
    for (let i = 0; i < 3; i++) {
      const count = room.refuse(3000);
      assert(count <= 10, String(count));
    }
    room.close();
  });

  it('is almost zero for a write that was just refused ("volatile")', () => {
    using folder = new Folder();
    const clock = new Clock();
    const path = folder.file();
    const keyspace = openKeyspace(path, { now: clock.now });
    keyspace.atomically("write", () => {
      for (let i = 0; i < 1000; i++) {
        const deadline = i % 4 === 0 ? clock.time + 5000 : Infinity;
        keyspace.set(`key:${i}`, "v".repeat(300), deadline);
      }
    });
    const maxBytes = 1000 * 400;
    const room = new CountedRoom(path, clock, maxBytes, "volatile");
    assert(room.refuse(200_000) > 250);
    assert(room.refuse(200_000) <= 10);
    assert(room.refuse(300_000) <= 10);
    // Whatever changes the file may have made room.
    keyspace.delete("key:1");
    assert(room.refuse(200_000) > 250);
    room.close();
    keyspace.close();
  });

  it("includes finding expired entries among those with stale buckets", () => {
    using folder = new Folder();
    const clock = new Clock();
    const path = folder.file();
    const keyspace = openKeyspace(path, { now: clock.now });
    keyspace.atomically("write", () => {
      for (let i = 0; i < 4000; i++) {
        const isTouched = i < 3000;
        const ttl = isTouched ? 1000 : 2000;
        keyspace.set(`key:${i}`, "v".repeat(300), clock.time + ttl);
        if (isTouched) keyspace.expire(`key:${i}`, clock.time + 9e6);
      }
    });
    keyspace.close();
    clock.time += 5000;
    const full = openKeyspace(path, {
      now: clock.now,
      maxBytes: statSync(path).size,
      policy: "reject",
    });
    // The expired entries come after thousands that are only filed as if they had expired.
    let refused = 0;
    for (; refused < 10; refused++) {
      try {
        full.set("a", "v".repeat(50_000), Infinity);
        break;
      } catch (error) {
        assert(error instanceof ReplyError, String(error));
      }
    }
    assertEquals([refused, full.count()], [0, 3001]);
    full.close();
  });
});
