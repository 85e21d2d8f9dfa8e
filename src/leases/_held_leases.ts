/** The leases that a process holds: how they are acquired, renewed by one timer, and released. */

import type { StorageBackend } from "../backend/storage_backend.ts";
import { updateFor } from "../backend/update.ts";
import { StorageError } from "../base/errors.ts";
import { delay, now, setTimer, type Timer } from "./_clock.ts";
import { pauseAfter, waitFor, wake } from "./_wait_queue.ts";
import { LeaseLostError } from "./errors.ts";

/** How long a counter of fences is kept after its last use, in ms. */
const FENCE_TTL = 24 * 3_600_000;
/** How often an acquisition that took longer than the lease itself is begun again. */
const MAX_ATTEMPTS = 3;

/** The commands of a backend that leases call. */
export const LEASE_COMMANDS = ["get", "set"] as const;

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
  /** The keys in the backend, of the lease and of its counter of fences. */
  readonly places: { readonly lease: string; readonly fence: string };
  /** In whole ms. */
  readonly ttl: number;
  /** Called after each renewal. */
  readonly onRenew?: () => unknown;
}

/** How long to wait. */
export interface Waiting {
  /** In ms; 0: for one attempt. */
  readonly wait: number;
  readonly signal: AbortSignal | undefined;
  /** Whether it is likely to be free, so that it is not looked at first. */
  readonly isLikely?: boolean;
}

const TAKEN = "its key is gone, or another owner has it";

const NOT_OURS = Symbol("another owner's, or gone");

/** Applies `change` to the key of a lease where it holds `nonce`; returns whether it does. */
async function ifOurs(
  { storage, places, ttl }: Claim,
  nonce: string,
  change: () => string | null,
): Promise<boolean> {
  try {
    await updateFor(storage, places.lease, (value) => {
      if (value !== nonce) throw NOT_OURS;
      return change();
    }, () => ttl);
    return true;
  } catch (error) {
    if (error === NOT_OURS) return false;
    throw error;
  }
}

/** Removes a nonce that nobody holds a lease by. Where that fails, its time will be over. */
function removeUnheld(claim: Claim, nonce: string): Promise<unknown> {
  return ifOurs(claim, nonce, () => null).catch(() => {});
}

/**
 * How long a holder relies on a lease, in ms: a little less than its ttl, because timers are late
 * and the clock of the backend may count whole ms.
 */
function relianceOf(ttl: number): number {
  return ttl - Math.max(ttl / 20, Math.min(2, ttl / 2));
}

/** A lease that is held, until it is released or lost. */
export class HeldLease {
  readonly #claim: Claim;
  readonly #nonce: string;
  readonly #leases: HeldLeases;
  readonly fence: number;
  #state: "held" | "releasing" | "over" = "held";
  #deadline: number;
  /** When the next renewal is due; `Infinity` while none is to come. */
  #renewal: number;
  #controller: AbortController | undefined;
  #lost: LeaseLostError | undefined;

  constructor(
    leases: HeldLeases,
    claim: Claim,
    nonce: string,
    fence: number,
    start: number,
  ) {
    this.#leases = leases;
    this.#claim = claim;
    this.#nonce = nonce;
    this.fence = fence;
    this.#deadline = start + relianceOf(claim.ttl);
    this.#renewal = start + claim.ttl / 3;
  }

