/** What the workloads know of a store: a few calls, named alike for all of them. */

/** A value; what is read of it, its length, is what proves that it was read. */
export interface Value {
  readonly length: number;
}

/** What came of a read. */
export type Found = Value | null | undefined;

/** How a workload wants its store. */
export interface StoreOptions {
  /** How many entries it is going to hold. */
  size: number;
  /** The life of an entry in ms. */
  ttl: number;
  /**
   * Whether expired entries must go by themselves within a second or so. What a
   * contender needs for that is switched on then, and otherwise left out.
   */
  sweeps: boolean;
}

/** One store behind the calls that the workloads make. */
export interface Store<R = unknown, F = Found> {
  set(key: string, value: Value): R;
  get(key: string): F;
  delete(key: string): R;
  /** Starts the entry's ttl again. */
  touch?(key: string): R;
  /** Sets with a ttl in ms of its own. */
  setFor?(key: string, value: Value, ttl: number): R;
  /** How many entries are held, expired ones too, if that can be asked without removing any. */
  held?(): number;
  /** Drops what keeps the store alive. */
  stop?(): void;
}

/** What a contender's file exports. */
export interface ContenderModule {
  /** Makes a store that answers at once. */
  makeStore?(options: StoreOptions): Store;
  /** Makes a store that answers with promises. */
  makeAsyncStore?(
    options: StoreOptions,
  ): Store<Promise<unknown>, Promise<Found>>;
}
