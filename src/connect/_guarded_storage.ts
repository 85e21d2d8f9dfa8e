/**
 * The storage that `connectStorage` returns for a server: the client, whose commands have a timeout,
 * are sent again where that is safe, and end with the connection.
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

/** How to guard a client. */
export interface GuardOptions {
  /** The URL without its password, quoted, for errors. */
  name: string;
  /** What errors must not show. */
  secrets: readonly string[];
  /** How long a command waits for its reply, in ms. */
  commandTimeout: number;
  /** Closes the connection. */
  close: () => Promise<void>;
}

/** A client that is guarded. */
export type GuardedStorage = StorageBackend & AsyncDisposable & Disposable & {
  close(): Promise<void>;
};

/**
 * The commands that may be sent again after a lost reply: done twice they leave what they leave
 * when done once, and the second reply is as good as the first.
 */
const SAFE = new Set(
  ("get setex psetex mget mset strlen getrange setrange getex exists expire " +
    "pexpire expireat pexpireat ttl pttl expiretime pexpiretime touch keys " +
    "scan randomkey type dbsize flushdb flushall ping").split(" "),
);

/** The other commands: with these the reply decides, or the second time changes more. */
const UNSAFE = new Set(
  ("set setnx getset getdel msetnx append incr incrby incrbyfloat decr decrby " +
    "del unlink persist rename renamenx copy eval send").split(" "),
);

/** Words of `SET` with which its reply decides. */
const DECIDING = /^(?:NX|XX|GET)$/i;

/** How often a command is sent at most. */
const MAX_ATTEMPTS = 3;

type Run = () => unknown;

/** A command that waits for its reply. */
class Call {
  /** When it has waited for too long, by the monotonic clock. */
  readonly deadline: number;
  readonly promise: Promise<unknown>;
  resolve!: (reply: unknown) => void;
  reject!: (error: unknown) => void;
  attempts = 0;

