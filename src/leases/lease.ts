/**
 * A lease cannot stop a process that is frozen, resumes after the lease has expired, and continues.
 * Only the `fence` can, if the resource that the process writes to rejects a fence lower than the
 * highest it has seen. So no lease makes an effect happen exactly once. Among the processes that
 * share a backend, one holds a lease at a time, and its `signal` is aborted when it loses the
 * lease.
 *
 * The backend decides when a lease expires (the TTL of a key); the clocks of two machines are never
 * compared. Works in memory, in a file, on a server and on a cluster.
 *
 * @example One process at a time
 * ```ts
 * import { Leases } from "@mayfly/store/lease";
 * import { assertEquals } from "@std/assert";
 *
 * const leases = new Leases({ ttl: 10_000 });
 * {
 *   await using lease = await leases.acquire("nightly report");
 *   assertEquals(lease?.signal.aborted, false); // pass the signal on to what you do
 *   assertEquals(await leases.acquire("nightly report", { wait: 0 }), undefined);
 * }
 * const again = await leases.acquire("nightly report", { wait: 0 });
 * assertEquals(await again?.release(), true);
 * ```
 *
 * @module
 */

import {
  checkKeyPart,
  findStorage,
  readMilliseconds,
} from "../backend/_options.ts";
import { checkSignal, checkWait } from "./_arguments.ts";
import { readOptions } from "../base/_options.ts";
import { HeldLeases, type LeaseStorage } from "./_held_leases.ts";

export type { LeaseStorage } from "./_held_leases.ts";
export { LeaseLostError } from "./errors.ts";

const MAKE = "make the leases";
const ACQUIRE = "acquire the lease";
const DEFAULT_TTL = 30_000;

/**
 * Options of {@linkcode Leases}.
 *
 * @example Leases of ten seconds
 * ```ts
 * import { InMemoryStorage } from "@mayfly/store";
 * import { Leases, type LeasesOptions } from "@mayfly/store/lease";
 *
 * const options: LeasesOptions = { storage: new InMemoryStorage(), ttl: 10_000 };
 * new Leases(options);
 * ```
 */
export interface LeasesOptions {
  /**
   * The backend of the leases: a storage of this package, or a client that can run a script.
   *
   * @default {getStorageBackend(), looked up at each call}
   */
  storage?: LeaseStorage | undefined;
  /**
   * The prefix of the keys, which separates them from others in the same backend.
   *
   * @default {"lease:"}
   */
  prefix?: string | undefined;
  /**
   * How long a lease lasts without a renewal, in ms: positive and finite, a fraction is rounded up.
   * If its owner dies, others wait for up to this long.
   *
   * @default {30_000}
   */
  ttl?: number | undefined;
}

/**
 * Options of {@linkcode Leases.acquire}.
 *
 * @example Waiting for a second at most
 * ```ts
 * import { type AcquireOptions, Leases } from "@mayfly/store/lease";
 * import { assertEquals } from "@std/assert";
 *
 * const options: AcquireOptions = { wait: 1000, signal: AbortSignal.timeout(60_000) };
 * const lease = await new Leases().acquire("export", options);
 * assertEquals(await lease?.release(), true);
 * ```
 */
export interface AcquireOptions {
  /**
   * How long this lease lasts without a renewal, in ms: positive and finite, a fraction is rounded
   * up.
   *
   * @default {the TTL of the leases}
   */
  ttl?: number | undefined;
  /**
   * How long to wait for the lease, in ms; 0 tries once.
   *
   * @default {Infinity}
   */
  wait?: number | undefined;
  /**
   * Stops the waiting when it is aborted. A lease that was acquired is not affected.
   *
   * @default {none}
   */
  signal?: AbortSignal | undefined;
}

/**
 * A lease that this process holds. It is renewed every third of its TTL until it is released, and
 * does not keep the process alive.
 *
 * @example A fence that rejects a late owner
 * ```ts
 * import { type Lease, Leases } from "@mayfly/store/lease";
 * import { assert, assertEquals } from "@std/assert";
 *
 * let highest = 0;
 * function write(lease: Lease): boolean {
 *   if (lease.fence < highest) return false; // a later owner has written
 *   highest = lease.fence;
 *   return true;
 * }
 * const leases = new Leases();
 * const first = await leases.acquire("row 7");
 * await first?.release();
 * await using second = await leases.acquire("row 7");
 * assert(second && first);
 * assertEquals([write(second), write(first)], [true, false]);
 * ```
 */
