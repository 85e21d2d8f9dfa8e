/** The list of contenders. */

/** What the benchmark knows of a contender without running it. */
export interface Contender {
  /** Its name on the command line. */
  id: string;
  /** Its name in the tables. */
  title: string;
  /** `limit`: not a store, but what none can beat. */
  kind: "limit" | "ours" | "peer";
  /** Its file in this folder, without the ending. */
  file: string;
  /** Its values are strings rather than objects. */
  strings?: true;
  /** Expired entries go by themselves. */
  sweeps?: true;
  /** It starts a timer for each entry where it must sweep. */
  timerPerEntry?: true;
  /** The entry of its package, to bundle and to import. */
  entry?: string;
  /** What it exports, to bundle no more than that. */
  exported?: string;
  /** It comes from JSR. */
  jsr?: true;
  /** What to know about its figures. */
  note?: string;
}

/** All contenders, in the order of the tables. */
export const CONTENDERS: readonly Contender[] = [
  {
    id: "map",
    title: "`Map`",
    kind: "limit",
    file: "map",
    note: "Expires nothing; its touch is a `get`.",
  },
  {
    id: "map-clock",
    title: "`Map` + clock",
    kind: "limit",
    file: "map_clock",
    note:
      "A `Map` and one `Date.now()` a call: the limit of a store that is never stale.",
  },
  {
    id: "expiring-store",
    title: "`ExpiringStore`",
    kind: "ours",
    file: "expiring_store",
    sweeps: true,
  },
  {
    id: "expiring-store-strings",
    title: "`ExpiringStore`, strings",
    kind: "ours",
    file: "expiring_store_strings",
    strings: true,
    note:
      "With the values of `InMemoryStorage` and a ttl at each `set`, to compare with it.",
  },
  {
    id: "in-memory-storage",
    title: "`InMemoryStorage`",
    kind: "ours",
    file: "in_memory_storage",
    strings: true,
    sweeps: true,
    note: "`setex`, `get`, `expire`, `del`, with values that are strings.",
  },
  {
    id: "lru-cache",
    title: "`lru-cache`",
    kind: "peer",
    file: "lru_cache",
    sweeps: true,
    timerPerEntry: true,
    entry: "lru-cache",
    exported: "LRUCache",
    note:
      "With `ttl` and `max`; `ttlAutopurge` only where entries must go by themselves. It reads its clock at most once a millisecond of event loop, and may return what has expired.",
  },
  {
    id: "ttlcache",
    title: "`@isaacs/ttlcache`",
    kind: "peer",
    file: "ttlcache",
    sweeps: true,
    entry: "@isaacs/ttlcache",
    exported: "TTLCache",
    note: "With `checkAgeOnGet`.",
  },
  {
    id: "node-cache",
    title: "`node-cache`",
    kind: "peer",
    file: "node_cache",
    sweeps: true,
    entry: "node-cache",
    exported: "default",
    note: "Without clones; `checkperiod` of a second where it must sweep.",
  },
  {
    id: "toad-fifo",
    title: "`toad-cache` FIFO",
    kind: "peer",
    file: "toad_fifo",
    entry: "toad-cache",
    exported: "FifoMap",
    note: "`FifoMap`; no sweeper.",
  },
  {
    id: "toad-lru",
    title: "`toad-cache` LRU",
    kind: "peer",
    file: "toad_lru",
    entry: "toad-cache",
    exported: "LruMap",
    note: "`LruMap`; no sweeper.",
  },
  {
    id: "cacheable",
    title: "`@cacheable/memory`",
    kind: "peer",
    file: "cacheable_memory",
    sweeps: true,
    entry: "@cacheable/memory",
    exported: "CacheableMemory",
    note:
      "Without clones; `checkInterval` of a second where it must sweep; without the LRU.",
  },
  {
    id: "keyv",
    title: "`keyv` on a `Map`",
    kind: "peer",
    file: "keyv",
    entry: "keyv",
    exported: "Keyv",
    note:
      "Without serialization; every call is a promise, awaited; no sweeper.",
  },
  {
    id: "std-cache",
    title: "`@std/cache` `TtlCache`",
    kind: "peer",
    file: "std_cache",
    sweeps: true,
    timerPerEntry: true,
    jsr: true,
    note: "Measured only where JSR can be reached.",
  },
];
