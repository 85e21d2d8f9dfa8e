/**
 * The storage that `connectStorage` returns for a server: a proxy around the client that adds a
 * timeout for each command, repeats commands where that is safe, and has a `close`.
 */

import { isReplyError, StorageError } from "../base/errors.ts";
import { unrefTimer } from "../base/runtime.ts";
import {
  LOSSES,
  type Losses,
  REPEATABLE,
  unknownOutcome,
} from "../backend/_lost_reply.ts";
import type { StorageBackend } from "../backend/storage_backend.ts";
import { type Connection, harmlessError, MAX_DELAY } from "./_connection.ts";

/** Options of the guard. */
export interface GuardOptions {
  /** The URL without its password, quoted for errors. */
  name: string;
  /** The texts that errors must not show. */
  secrets: readonly string[];
  /** The longest wait for a reply, in ms. */
  commandTimeout: number;
  /** Closes the connection. */
  close: () => Promise<void>;
}

/** A client that is guarded. */
export type GuardedStorage = StorageBackend & AsyncDisposable & Disposable & {
  close(): Promise<void>;
};

/**
 * The commands that may be sent again after a lost reply: they are idempotent, and the caller can
 * use the second reply.
 */
const SAFE = new Set(
  ("get setex psetex mget mset strlen getrange setrange getex exists expire " +
    "pexpire expireat pexpireat ttl pttl expiretime pexpiretime touch keys " +
    "scan randomkey type dbsize flushdb flushall ping").split(" "),
);

/**
 * The other commands: they are not idempotent, or the second reply may differ in a way that
 * matters.
 */
const UNSAFE = new Set(
  ("set setnx getset getdel msetnx append incr incrby incrbyfloat decr decrby " +
    "del unlink persist rename renamenx copy eval send").split(" "),
);

/** Options of `SET` with which its reply matters. */
const DECIDING = /^(?:NX|XX|GET)$/i;

/** The maximum number of times that a command is sent. */
const MAX_ATTEMPTS = 3;

/** The methods of a client. */
type Methods = Record<PropertyKey, (...args: unknown[]) => unknown>;

/** A command that waits for its reply. */
class Call {
  readonly name: string;
  readonly promise: Promise<unknown>;
  /** The end of its timeout, by the monotonic clock. */
  readonly deadline: number;
  resolve!: (reply: unknown) => void;
  reject!: (error: unknown) => void;
  attempts = 0;
  readonly #guard: Guard;
  readonly #args: unknown[];
  readonly #mayRepeat: boolean;
  readonly #method: string;

