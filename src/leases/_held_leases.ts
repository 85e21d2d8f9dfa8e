/** Leases that this process holds: acquiring, renewing by one timer, releasing. */

import type { StorageBackend } from "../backend/storage_backend.ts";
import { updateFor } from "../backend/update.ts";
import { StorageError } from "../base/errors.ts";
import { HOUR } from "../base/_options.ts";
import { changeKey } from "./_change.ts";
import { delay, now, setTimer } from "./_clock.ts";
import { placeOf } from "./_places.ts";
import { pauseAfter, waitFor, wake } from "./_wait_queue.ts";
import { LeaseLostError } from "./errors.ts";

/** How long a fence counter is kept after its last use, in ms. */
const FENCE_TTL = 24 * HOUR;
/** The number of attempts if an acquisition takes longer than the TTL of the lease. */
const MAX_ATTEMPTS = 3;

/**
 * The backend of leases: a storage of this package, or a client that can run a script.
 *
 * @example Usage
 * ```ts
 * import { InMemoryStorage } from "@mayfly/store";
 * import { Leases, type LeaseStorage } from "@mayfly/store/lease";
 *
 * const storage: LeaseStorage = new InMemoryStorage();
 * new Leases({ storage });
 * ```
 */
export type LeaseStorage = Pick<StorageBackend, "get" | "set">;

/** A lease to acquire. */
export interface Claim {
  readonly storage: LeaseStorage;
  /** The caller's key. */
  readonly key: string;
  /** The TTL of the lease, in whole ms. */
  readonly ttl: number;
  /** Called after each renewal. */
  readonly onRenew?: () => unknown;
}

/** A claim, with the nonce that is sent to the backend. */
interface Ticket extends Claim {
  /** The key in the backend. */
  readonly place: string;
  /** The value of that key while the lease is held. */
  readonly nonce: string;
  /** The time at which it is sent, by {@linkcode now}. */
  readonly start: number;
}

const TAKEN = "its key is gone, or another owner has it";

/** Changes the key of a lease if its value is the nonce; returns whether it was. */
function changeOurs(
  { storage, place, nonce, ttl }: Ticket,
  change: () => string | null,
): Promise<boolean> {
  const ifOurs = (stored: string | null) =>
    stored === nonce ? change() : undefined;
  return changeKey(storage, place, ifOurs, () => ttl);
}

/** Removes a nonce that is not a held lease. If that fails, the key expires. */
function removeUnheld(ticket: Ticket): Promise<unknown> {
  return changeOurs(ticket, () => null).catch(() => {});
}

/** A lease, from its acquisition until it is released or lost. */
export class HeldLease {
  readonly fence: number;
  readonly #leases: HeldLeases;
  readonly #ticket: Ticket;
  #controller: AbortController | undefined;
  #lost: LeaseLostError | undefined;
  #state: "held" | "releasing" | "over" = "held";
  #deadline = 0;
  /** When the next renewal is due; `Infinity` while one is in progress. */
  #renewal = 0;

  constructor(leases: HeldLeases, ticket: Ticket, fence: number) {
    this.#leases = leases;
    this.#ticket = ticket;
    this.fence = fence;
    this.#extend(ticket.start);
  }

  get key(): string {
    return this.#ticket.key;
  }

