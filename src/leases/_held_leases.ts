/** The leases that a process holds: how they are acquired, renewed by one timer, and released. */

import type { StorageBackend } from "../backend/storage_backend.ts";
import { updateFor } from "../backend/update.ts";
import { StorageError } from "../base/errors.ts";
import { HOUR } from "../base/_options.ts";
import { changeKey } from "./_change.ts";
import { delay, now, setTimer } from "./_clock.ts";
import { placeOf } from "./_places.ts";
import { pauseAfter, waitFor, wake } from "./_wait_queue.ts";
import { LeaseLostError } from "./errors.ts";

/** How long a counter of fences is kept after its last use, in ms. */
const FENCE_TTL = 24 * HOUR;
/** How often an acquisition that took longer than the lease itself is begun again. */
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

/** The lease that is wanted. */
export interface Claim {
  readonly storage: LeaseStorage;
  /** The caller's name of it. */
  readonly key: string;
  /** In whole ms. */
  readonly ttl: number;
  /** Called after each renewal. */
  readonly onRenew?: () => unknown;
}

/** A claim that was made. */
interface Ticket extends Claim {
  /** The key in the backend, and what lies there. */
  readonly place: string;
  readonly nonce: string;
  /** When it was made. */
  readonly start: number;
}

const TAKEN = "its key is gone, or another owner has it";

/** Changes the key of a lease where it holds the nonce; returns whether it does. */
function changeOurs(
  { storage, place, nonce, ttl }: Ticket,
  change: () => string | null,
): Promise<boolean> {
  const ifOurs = (stored: string | null) =>
    stored === nonce ? change() : undefined;
  return changeKey(storage, place, ifOurs, () => ttl);
}

/** Removes a nonce that nobody holds a lease by. Where that fails, its time will be over. */
function removeUnheld(ticket: Ticket): Promise<unknown> {
  return changeOurs(ticket, () => null).catch(() => {});
}

/** A lease that is held, until it is released or lost. */
export class HeldLease {
  readonly fence: number;
  readonly #leases: HeldLeases;
  readonly #ticket: Ticket;
  readonly #controller = new AbortController();
  #state: "held" | "releasing" | "over" = "held";
  #deadline = 0;
  /** When the next renewal is due; `Infinity` while one is under way. */
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
    return this.#controller.signal;
  }

  /** Whether it is still held, by this process's own clock. */
  get isHeld(): boolean {
    if (now() >= this.#deadline) this.#lose("its time is over");
    return this.#state === "held";
  }

  /** Renews it when that is due. Returns when there is something to do for it. */
  tend(): number {
    if (!this.isHeld) return Infinity;
    if (now() >= this.#renewal) this.#renew();
    return Math.min(this.#renewal, this.#deadline);
  }

  /**
   * Counts the ttl from a time on. A holder relies on a little less than the ttl, because timers
   * are late and the clock of the backend may count whole ms.
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
        // The server did it late, for an owner that has lost it.
        if (isOurs && this.signal.aborted) removeUnheld(ticket);
      } else if (isOurs) {
        this.#extend(sent);
        ticket.onRenew?.();
      } else {
        this.#lose(TAKEN);
      }
    } catch {
      // It is tried again as long as there is time.
      this.#renewal = now() + ticket.ttl / 12;
    }
    this.#leases.schedule(this.tend());
  }

  #lose(reason: string): void {
    if (this.#state === "over") return;
    this.#end();
    this.#controller.abort(new LeaseLostError(this.key, reason));
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

  /** Removes the key, and tries that again where it fails. Returns whether it held the nonce. */
  async #remove(): Promise<boolean> {
    let wasOurs = false;
    for (let attempts = 0;; attempts++) {
      try {
        const isRemoved = await changeOurs(this.#ticket, () => {
          wasOurs = true;
          return null;
        });
        // If it was ours and is not any more, an attempt removed it whose reply was lost.
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

/** The leases that are held together, with one timer for all of them. */
export class HeldLeases {
  readonly #leasePlace: string;
  readonly #fencePlace: string;
  readonly #held = new Set<HeldLease>();
  #stopTimer: (() => void) | undefined;
  /** When the timer fires. */
  #next = Infinity;

  /**
   * @param prefix What their keys begin with.
   * @param kind Tells them from others of this prefix.
   */
  constructor(prefix: string, kind = "") {
    this.#leasePlace = placeOf(prefix, `${kind}lease`);
    this.#fencePlace = placeOf(prefix, `${kind}fence`);
  }

  /**
   * Acquires a lease, waiting for it up to `wait` ms.
   *
   * @returns `undefined` where somebody else has it for as long as that.
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
   * Acquires a lease if nobody has it.
   *
   * @param isLikely Whether it is likely to be free, so that it is not looked at first.
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
        const reply = await storage.set(
          ...[place, nonce, "PX", String(ttl), "NX"] as const,
        );
        // A client may have sent it twice, after a reply that was lost.
        if (reply === null && await storage.get(place) !== nonce) {
          return undefined;
        }
        const fence = await nextFence(storage, this.#fencePlace + key);
        const lease = new HeldLease(this, ticket, fence);
        // Without this, who has lost it meanwhile would have a fence above the holder's.
        const isThere = await storage.get(place) === nonce;
        if (isThere && lease.isHeld) {
          this.#held.add(lease);
          this.schedule(lease.tend());
          return lease;
        }
        if (isThere) await removeUnheld(ticket);
      } catch (error) {
        // It may lie there: the command was done, and the reply was lost.
        removeUnheld(ticket);
        throw error;
      }
    }
    return undefined;
  }

  /** Sees to it that the timer fires at a time, or before. */
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

  /** Forgets a lease that is over, and lets those try who wait for it. */
  end(lease: HeldLease, { storage, place }: Ticket): void {
    this.#held.delete(lease);
    wake(storage, place);
    if (this.#held.size > 0) return;
    this.#stopTimer?.();
    this.#next = Infinity;
  }
}

/** The next fence: above all that the key had in the last day, and in all likelihood ever. */
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
