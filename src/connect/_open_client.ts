/** Opens a client of a server within a timeout. */

import { printable, quote } from "../base/_checks.ts";
import { isReplyError, StorageError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { guardLogger } from "../base/_report.ts";
import type { ServerAddress } from "./_url.ts";
import { BunConnection } from "./_bun_connection.ts";
import {
  type Connection,
  harmlessError,
  type Timeouts,
  within,
} from "./_connection.ts";
import type { FoundClient } from "./_find_client.ts";
import { type GuardedStorage, guardStorage } from "./_guarded_storage.ts";
import { ReadyConnection } from "./_ready_connection.ts";
import { RedisConnection } from "./_redis_connection.ts";

/** Options for opening a client. */
export interface OpenOptions extends Timeouts {
  /** The address of the server. */
  address: ServerAddress;
  /** The URL without its password, for errors and log lines. */
  shown: string;
  /** The caller's options for the client's constructor, or a client that is ready. */
  client: Record<string, unknown>;
  /** Receives a line about each failure of the open connection. */
  logger: Logger | undefined;
  /** The rest of `connectTimeout`, in ms. */
  timeLeft: number;
  /** Ends the attempt. */
  signal: AbortSignal | undefined;
}

/**
 * Opens a client.
 *
 * @param found The module of the client; `undefined`: `options.client` is a client.
 * @returns The client, guarded.
 * @throws {StorageError} The server cannot be reached, refuses the connection, or does not answer
 *   in time; the client is closed. The reason of `signal`, if that is aborted.
 */
export async function openClient(
  found: Exclude<FoundClient, { kind: "none" }> | undefined,
  options: OpenOptions,
): Promise<GuardedStorage> {
  const { address, client, logger, signal } = options;
  const name = quote(options.shown);
  const secrets = secretsOf(address, client);
  const connection: Connection = found === undefined
    ? new ReadyConnection(client)
    : found.kind === "bun"
    ? new BunConnection(found.module, address, client, options)
    : new RedisConnection(found.module, address, client, options);
  try {
    const { timeLeft, connectTimeout } = options;
    await within(timeLeft, open(connection), signal, connectTimeout);
  } catch (error) {
    await connection.abort();
    signal?.throwIfAborted();
    const cause = harmlessError(connection.lastError ?? error, secrets);
    throw new StorageError(
      "unavailable",
      `Cannot connect to ${name}: ${cause.message}`,
      { cause },
    );
  }
  const lines = logger && guardLogger(logger);
  connection.onError = (error) => {
    const { message } = harmlessError(error, secrets);
    lines?.warn(printable(`The connection to ${name} failed: ${message}`));
  };
  return guardStorage(connection, {
    ...{ name, secrets, commandTimeout: options.commandTimeout },
    close: () => connection.close(),
  });
}

async function open(connection: Connection): Promise<void> {
  await connection.open();
  try {
    // The arguments are wrong on purpose: a server that has the command replies with a syntax
    // error.
    await connection.send("GETEX", ["mayfly", "?"]);
  } catch (error) {
    if (!isReplyError(error)) throw error;
    if (!/unknown command/i.test(error.message)) return;
    throw new Error(
      "the server is too old: it must have the command GETEX, as Redis 6.2, Valkey and newer ones have",
    );
  }
}

/** The texts that a client's error must not show. */
function secretsOf(
  { username, password }: ServerAddress,
  client: Record<string, unknown>,
): string[] {
  const { redisOptions } = client as { redisOptions?: { password?: unknown } };
  return [
    password,
    password && encodeURIComponent(password),
    // The user name may be a token.
    password ? undefined : username,
    client.password,
    redisOptions?.password,
  ].filter((secret): secret is string =>
    typeof secret === "string" && secret !== ""
  );
}
