/**
 * The store as naive as can be, to hold the real one against: a `Map` that is
 * looked through from end to end.
 *
 * Only when an expired entry leaves memory is for the store to say, by its
 * `onRemove`: the model checks that it had the right to.
 */
import { ExpiringStore, type Held, type RemoveReason } from "@mayfly/store";
import { assert, assertEquals } from "@std/assert";
import {
  type Entry,
  fits,
  type Life,
  same,
  soonestOf,
  type TrialOptions,
  weightOf,
} from "./_model_parts.ts";
import { SieveModel } from "./_sieve_model.ts";

interface Event {
  key: unknown;
  value: number;
  reason: RemoveReason;
}

/** A store and its model, which are done the same to. */
export class Trial {
  readonly store: ExpiringStore<unknown, number>;
  readonly #options: TrialOptions;
  readonly #weigh: (value: number) => number;
  readonly #entries = new Map<unknown, Entry>();
  /** The keys by use, the least recent first. */
  readonly #uses = new Set<unknown>();
  readonly #sieve: SieveModel | undefined;
  readonly #events: Event[] = [];
  readonly #held: {
    key: unknown;
    hold: { count: number };
    held: Held<number>;
    isOver: boolean;
  }[] = [];
  #stats = { hits: 0, misses: 0, expired: 0, evicted: 0 };

  constructor(options: TrialOptions) {
    const {
      told,
      isDateNow,
      Store = ExpiringStore,
      weigh = weightOf,
      ...rest
    } = options;
    this.#options = options;
    this.#weigh = weigh;
    const { maxEntries, eviction = "sieve" } = options;
    if (maxEntries !== undefined && eviction === "sieve") {
      this.#sieve = new SieveModel();
    }
    this.store = new Store<unknown, number>({
      ...rest,
      ...(isDateNow && { now: undefined }),
      ...(options.maxWeight === undefined ? {} : { weigh }),
      ...(told && {
        onRemove: (value, key, reason) => {
          this.#events.push({ key, value, reason });
        },
      }),
    });
  }

  get #now(): number {
    return this.#options.now();
  }

  // Reading

  get(key: unknown): void {
    const entry = this.#come(key, () => {
      const value = this.store.get(key);
      assertEquals(value, this.#live(key)?.value, "get");
    });
    this.#read(key, entry);
  }

  getOrInsert(key: unknown, value: number, computed: boolean): void {
    const found = this.#live(key);
    if (found !== undefined) {
      const call = () =>
        computed
          ? this.store.getOrInsertComputed(key, () => value)
          : this.store.getOrInsert(key, value);
      this.#come(key, () => assertEquals(call(), found.value, "getOrInsert"));
      this.#read(key, found);
      return;
    }
    this.#stats.misses++;
    this.#write(key, value, undefined, () => {
      const got = computed
        ? this.store.getOrInsertComputed(key, (asked) => {
          assert(Object.is(asked, key) || asked === key);
          return value;
        })
        : this.store.getOrInsert(key, value);
      assertEquals(got, value);
    });
  }

  hold(key: unknown): void {
    let held: Held<number> | undefined;
    const entry = this.#come(key, () => {
      held = this.store.hold(key);
      assertEquals(held?.value, this.#live(key)?.value, "hold");
    });
    this.#read(key, entry);
    if (entry === undefined) return;
    const hold = entry.hold ??= { count: 0 };
    hold.count++;
    this.#held.push({ key, hold, held: held!, isOver: false });
  }

  /** Ends one of the holds, which may have ended before. */
  release(which: number): void {
    const given = this.#held[which % this.#held.length];
    if (given === undefined) return;
    const { key, hold, held } = given;
    const entry = this.#entries.get(key);
    if (!given.isOver) hold.count--;
    const isLast = !given.isOver && hold.count === 0 && entry?.hold === hold;
    given.isOver = true;
    if (isLast) {
      entry.hold = undefined;
      if (this.#options.sliding) this.#restart(entry, false);
      if (this.#live(key)) this.#use(key);
    }
    held.release();
    this.#settle([]);
    if (isLast && !this.#live(key)) {
      assert(
        !this.#entries.has(key),
        "an expired entry was released and is left",
      );
    }
  }

  has(key: unknown): void {
    this.#come(key, () => {
      assertEquals(
        this.store.has(key),
        this.#live(key) !== undefined,
        "has",
      );
    });
  }

  peek(key: unknown): void {
    this.#come(key, () => {
      assertEquals(this.store.peek(key), this.#live(key)?.value, "peek");
    });
  }

  deadline(key: unknown): void {
    this.#come(key, () => {
      const entry = this.#live(key);
      const deadline = entry?.hold ? Infinity : entry?.deadline;
      assertEquals(this.store.expiresAt(key), deadline, "expiresAt");
      assertEquals(
        this.store.remainingTtl(key),
        deadline && deadline - this.#now,
        "remainingTtl",
      );
    });
  }

  /** Compares all there is to see. */
  look(): void {
    const live = [...this.#entries].filter(([key]) => this.#live(key));
    const expected = live.map(([key, { value }]) => [key, value]);
    assertEquals([...this.store], expected as [unknown, number][], "iterator");
    this.#settle([]);
    assertEquals([...this.store.entries()], [...this.store]);
    assertEquals([...this.store.keys()], live.map(([key]) => key), "keys");
    assertEquals(
      [...this.store.values()],
      live.map(([, { value }]) => value),
      "values",
    );
    const walked: unknown[] = [];
    this.store.forEach((value, key) => walked.push([key, value]));
    assertEquals(walked, expected, "forEach");
    for (const [key] of live) this.deadline(key);
    assertEquals(this.store.size, live.length, "size");
    this.#assertNothingDue();
    assertEquals(this.store.stats(), {
      entries: live.length,
      ...this.#stats,
    });
  }

  size(): void {
    const live = [...this.#entries.keys()].filter((key) => this.#live(key));
    assertEquals(this.store.size, live.length, "size");
    // Counting removes nothing.
    if (this.#options.told) assertEquals(this.#events, []);
  }

  // Writing

  set(key: unknown, value: number, life: Life): void {
    this.#write(key, value, life, () => this.store.set(key, value, life));
  }

  touch(key: unknown, ttl?: number): void {
    const entry = this.#come(key, () => {
      assertEquals(
        this.store.touch(key, ttl),
        this.#live(key) !== undefined,
        "touch",
      );
    });
    if (entry === undefined) return;
    if (ttl !== undefined) entry.ttl = ttl;
    this.#restart(entry, ttl !== undefined);
    this.#use(key);
  }

  delete(key: unknown): void {
    const live = this.#live(key);
    assertEquals(this.store.delete(key), live !== undefined, "delete");
    this.#settle(
      live ? [{ key, value: live.value, reason: "deleted" }] : [],
    );
    this.#forget(key);
  }

  clear(): void {
    const cleared = [...this.#entries]
      .filter(([key]) => this.#live(key))
      .map(([key, { value }]): Event => ({ key, value, reason: "cleared" }));
    this.store.clear();
    this.#settle(cleared);
    this.#assertNothingDue();
    this.#entries.clear();
    this.#uses.clear();
    this.#sieve?.clear();
    assertEquals(this.store.size, 0);
  }

  sweep(): void {
    const { due } = this;
    const swept = this.store.sweep();
    // When one that does not tell removed them is unknown.
    if (this.#options.told) assertEquals(swept, due, "sweep");
    this.#settle([]);
    this.#assertNothingDue();
  }

  /** To be called after timers have run. */
  timersRan(): void {
    if (this.#options.told) this.#settle([]);
  }

  /** What the store holds in memory that nobody would see, as far as it told. */
  get due(): number {
    return [...this.#entries.keys()].filter((key) => !this.#live(key)).length;
  }

  #live(key: unknown): Entry | undefined {
    const entry = this.#entries.get(key);
    return entry && (entry.hold || entry.deadline > this.#now)
      ? entry
      : undefined;
  }

  #forget(key: unknown): void {
    this.#entries.delete(key);
    this.#uses.delete(key);
    this.#sieve?.remove(key);
  }

  #use(key: unknown): void {
    this.#uses.delete(key);
    this.#uses.add(key);
    this.#sieve?.use(key);
  }

  #read(key: unknown, entry: Entry | undefined): void {
    if (entry === undefined) {
      this.#stats.misses++;
      return;
    }
    this.#stats.hits++;
    if (this.#options.sliding) this.#restart(entry, false);
    this.#use(key);
  }

  #restart(entry: Entry, given: boolean): void {
    if (entry.ttl === Infinity && !given) return;
    entry.deadline = Math.min(this.#now + entry.ttl, entry.limit);
  }

  /** Does what only reads: it may remove what has expired, the key itself for sure. */
  #come(key: unknown, call: () => void): Entry | undefined {
    const live = this.#live(key);
    call();
    this.#settle([]);
    if (live === undefined) {
      assert(!this.#entries.has(key), "an expired entry that was read is left");
    }
    return live;
  }

  /** Takes the expired entries that the store told of; the other events have to be as expected. */
  #settle(expected: Event[]): void {
    if (!this.#options.told) {
      for (const key of [...this.#entries.keys()]) {
        if (this.#live(key)) continue;
        this.#forget(key);
        this.#stats.expired++;
      }
      return;
    }
    const others = this.#takeExpired();
    assertEquals(others, expected, "events");
  }

  /** The events other than expirations. */
  #takeExpired(): Event[] {
    return this.#events.splice(0).filter((event) => {
      if (event.reason !== "expired") return true;
      const entry = this.#entries.get(event.key);
      assertEquals(entry?.value, event.value, "expired what is not there");
      assert(entry!.deadline <= this.#now, "expired before its time");
      this.#forget(event.key);
      this.#stats.expired++;
      return false;
    });
  }

  #assertNothingDue(): void {
    assertEquals(this.due, 0, "what is due is left");
  }

  #write(key: unknown, value: number, life: Life, call: () => void): void {
    const now = this.#now;
    const before = this.#live(key);
    const options = typeof life === "object" ? life : { ttl: life };
    const { maxWeight = Infinity, maxAge = Infinity } = this.#options;
    let refused = false;
    try {
      call();
    } catch (error) {
      assert((error as Error).name === "StoreFullError", String(error));
      refused = true;
    }
    if (this.#weigh(value) > maxWeight) {
      assert(refused, "took what is too heavy");
      return this.#settle([]);
    }
    if (options.expiresAt !== undefined && options.expiresAt <= now) {
      assert(!refused);
      this.#settle(
        before ? [{ key, value: before.value, reason: "deleted" }] : [],
      );
      return this.#forget(key);
    }
    const others = this.#options.told
      ? this.#takeExpired()
      : (this.#settle([]), undefined);
    if (before === undefined) assert(!this.#entries.has(key));
    refused = this.#makeRoom(key, value, others, refused);
    if (refused) {
      assertEquals(others ?? [], [], "events of a call that was refused");
      return;
    }
    if (others !== undefined) {
      assertEquals(
        others,
        before ? [{ key, value: before.value, reason: "replaced" }] : [],
        "events of a set",
      );
    }
    if (before !== undefined && options.keepTtl) {
      before.value = value;
      return this.#use(key);
    }
    const ttl = options.expiresAt === undefined
      ? options.ttl ?? this.#options.ttl ?? Infinity
      : Infinity;
    const limit = now + maxAge;
    const deadline = Math.min(options.expiresAt ?? now + ttl, limit);
    // A `Map` keeps the place of a key that is there.
    const hold = before?.hold;
    this.#entries.set(key, { value, ttl, limit, deadline, hold });
    this.#use(key);
  }

  /**
   * Evicts in the model what the store told that it evicted, or, where it does not
   * tell, what it had to; checks that both were right to.
   *
   * @returns Whether the call was rightly refused.
   */
  #makeRoom(
    key: unknown,
    value: number,
    others: Event[] | undefined,
    refused: boolean,
  ): boolean {
    const { maxWeight = Infinity, eviction = "sieve" } = this.#options;
    const replaced = this.#entries.get(key);
    // The weight alone may be unbounded, then a replacement always fits.
    const isFull = () =>
      !fits(this.#entries, this.#options, key, value, false) &&
      !(replaced && maxWeight === Infinity);
    if (!isFull()) {
      assert(!refused, "refused what fits");
      return false;
    }
    this.#assertNothingDue();
    if (
      eviction === "reject" ||
      !fits(this.#entries, this.#options, key, value, true)
    ) {
      assert(refused, "took what does not fit");
      return true;
    }
    assert(!refused, "refused, though it may evict");
    while (isFull()) {
      const victim = eviction === "sieve"
        ? this.#sieve!.victim((other) => this.#isKept(other, key))
        : eviction === "lru"
        ? this.#leastRecent(key)
        : soonestOf(
          this.#entries,
          (other) => this.#isKept(other, key),
          others?.[0],
        );
      assert(this.#entries.has(victim), "nothing to evict");
      if (others !== undefined) {
        const { value } = this.#entries.get(victim)!;
        assertEquals(
          others.shift(),
          { key: victim, value, reason: "evicted" },
          "evicted",
        );
      }
      this.#forget(victim);
      this.#stats.evicted++;
    }
    return false;
  }

  #isKept(other: unknown, key: unknown): boolean {
    return same(other, key) || this.#entries.get(other)?.hold !== undefined;
  }

  #leastRecent(key: unknown): unknown {
    for (const used of this.#uses) {
      if (!this.#isKept(used, key)) return used;
    }
    return undefined;
  }
}