  constructor(deadline: number) {
    this.deadline = deadline;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

/** Runs the commands of a client. */
class Guard {
  readonly #connection: Connection;
  readonly #options: GuardOptions;
  /** The commands that wait for their reply, oldest first. */
  readonly #waiting = new Set<Call>();
  /** How many replies were lost. */
  readonly losses: Losses = { count: 0 };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed: Promise<void> | undefined;

  constructor(connection: Connection, options: GuardOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  /** Runs a command until it is answered. */
  run(command: string, send: Run, mayRepeat: boolean): Promise<unknown> {
    if (this.#closed !== undefined) return Promise.reject(this.#closedError());
    const { commandTimeout } = this.#options;
    const call = new Call(performance.now() + commandTimeout);
    this.#waiting.add(call);
    this.#setTimer();
    const settle = (error?: unknown, reply?: unknown) => {
      if (!this.#waiting.delete(call)) return;
      if (error === undefined) call.resolve(reply);
      else call.reject(error);
    };
    const fail = (error: unknown) => {
      if (!this.#waiting.has(call)) return;
      if (this.#mayTryAgain(call, error, mayRepeat)) attempt();
      else settle(this.#errorOf(command, error, mayRepeat));
    };
    const transmit = () => {
      // It has waited for too long, or the storage was closed.
      if (!this.#waiting.has(call)) return;
      call.attempts++;
      try {
        const reply = send() as Promise<unknown>;
        reply.then((reply) => settle(undefined, reply), fail);
      } catch (error) {
        settle(error);
      }
    };
    const attempt = () => {
      const ready = this.#connection.ready();
      if (ready === undefined) transmit();
      else {
        ready.then(
          transmit,
          (error) => settle(this.#unavailable(command, error)),
        );
      }
    };
    attempt();
    return call.promise;
  }

  /** Closes the connection, once. */
  close(): Promise<void> {
    return this.#closed ??= this.#options.close().finally(() => {
      clearTimeout(this.#timer);
      for (const call of this.#waiting) call.reject(this.#closedError());
      this.#waiting.clear();
    });
  }

  #mayTryAgain(call: Call, error: unknown, mayRepeat: boolean): boolean {
    if (this.#closed !== undefined || call.attempts === MAX_ATTEMPTS) {
      return false;
    }
    if (isReadonlyError(error)) {
      // The master has become a replica. It has done nothing, and another one has its name now.
      if (call.attempts > 1) return false;
      this.#connection.renew();
      return true;
    }
    if (!isLoss(error)) return false;
    this.losses.count++;
    return mayRepeat && !this.#connection.resends;
  }

  #errorOf(command: string, error: unknown, mayRepeat: boolean): unknown {
    if (!isLoss(error)) return error;
    if (this.#closed !== undefined) return this.#closedError();
    return mayRepeat
      ? this.#unavailable(command, error)
      : unknownOutcome(`run ${command.toUpperCase()}`);
  }

  #unavailable(command: string, error: unknown): StorageError {
    const { name, secrets } = this.#options;
    const cause = harmlessError(error, secrets);
    return new StorageError(
      "unavailable",
      `Cannot run ${command.toUpperCase()} on ${name}: ${cause.message}`,
      { cause },
    );
  }

  #closedError(): StorageError {
    return new StorageError(
      "closed",
      `Cannot use ${this.#options.name}: it is closed`,
    );
  }

  #setTimer(): void {
    if (this.#timer !== undefined) return;
    const [oldest] = this.#waiting;
    if (oldest === undefined || oldest.deadline === Infinity) return;
    const wait = Math.max(oldest.deadline - performance.now(), 0);
    // One timer for all commands: each has the same time.
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#endLate();
      this.#setTimer();
    }, Math.min(Math.ceil(wait), MAX_DELAY));
    unrefTimer(this.#timer);
  }

  /** Ends the commands that have waited for too long. */
  #endLate(): void {
    const { name, commandTimeout } = this.#options;
    const now = performance.now();
    let isLate = false;
    for (const call of this.#waiting) {
      if (call.deadline > now) break;
      isLate = true;
      this.#waiting.delete(call);
      call.reject(
        new StorageError(
          "unavailable",
          `Cannot run a command on ${name}: no answer within ${commandTimeout} ms, and it is not known whether it was done`,
        ),
      );
    }
    if (isLate) this.#connection.renew();
  }
}

/** A client whose commands have a timeout, and which can be closed. */
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
  const storage = proxyOf(connection, guard, own, false);
  if (!connection.resends) {
    own.set(LOSSES, guard.losses);
    own.set(REPEATABLE, proxyOf(connection, guard, new Map(own), true));
  }
  return storage as GuardedStorage;
}

/**
 * @param own The properties that are not the client's.
 * @param mayRepeat Whether every command may be sent again.
 */
function proxyOf(
  connection: Connection,
  guard: Guard,
  own: Map<PropertyKey, unknown>,
  mayRepeat: boolean,
): object {
  const methods = new Map<PropertyKey, unknown>();
  const proxy: object = new Proxy(connection.client, {
    has: (client, name) => own.has(name) || name in client,
    set: (_, name, value) => Reflect.set(connection.client, name, value),
    get(_, name) {
      const method = own.get(name) ?? methods.get(name);
      if (method !== undefined) return method;
      const value = Reflect.get(connection.client, name, connection.client);
      if (typeof value !== "function" || name === "constructor") return value;
      const made = isCommand(name)
        ? commandOf(name)
        // deno-lint-ignore no-explicit-any
        : (...args: any[]) => {
          const { client } = connection as {
            client: Record<PropertyKey, typeof value>;
          };
          const result = client[name]!(...args);
          return result === client ? proxy : result;
        };
      methods.set(name, made);
      return made;
    },
  });

  function commandOf(name: string): (...args: unknown[]) => unknown {
    return (...args) => {
      const isSafe = mayRepeat || SAFE.has(name) ||
        name === "set" && !args.slice(2).some(isDeciding);
      const send = () => {
        const { client } = connection as {
          client: Record<string, (...args: unknown[]) => unknown>;
        };
        return client[name]!(...args);
      };
      if (name !== "send") return guard.run(name, send, isSafe);
      // Bun's way to send any command: one that blocks may take its time.
      const command = String(args[0]).toLowerCase();
      return isCommand(command) ? guard.run(command, send, isSafe) : send();
    };
  }
  return proxy;
}

function isCommand(name: unknown): name is string {
  return SAFE.has(name as string) || UNSAFE.has(name as string);
}

function isDeciding(word: unknown): boolean {
  return DECIDING.test(String(word));
}

/** Whether a master has become a replica; in a script the word comes after others. */
function isReadonlyError(error: unknown): boolean {
  return isReplyError(error) && /^(?:ERR .*-)?READONLY /s.test(error.message);
}

/** Whether an error is the connection's: no reply, and nothing that the client refused to send. */
function isLoss(error: unknown): boolean {
  return !isReplyError(error) && !(error instanceof TypeError) &&
    !(error instanceof RangeError);
}