  constructor(
    guard: Guard,
    { name, method, args, mayRepeat }: {
      name: string;
      method: string;
      args: unknown[];
      mayRepeat: boolean;
    },
  ) {
    this.name = name;
    this.deadline = performance.now() + guard.options.commandTimeout;
    this.#guard = guard;
    this.#method = method;
    this.#args = args;
    this.#mayRepeat = mayRepeat;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Sends the command as soon as the connection is ready. */
  attempt(): void {
    const ready = this.#guard.connection.ready();
    if (ready === undefined) return this.#send();
    ready.then(
      () => this.#send(),
      (error) => this.#settle(true, this.#guard.unavailable(this.name, error)),
    );
  }

  #send(): void {
    // The command has timed out, or the storage was closed.
    if (!this.#guard.waiting.has(this)) return;
    this.attempts++;
    try {
      const client = this.#guard.connection.client as Methods;
      (client[this.#method]!(...this.#args) as Promise<unknown>).then(
        (reply) => this.#settle(false, reply),
        (error) => this.#fail(error),
      );
    } catch (error) {
      this.#settle(true, error);
    }
  }

  #fail(error: unknown): void {
    const guard = this.#guard;
    if (!guard.waiting.has(this)) return;
    if (guard.mayTryAgain(this.attempts, error, this.#mayRepeat)) {
      this.attempt();
    } else this.#settle(true, guard.errorOf(this.name, error));
  }

  #settle(isError: boolean, result: unknown): void {
    if (!this.#guard.waiting.delete(this)) return;
    if (isError) this.reject(result);
    else this.resolve(result);
  }
}

/** Runs the commands of a client. */
class Guard {
  readonly connection: Connection;
  readonly options: GuardOptions;
  /** The commands that wait for a reply, oldest first. */
  readonly waiting: Set<Call> = new Set();
  /** The number of replies that were lost. */
  readonly losses: Losses = { count: 0 };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed: Promise<void> | undefined;

  constructor(connection: Connection, options: GuardOptions) {
    this.connection = connection;
    this.options = options;
  }

  /** Runs a command until it is answered. */
  run(
    name: string,
    method: string,
    args: unknown[],
    mayRepeat: boolean,
  ): Promise<unknown> {
    if (this.#closed !== undefined) return Promise.reject(this.#closedError());
    const call = new Call(this, { name, method, args, mayRepeat });
    this.waiting.add(call);
    if (this.#timer === undefined) this.#setTimer();
    call.attempt();
    return call.promise;
  }

  /** Closes the connection, once. */
  close(): Promise<void> {
    return this.#closed ??= this.options.close().finally(() => {
      clearTimeout(this.#timer);
      for (const call of this.waiting) call.reject(this.#closedError());
      this.waiting.clear();
    });
  }

  /** `true` if a command that has failed is sent again. */
  mayTryAgain(attempts: number, error: unknown, mayRepeat: boolean): boolean {
    if (isReadonlyError(error)) {
      // The master has become a replica. It has not executed the command, and its host name leads
      // to the new master now.
      if (attempts > 1 || this.#closed !== undefined) return false;
      this.connection.renew();
      return true;
    }
    if (!isLoss(error)) return false;
    this.losses.count++;
    return mayRepeat && !this.connection.resends && attempts < MAX_ATTEMPTS &&
      this.#closed === undefined;
  }

  /** The error of a command that was sent. */
  errorOf(command: string, error: unknown): unknown {
    if (!isLoss(error)) return error;
    if (this.#closed !== undefined) return this.#closedError();
    const cause = error instanceof StorageError
      ? undefined
      : harmlessError(error, this.options.secrets);
    return unknownOutcome(this.#action(command), cause);
  }

  /** The error of a command that could not be sent. */
  unavailable(command: string, error: unknown): StorageError {
    const cause = harmlessError(error, this.options.secrets);
    return new StorageError(
      "unavailable",
      `Cannot ${this.#action(command)}: ${cause.message}`,
      { cause },
    );
  }

  #action(command: string): string {
    return `run ${command.toUpperCase()} on ${this.options.name}`;
  }

  #closedError(): StorageError {
    return new StorageError(
      "closed",
      `Cannot use ${this.options.name}: it is closed`,
    );
  }

  #setTimer(): void {
    const [oldest] = this.waiting;
    if (oldest === undefined || oldest.deadline === Infinity) return;
    const wait = Math.max(oldest.deadline - performance.now(), 0);
    // One timer for all commands, because all have the same timeout.
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#endLate();
      this.#setTimer();
    }, Math.min(Math.ceil(wait), MAX_DELAY));
    unrefTimer(this.#timer);
  }

  /** Rejects the commands that have timed out. */
  #endLate(): void {
    const { commandTimeout } = this.options;
    const now = performance.now();
    let isLate = false;
    for (const call of this.waiting) {
      if (call.deadline > now) break;
      isLate = true;
      this.waiting.delete(call);
      call.reject(
        new StorageError(
          "unavailable",
          `Cannot ${
            this.#action(call.name)
          }: no answer within ${commandTimeout} ms, and it is not known whether it was done`,
        ),
      );
    }
    if (isLate) this.connection.renew();
  }
}

/** Wraps a client. */
export function guardStorage(
  connection: Connection,
  options: GuardOptions,
): GuardedStorage {
  const guard = new Guard(connection, options);
  const close = () => guard.close();
  const own = new Map<PropertyKey, unknown>([
    ["close", close],
    [Symbol.asyncDispose, close],
    [Symbol.dispose, () => void close()],
  ]);
  if (!connection.resends) {
    own.set(LOSSES, guard.losses);
    own.set(REPEATABLE, proxyOf(guard, new Map(own), true));
  }
  return proxyOf(guard, own, false);
}

/**
 * @param properties The properties that replace the client's; wrapped methods are added.
 * @param mayRepeat `true`: every command may be sent again.
 */
function proxyOf(
  guard: Guard,
  properties: Map<PropertyKey, unknown>,
  mayRepeat: boolean,
): GuardedStorage {
  const { connection } = guard;
  const proxy: object = new Proxy(connection.client, {
    has: (client, name) => properties.has(name) || name in client,
    set: (_, name, value) => Reflect.set(connection.client, name, value),
    get(_, name) {
      const property = properties.get(name);
      if (property !== undefined) return property;
      const client = connection.client as Methods;
      const value = Reflect.get(client, name, client);
      if (typeof value !== "function" || name === "constructor") return value;
      const method = isCommand(name) ? commandOf(name) : methodOf(name);
      properties.set(name, method);
      return method;
    },
  });

  function methodOf(name: PropertyKey): (...args: unknown[]) => unknown {
    return (...args) => {
      const client = connection.client as Methods;
      const result = client[name]!(...args);
      return result === client ? proxy : result;
    };
  }

  function commandOf(name: string): (...args: unknown[]) => unknown {
    const isSafe = mayRepeat || SAFE.has(name);
    if (name === "set") {
      return (...args) => {
        const isPlain = isSafe || !args.slice(2).some(isDeciding);
        return guard.run(name, name, args, isPlain);
      };
    }
    if (name !== "send") {
      return (...args) => guard.run(name, name, args, isSafe);
    }
    // The method of Bun's client for any command. A command that is not listed above may block, so
    // it gets no timeout.
    return (...args) => {
      const command = String(args[0]).toLowerCase();
      return isCommand(command)
        ? guard.run(command, name, args, mayRepeat || SAFE.has(command))
        : (connection.client as Methods)[name]!(...args);
    };
  }
  return proxy as GuardedStorage;
}

function isCommand(name: unknown): name is string {
  return SAFE.has(name as string) || UNSAFE.has(name as string);
}

function isDeciding(word: unknown): boolean {
  return DECIDING.test(String(word));
}

/** `true` if a master has become a replica; the error of a script has text before "READONLY". */
function isReadonlyError(error: unknown): boolean {
  return isReplyError(error) && /^(?:ERR .*-)?READONLY /s.test(error.message);
}

/**
 * `true` for an error of the connection: not an error reply, and not an argument that the client
 * refused.
 */
function isLoss(error: unknown): boolean {
  return !isReplyError(error) && !(error instanceof TypeError) &&
    !(error instanceof RangeError);
}
