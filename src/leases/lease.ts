/**
 * A lease cannot stop a process that was frozen past its end and goes on: only the `fence` can,
 * where that to which the process writes refuses a lower number than it has seen. So no lease makes
 * an effect happen exactly once. What a lease does: of all processes that share a backend, one holds
 * it at a time, and is told when it has lost it.
 *
 * The time that decides is that of the backend (the TTL of a key); clocks of two machines are never
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
   * Where the leases are kept: a storage of this package, or a client that can run a script.
   *
   * @default {getStorageBackend(), looked up at each call}
   */
  storage?: LeaseStorage | undefined;
  /**
   * Keeps the leases apart from others in the same backend.
   *
   * @default {"lease:"}
   */
  prefix?: string | undefined;
  /**
   * How long a lease lasts without a renewal, in ms: positive and finite, a fraction is rounded up.
   * So long others wait after its owner died.
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
   * @default {the ttl of the leases}
   */
  ttl?: number | undefined;
  /**
   * How long to wait for the lease, in ms; 0 tries once.
   *
   * @default {Infinity}
   */
  wait?: number | undefined;
  /**
   * Ends the waiting. A lease that was acquired is not affected.
   *
   * @default {none}
   */
  signal?: AbortSignal | undefined;
}

/**
 * A lease that this process holds. It is renewed every third of its ttl until it is released, and
 * does not keep the process alive.
 *
 * @example A fence that stops an owner who was late
 * ```ts
 * import { type Lease, Leases } from "@mayfly/store/lease";
 * import { assert, assertEquals } from "@std/assert";
 *
 * let highest = 0;
 * function write(lease: Lease): boolean {
 *   if (lease.fence < highest) return false; // somebody had the lease since
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
  /** What it is a lease of. */
  readonly key: string;
  /**
   * A number that grows with every acquisition of the key, by whichever process. It is known for a
   * day after the last one; after that it begins at the time in ms since the epoch.
   */
  readonly fence: number;
  /**
   * Is aborted, with a `LeaseLostError`, when the lease is lost: another owner has it, its key is
   * gone, or the backend could not be asked in time. This process's own clock decides, so that it
   * happens before another can have the lease, unless the process was frozen.
   */
  readonly signal: AbortSignal;
  /**
   * Ends the lease. Never rejects.
   *
   * @returns Whether it was held until now: `false` if it is lost or was released before. It comes
   * when the lease's own time is over, at the latest, whatever the backend does.
   */
  release(): Promise<boolean>;
}

/**
 * Leases of keys: of all processes that share a backend, one holds the lease of a key at a time.
 * Only its `fence` stops one that was frozen past the end of its lease and goes on.
 *
 * Between processes there is no order: one that acquires a lease again as soon as it has released it
 * may get it again and again. On a file the time is the machine's: where its clock is set forward,
 * leases end early.
 *
 * An owner that dies loses its leases when their ttl is over. A backend that evicts keys may evict a
 * lease; its owner then notices at the next renewal.
 *
 * @example A task that is lost with its lease
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
   * @param options Where they are kept, and how long they last.
   * @throws {TypeError} An option is of the wrong kind, or is not known.
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
   * Acquires the lease of a key, waiting for it as long as another owner has it.
   *
   * Who waits asks the backend again after a random pause: from 5 ms on, doubling up to a tenth of
   * the ttl, at most a second. In one process those who wait for one key are served in their order.
   * Waiting keeps the process alive.
   *
   * @param key What is wanted by one at a time.
   * @param options How long to wait, and for how long a lease.
   * @returns The lease; `undefined` if another owner had it for as long as `wait`.
   * @throws {TypeError} An argument is of the wrong kind; the backend has no atomic step.
   * @throws {RangeError} `ttl` is not positive and finite, `wait` is negative, `key` has half a
   * surrogate pair.
   * @throws {unknown} The reason of `signal`; what the backend throws.
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