  get key(): string {
    return this.#claim.key;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#lost !== undefined) this.#controller.abort(this.#lost);
    }
    return this.#controller.signal;
  }

  /** Whether it is still held, by this process's own clock. */
  get isHeld(): boolean {
    if (now() >= this.#deadline) this.#lose("its time is over");
    return this.#state === "held";
  }

  /** When there is something to do for it. */
  get due(): number {
    return Math.min(this.#renewal, this.#deadline);
  }

  /** Renews it when that is due; it is lost when its time is over. */
  tend(): void {
    if (this.isHeld && now() >= this.#renewal) this.#renew();
  }

  async #renew(): Promise<void> {
    const claim = this.#claim;
    const nonce = this.#nonce;
    const sent = now();
    this.#renewal = Infinity;
    let isOurs = true;
    try {
      isOurs = await ifOurs(claim, nonce, () => nonce);
      if (this.isHeld) {
        this.#deadline = sent + relianceOf(claim.ttl);
        this.#renewal = sent + claim.ttl / 3;
        claim.onRenew?.();
      } else if (this.#lost !== undefined && isOurs) {
        // The server did it late, for an owner that has lost it.
        removeUnheld(claim, nonce);
      }
    } catch {
      // It is tried again as long as there is time.
      this.#renewal = now() + claim.ttl / 12;
    }
    if (!this.isHeld) return;
    if (isOurs) this.#leases.schedule(this.due);
    else this.#lose(TAKEN);
  }

  #lose(reason: string): void {
    if (this.#state === "over") return;
    this.#lost = new LeaseLostError(this.key, reason);
    this.#end();
    this.#controller?.abort(this.#lost);
  }

  #end(): void {
    this.#state = "over";
    this.#leases.delete(this);
    wake(this.#claim.storage, this.#claim.places.lease);
  }

  async release(): Promise<boolean> {
    if (!this.isHeld) return false;
    this.#state = "releasing";
    this.#renewal = Infinity;
    let timer: Timer | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimer(this.#deadline, true, () => resolve(false));
    });
    const isReleased = await Promise.race([this.#remove(), late]);
    timer!.stop();
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
        const isRemoved = await ifOurs(this.#claim, this.#nonce, () => {
          wasOurs = true;
          return null;
        });
        // If it was ours and is not any more, an attempt removed it whose reply was lost.
        return isRemoved || wasOurs;
      } catch (error) {
        if (error instanceof StorageError && error.code === "closed") {
          return false;
        }
        const pause = pauseAfter(attempts, this.#claim.ttl / 10);
        if (now() + pause >= this.#deadline) return false;
        await delay(pause);
      }
    }
  }
}

/** The leases that are held together, with one timer for all of them. */
export class HeldLeases {
  readonly #held = new Set<HeldLease>();
  #timer: Timer | undefined;
  /** When the timer fires. */
  #next = Infinity;

  /** Acquires a lease; `undefined` where somebody else has it for as long as the caller waits. */
  acquire(
    claim: Claim,
    { isLikely = true, ...waiting }: Waiting,
  ): Promise<HeldLease | undefined> {
    return waitFor<HeldLease>(claim.storage, claim.places.lease, {
      attempt: (isFree) => this.#attempt(claim, isLikely && isFree),
      giveBack: (lease) => lease.release(),
      longestPause: claim.ttl / 10,
      ...waiting,
    });
  }

  async #attempt(
    claim: Claim,
    isLikely: boolean,
  ): Promise<HeldLease | undefined> {
    const { storage, places, ttl } = claim;
    if (!isLikely && await storage.get(places.lease) !== null) return undefined;
    for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
      const nonce = crypto.randomUUID();
      const start = now();
      try {
        const reply = await storage.set(
          ...[places.lease, nonce, "PX", String(ttl), "NX"] as const,
        );
        // A client may have sent it twice, after a reply that was lost.
        if (reply === null && await storage.get(places.lease) !== nonce) {
          return undefined;
        }
        const fence = await nextFence(claim);
        const lease = new HeldLease(this, claim, nonce, fence, start);
        // Without this, who has lost it meanwhile would have a fence above the holder's.
        const isThere = await storage.get(places.lease) === nonce;
        if (isThere && lease.isHeld) {
          this.#held.add(lease);
          this.schedule(lease.due);
          return lease;
        }
        if (isThere) await removeUnheld(claim, nonce);
      } catch (error) {
        // It may lie there: the command was done, and the reply was lost.
        removeUnheld(claim, nonce);
        throw error;
      }
    }
    return undefined;
  }

  /** Sees to it that the timer fires at a time, or before. */
  schedule(due: number): void {
    if (due >= this.#next) return;
    this.#timer?.stop();
    this.#next = due;
    this.#timer = setTimer(due, false, () => this.#tend());
  }

  delete(lease: HeldLease): void {
    this.#held.delete(lease);
    if (this.#held.size > 0) return;
    this.#timer?.stop();
    this.#next = Infinity;
  }

  #tend(): void {
    this.#next = Infinity;
    let due = Infinity;
    for (const lease of this.#held) {
      lease.tend();
      if (lease.isHeld) due = Math.min(due, lease.due);
    }
    this.schedule(due);
  }
}

/** The next fence: above all that the key had in the last day, and in all likelihood ever. */
async function nextFence({ storage, places }: Claim): Promise<number> {
  const text = await updateFor(storage, places.fence, (value) => {
    const last = Number(value);
    const next = Number.isSafeInteger(last) ? last + 1 : 0;
    return String(Math.max(next, Date.now()));
  }, () => FENCE_TTL);
  return Number(text);
}
