/** What the tests of leases share: time that they move, and a server in this process. */

import type { InMemoryStorage, StorageBackend } from "@mayfly/store";
import { FakeTime } from "@std/testing/time";

/** Fake time for `performance.now`, too. */
export class FakeClock {
  readonly time: FakeTime = new FakeTime();
  readonly #real = Object.getOwnPropertyDescriptor(performance, "now");

  constructor() {
    const { time } = this;
    const start = performance.now() - time.now;
    Object.defineProperty(performance, "now", {
      configurable: true,
      value: () => start + time.now,
    });
  }

  /** Lets `ms` pass, a little at a time, so that what is awaited goes on meanwhile. */
  async pass(ms: number, step = Math.max(1, ms / 50)): Promise<void> {
    const end = this.time.now + ms;
    await settle();
    while (this.time.now < end) {
      this.time.tick(Math.min(step, end - this.time.now));
      await settle();
    }
  }

  [Symbol.dispose](): void {
    if (this.#real) Object.defineProperty(performance, "now", this.#real);
    else delete (performance as { now?: unknown }).now;
    this.time.restore();
  }
}

/** Lets everything go on that waits for no timer. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

/** What happens to a command on its way. */
export interface Wire {
  /** Before it is done; throws: it never is. */
  before?(command: string, args: unknown[]): Promise<unknown> | void;
  /** After it is done; throws: its reply is lost. */
  after?(command: string, args: unknown[]): Promise<unknown> | void;
  /** Whether it is done twice, because the first reply was lost. */
  isTwice?(command: string): boolean;
}

/** A client of a server that keeps its keys in `storage`; each command is one step. */
export function connect(
  storage: InMemoryStorage,
  wire: Wire = {},
): StorageBackend {
  const send = async (name: string, args: unknown[], run: () => unknown) => {
    await wire.before?.(name, args);
    if (wire.isTwice?.(name)) run();
    const reply = run();
    await wire.after?.(name, args);
    return reply;
  };
  return new Proxy({}, {
    get: (_target, name: string) => {
      if (name === "eval") {
        return (_script: string, _keys: 1, key: string, ...args: string[]) =>
          send(name, [key, ...args], () => compareAndSet(storage, key, args));
      }
      const command: unknown = Reflect.get(storage, name);
      if (typeof command !== "function" || name === "batch") return undefined;
      return (...args: unknown[]) =>
        send(name, args, () => command.apply(storage, args));
    },
  }) as StorageBackend;
}

/** The client of a process that can die, or be frozen until a promise is fulfilled. */
export function mortal(storage: InMemoryStorage) {
  const wire: Wire = {};
  const freeze = (until: Promise<unknown>) => {
    wire.before = () => until;
  };
  const die = () => freeze(new Promise(() => {}));
  return { client: connect(storage, wire), die, freeze };
}

/** What the script of `update` does. */
function compareAndSet(
  storage: InMemoryStorage,
  key: string,
  args: string[],
): [done: string, value: string | null] {
  const [isThere, believed, isKept, next, ttl] = args as [
    ...[string, string, string, string, string],
  ];
  const value = storage.get(key);
  if (value !== (isThere === "1" ? believed : null)) return ["0", value];
  if (isKept === "0") storage.del(key);
  else if (ttl === "") storage.set(key, next, "KEEPTTL");
  else if (ttl === "never") storage.set(key, next);
  else storage.set(key, next, "PX", ttl);
  return ["1", null];
}

/** A promise that the test resolves. */
export function gate(): { hold: Promise<void>; open: () => void } {
  let open = () => {};
  const hold = new Promise<void>((resolve) => open = resolve);
  return { hold, open };
}
