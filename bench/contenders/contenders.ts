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
  /** It returns what has expired, within the same turn of the event loop at least. */
  stale?: true;
  /** Its `delete` asks no clock, and so cannot tell that the entry had expired. */
  blindDelete?: true;
  /** It keeps its entries in a plain object, which Bun's figure of the heap leaves out. */
  plainObject?: true;
  /** It starts a timer for each entry where it must sweep. */
  timerPerEntry?: true;
  /** The entry of its package, to bundle and to import. */
  entry?: string;
  /** What it exports, to bundle no more than that. */
  exported?: string;
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
    note:
      "Expires nothing; its touch is a `get`. Of entries that are due, it shows what the engine does by itself.",
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
    stale: true,
    blindDelete: true,
    sweeps: true,
    timerPerEntry: true,
    entry: "lru-cache",
    exported: "LRUCache",
    note:
      "With `ttl` and `max`; `ttlAutopurge`, a timer for each entry, only where entries must go by themselves. It reads its clock once in a turn of the event loop.",
  },
  {
    id: "ttlcache",
    title: "`@isaacs/ttlcache`",
    kind: "peer",
    file: "ttlcache",
    blindDelete: true,
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
    blindDelete: true,
    plainObject: true,
    sweeps: true,
    entry: "node-cache",
    exported: "default",
    note:
      "Without clones; `checkperiod` of a second where it must sweep, else its default of ten minutes.",
  },
  {
    id: "toad-fifo",
    title: "`toad-cache` FIFO",
    kind: "peer",
    file: "toad_fifo",
    blindDelete: true,
    entry: "toad-cache",
    exported: "FifoMap",
    note: "`FifoMap`.",
  },
  {
    id: "toad-lru",
    title: "`toad-cache` LRU",
    kind: "peer",
    file: "toad_lru",
    blindDelete: true,
    entry: "toad-cache",
    exported: "LruMap",
    note: "`LruMap`.",
  },
  {
    id: "cacheable",
    title: "`@cacheable/memory`",
    kind: "peer",
    file: "cacheable_memory",
    blindDelete: true,
    sweeps: true,
    entry: "@cacheable/memory",
    exported: "CacheableMemory",
    note:
      "Without clones; `checkInterval` of a second where it must sweep, else of ten minutes; without the LRU.",
  },
  {
    id: "keyv",
    title: "`keyv` on a `Map`",
    kind: "peer",
    file: "keyv",
    blindDelete: true,
    entry: "keyv",
    exported: "Keyv",
    note: "Without serialization; every call is a promise, awaited.",
  },
];
