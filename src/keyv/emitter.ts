/** An event emitter like Node's `EventEmitter`. */

/**
 * A function that is called when an event is emitted.
 *
 * @example Usage
 * ```ts
 * import { type EventListener, KeyvStorage } from "@mayfly/store/keyv";
 *
 * const listener: EventListener = (error) => console.error(error);
 * new KeyvStorage().on("error", listener);
 * ```
 */
// deno-lint-ignore no-explicit-any
export type EventListener = (...args: any[]) => void;

/** A listener, and whether it is called only once. */
interface Registration {
  readonly listener: EventListener;
  readonly once: boolean;
}

/**
 * The part of Node's `EventEmitter` that keyv expects of a storage adapter, for runtimes without it.
 * Unlike in Node, an `"error"` without a listener is not thrown.
 *
 * @example Usage
 * ```ts
 * import { Emitter } from "@mayfly/store/keyv";
 * import { assertEquals } from "@std/assert";
 *
 * const emitter = new Emitter();
 * let told = "";
 * emitter.once("error", (error: Error) => told = error.message);
 * assertEquals(emitter.emit("error", new Error("Lost")), true);
 * assertEquals(emitter.emit("error", new Error("Again")), false);
 * assertEquals(told, "Lost");
 * ```
 */
export class Emitter {
  readonly #registrations: Map<string | symbol, Registration[]> = new Map();

  /** Calls `listener` at each event of the name, after the listeners that were added before. */
  on(eventName: string | symbol, listener: EventListener): this {
    return this.#add(eventName, { listener, once: false });
  }

  /** The same as {@linkcode Emitter.prototype.on}. */
  addListener(eventName: string | symbol, listener: EventListener): this {
    return this.on(eventName, listener);
  }

  /** Calls `listener` at the next event of the name. */
  once(eventName: string | symbol, listener: EventListener): this {
    return this.#add(eventName, { listener, once: true });
  }

  /** As {@linkcode Emitter.prototype.on}, but the listener is called before all others. */
  prependListener(eventName: string | symbol, listener: EventListener): this {
    return this.#add(eventName, { listener, once: false }, "first");
  }

  /** As {@linkcode Emitter.prototype.once}, but the listener is called before all others. */
  prependOnceListener(
    eventName: string | symbol,
    listener: EventListener,
  ): this {
    return this.#add(eventName, { listener, once: true }, "first");
  }

  /** Removes a listener: the last one, if it was added more than once. */
  off(eventName: string | symbol, listener: EventListener): this {
    const all = this.#of(eventName);
    const index = all.findLastIndex((one) => one.listener === listener);
    return this.#put(eventName, all.filter((_, i) => i !== index));
  }

  /** The same as {@linkcode Emitter.prototype.off}. */
  removeListener(eventName: string | symbol, listener: EventListener): this {
    return this.off(eventName, listener);
  }

  /** Removes the listeners of one event, or of all events. */
  removeAllListeners(eventName?: string | symbol): this {
    if (eventName === undefined) this.#registrations.clear();
    else this.#registrations.delete(eventName);
    return this;
  }

  /** Calls the listeners of an event in order; returns whether there was one. */
  emit(eventName: string | symbol, ...args: unknown[]): boolean {
    const called = this.#of(eventName);
    for (const registration of called) {
      if (registration.once) {
        this.#put(
          eventName,
          this.#of(eventName).filter((one) => one !== registration),
        );
      }
      registration.listener.apply(this, args);
    }
    return called.length > 0;
  }

  /** The number of listeners of an event. */
  listenerCount(eventName: string | symbol): number {
    return this.#of(eventName).length;
  }

  /** The names of the events with a listener. */
  eventNames(): (string | symbol)[] {
    return [...this.#registrations.keys()];
  }

  /** The listeners of an event. */
  listeners(eventName: string | symbol): EventListener[] {
    return this.#of(eventName).map(({ listener }) => listener);
  }

  /** The same as {@linkcode Emitter.prototype.listeners}: none is wrapped. */
  rawListeners(eventName: string | symbol): EventListener[] {
    return this.listeners(eventName);
  }

  #of(eventName: string | symbol): readonly Registration[] {
    return this.#registrations.get(eventName) ?? [];
  }

  #add(
    eventName: string | symbol,
    registration: Registration,
    place: "first" | "last" = "last",
  ): this {
    const all = this.#of(eventName);
    return this.#put(
      eventName,
      place === "last" ? [...all, registration] : [registration, ...all],
    );
  }

  /** Lists are replaced, never changed, because `emit` may be iterating over one. */
  #put(eventName: string | symbol, registrations: Registration[]): this {
    if (registrations.length === 0) this.#registrations.delete(eventName);
    else this.#registrations.set(eventName, registrations);
    return this;
  }
}