  get signal(): AbortSignal {
    // Made at first use: it costs as much as a command in memory.
    this.#controller ??= new AbortController();
    if (this.#lost !== undefined) this.#controller.abort(this.#lost);
    return this.#controller.signal;
  }

  /** Whether the lease is held, by the clock of this process. */
  get isHeld(): boolean {
    if (now() >= this.#deadline) this.#lose("its time is over");
    return this.#state === "held";
  }

  /** Renews the lease if a renewal is due. Returns the time of the next call. */
  tend(): number {
    if (!this.isHeld) return Infinity;
    if (now() >= this.#renewal) this.#renew();
    return Math.min(this.#renewal, this.#deadline);
  }

  /**
   * Restarts the TTL at a time. The deadline is a little earlier than the TTL, because timers are
   * late and the clock of the backend may count whole ms.
   */
  #extend(start: number): void {
    const { ttl } = this.#ticket;
    this.#deadline = start + ttl - Math.max(ttl / 20, Math.min(2, ttl / 2));
    this.#renewal = start + ttl / 3;
  }

  async #renew(): Promise<void> {
    const ticket = this.#ticket;
    const sent = now();
    this.#renewal = Infinity;
    try {
      const isOurs = await changeOurs(ticket, () => ticket.nonce);
      if (!this.isHeld) {
        // The server renewed it too late: the owner has lost the lease.
        if (isOurs && this.#lost !== undefined) removeUnheld(ticket);
      } else if (isOurs) {
        this.#extend(sent);
        ticket.onRenew?.();
      } else {
        this.#lose(TAKEN);
      }
    } catch {
      // Retried until the deadline.
      this.#renewal = now() + ticket.ttl / 12;
    }
    this.#leases.schedule(this.tend());
  }

  #lose(reason: string): void {
    if (this.#state === "over") return;
    this.#lost = new LeaseLostError(this.key, reason);
    this.#end();
    this.#controller?.abort(this.#lost);
  }

  #end(): void {
    this.#state = "over";
    this.#leases.end(this, this.#ticket);
  }

  async release(): Promise<boolean> {
    if (!this.isHeld) return false;
    this.#state = "releasing";
    let isReleased = false;
    const removal = this.#remove().then((isRemoved) => isReleased = isRemoved);
    await delay(this.#deadline - now(), undefined, removal);
    if (isReleased) this.#end();
    else this.#lose(TAKEN);
    return isReleased;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release().then(() => {});
  }

  /** Removes the key if its value is the nonce, with retries; returns whether it was. */
  async #remove(): Promise<boolean> {
    let wasOurs = false;
    for (let attempts = 0;; attempts++) {
      try {
        const isRemoved = await changeOurs(this.#ticket, () => {
          wasOurs = true;
          return null;
        });
        // If it no longer is, an earlier attempt, whose reply was lost, has removed it.
        return isRemoved || wasOurs;
      } catch (error) {
        if (error instanceof StorageError && error.code === "closed") {
          return false;
        }
        const pause = pauseAfter(attempts, this.#ticket.ttl);
        if (now() + pause >= this.#deadline) return false;
        await delay(pause);
      }
    }
  }
}

/** The leases that one object has acquired, with one timer for all of them. */
export class HeldLeases {
  readonly #leasePlace: string;
  readonly #fencePlace: string;
  readonly #held = new Set<HeldLease>();
  #stopTimer: (() => void) | undefined;
  /** When the timer fires. */
  #next = Infinity;

  /**
   * @param prefix The prefix of the keys in the backend.
   * @param kind Separates these keys from others with the same prefix.
   */
  constructor(prefix: string, kind = "") {
    this.#leasePlace = placeOf(prefix, `${kind}lease`);
    this.#fencePlace = placeOf(prefix, `${kind}fence`);
  }

  /**
   * Acquires a lease, waiting for up to `wait` ms.
   *
   * @returns The lease; `undefined` if another owner held it all that time.
   */
  acquire(
    claim: Claim,
    wait: number,
    signal: AbortSignal | undefined,
  ): Promise<HeldLease | undefined> {
    return waitFor(claim.storage, this.#leasePlace + claim.key, {
      attempt: (isLikely) => this.tryOnce(claim, isLikely),
      ttl: claim.ttl,
      wait,
      signal,
    });
  }

  /**
   * Acquires a lease unless another owner holds it.
   *
   * @param isLikely Whether the lease is probably free: if so, the key is not read first.
   */
  async tryOnce(
    claim: Claim,
    isLikely: boolean,
  ): Promise<HeldLease | undefined> {
    const { storage, key, ttl } = claim;
    const place = this.#leasePlace + key;
    if (!isLikely && await storage.get(place) !== null) return undefined;
    for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
      const nonce = crypto.randomUUID();
      const ticket = { ...claim, place, nonce, start: now() };
      try {
        const reply = await storage.set(place, nonce, "PX", String(ttl), "NX");
        // After a lost reply a client may have sent it twice.
        if (reply === null && await storage.get(place) !== nonce) {
          return undefined;
        }
        const fence = await nextFence(storage, this.#fencePlace + key);
        const lease = new HeldLease(this, ticket, fence);
        // Without this read, an owner that has lost it could have a higher fence than its holder.
        const isThere = await storage.get(place) === nonce;
        if (isThere && lease.isHeld) {
          this.#held.add(lease);
          this.schedule(lease.tend());
          return lease;
        }
        if (isThere) await removeUnheld(ticket);
      } catch (error) {
        // The command may have been executed although its reply was lost.
        removeUnheld(ticket);
        throw error;
      }
    }
    return undefined;
  }

  /** Makes the timer fire at `due` or earlier. */
  schedule(due: number): void {
    if (due >= this.#next) return;
    this.#stopTimer?.();
    this.#next = due;
    this.#stopTimer = setTimer(due, false, () => {
      this.#next = Infinity;
      let due = Infinity;
      for (const lease of this.#held) due = Math.min(due, lease.tend());
      this.schedule(due);
    });
  }

  /** Removes a lease that has ended, and wakes its waiters. */
  end(lease: HeldLease, { storage, place }: Ticket): void {
    this.#held.delete(lease);
    wake(storage, place);
    if (this.#held.size > 0) return;
    this.#stopTimer?.();
    this.#next = Infinity;
  }
}

/** The next fence: higher than all fences of the last day, and probably than all older ones. */
async function nextFence(
  storage: LeaseStorage,
  place: string,
): Promise<number> {
  const text = await updateFor(storage, place, (value) => {
    const last = Number(value);
    const next = Number.isSafeInteger(last) ? last + 1 : 0;
    return String(Math.max(next, Date.now()));
  }, () => FENCE_TTL);
  return Number(text);
}