export interface Lease extends AsyncDisposable {
  /** The key that was leased. */
  readonly key: string;
  /**
   * A number that increases with every acquisition of the key, in any process. The counter is kept
   * for a day after the last acquisition; later it starts again at the time in ms since the epoch.
   */
  readonly fence: number;
  /**
   * Aborted with a `LeaseLostError` when the lease is lost: another owner holds it, its key was
   * removed, or it could not be renewed in time. The clock of this process measures that time, so
   * the abort comes before another owner can acquire the lease, unless the process was frozen.
   */
  readonly signal: AbortSignal;
  /**
   * Releases the lease. Never rejects.
   *
   * @returns Whether the lease was held until now: `false` if it was lost or released before. The
   * promise resolves at the deadline of the lease at the latest, even if the backend does not
   * reply.
   */
  release(): Promise<boolean>;
}

/**
 * Leases of keys: among the processes that share a backend, one holds the lease of a key at a time.
 * Only the `fence` stops a process that is frozen, resumes after its lease has expired, and
 * continues.
 *
 * There is no order between processes: a process that acquires a lease again right after it
 * released it may get it again and again. On a file the clock of the machine decides: if it is set
 * forward, leases expire early.
 *
 * The leases of an owner that dies expire at the end of their TTL. A backend that evicts keys may
 * evict a lease; its owner notices at the next renewal.
 *
 * @example A task that stops when its lease is lost
 * ```ts
 * import { Leases } from "@mayfly/store/lease";
 * import { assertEquals } from "@std/assert";
 *
 * async function refresh(signal: AbortSignal): Promise<string> {
 *   signal.throwIfAborted(); // as fetch(url, { signal }) does
 *   return await Promise.resolve("token");
 * }
 *
 * const leases = new Leases();
 * await using lease = await leases.acquire("token of ada", { wait: 5000 });
 * if (lease) assertEquals(await refresh(lease.signal), "token");
 * ```
 */
export class Leases {
  readonly #findStorage: () => LeaseStorage;
  readonly #ttl: number;
  readonly #held: HeldLeases;

  /**
   * Makes the leases; nothing is stored yet.
   *
   * @param options The backend, the prefix of the keys and the TTL.
   * @throws {TypeError} An option has the wrong type or an unknown name.
   * @throws {RangeError} `ttl` is not positive and finite, or `prefix` has half a surrogate pair.
   */
  constructor(options?: LeasesOptions) {
    const { storage, prefix = "lease:", ttl = DEFAULT_TTL } = readOptions(
      MAKE,
      options,
      ["storage", "prefix", "ttl"],
    );
    this.#findStorage = findStorage(MAKE, storage, ["get", "set"]);
    checkKeyPart(MAKE, "prefix", prefix);
    this.#ttl = readMilliseconds(MAKE, "ttl", ttl);
    this.#held = new HeldLeases(prefix);
  }

  /**
   * Acquires the lease of a key, and waits while another owner holds it.
   *
   * A waiting call asks the backend again after a random pause, which begins at 5 ms and doubles up
   * to a tenth of the TTL, at most a second. In one process the calls that wait for a key are
   * served in order. Waiting keeps the process alive.
   *
   * @param key The key to lease.
   * @param options The TTL of the lease, and how long to wait.
   * @returns The lease; `undefined` if another owner held it for as long as `wait`.
   * @throws {TypeError} An argument has the wrong type, or the backend has neither `batch` nor
   * scripts.
   * @throws {RangeError} `ttl` is not positive and finite, `wait` is negative, `key` has half a
   * surrogate pair.
   * @throws {unknown} The abort reason of `signal`, or any error of the backend.
   *
   * @example Trying once
   * ```ts
   * import { Leases } from "@mayfly/store/lease";
   * import { assertEquals } from "@std/assert";
   *
   * const leases = new Leases();
   * const lease = await leases.acquire("migration", { wait: 0 });
   * assertEquals(lease === undefined, false); // undefined: another process is at it
   * await lease?.release();
   * ```
   */
  async acquire(
    key: string,
    options?: AcquireOptions,
  ): Promise<Lease | undefined> {
    checkKeyPart(ACQUIRE, "key", key);
    const { ttl = this.#ttl, wait = Infinity, signal } = readOptions(
      ACQUIRE,
      options,
      ["ttl", "wait", "signal"],
    );
    const claim = {
      storage: this.#findStorage(),
      key,
      ttl: readMilliseconds(ACQUIRE, "ttl", ttl),
    };
    checkWait(ACQUIRE, "wait", wait);
    checkSignal(ACQUIRE, signal);
    signal?.throwIfAborted();
    return await this.#held.acquire(claim, wait, signal);
  }
}
