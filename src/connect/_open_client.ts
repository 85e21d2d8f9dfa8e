/** Opens a client of a server, in a given time or not at all. */

import { printable } from "../base/_checks.ts";
import { guardLogger } from "../base/_report.ts";
import { StorageError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { ServerAddress } from "./_url.ts";
import { BunConnection } from "./_bun_connection.ts";
import type { FoundClient } from "./_find_client.ts";
import { type Connection, harmlessError, within } from "./_connection.ts";
import { RedisConnection } from "./_redis_connection.ts";

/** How to open a client. */
export interface OpenOptions {
  /** Where the server is. */
  address: ServerAddress;
  /** The URL without its password, for errors and log lines. */
  shown: string;
  /** How long it may take, in ms. */
  timeout: number;
  /** Options of the caller's own for the client's constructor. */
  client: Record<string, unknown>;
  /** Where the failures of an open connection go. */
  logger: Logger | undefined;
}

/**
 * Opens a client.
 *
 * @throws {StorageError} The server cannot be reached, refuses, or does not answer in time; nothing
 * of the client is left running.
 */
export async function openClient(
  found: Exclude<FoundClient, { kind: "none" }>,
  { address, shown, timeout, client, logger }: OpenOptions,
): Promise<Connection> {
  const name = JSON.stringify(shown);
  const secrets = secretsOf(address, client);
  const connection = found.kind === "bun"
    ? new BunConnection(found.module, address, client)
    : new RedisConnection(found.module, address, client);
  try {
    await within(timeout, connection.open());
  } catch (error) {
    await connection.abort();
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
  return connection;
}

/** What a client's error must not show, though it should not in the first place. */
function secretsOf(
  { password }: ServerAddress,
  client: Record<string, unknown>,
): string[] {
  const { redisOptions } = client as { redisOptions?: { password?: unknown } };
  return [
    password,
    password && encodeURIComponent(password),
    client.password,
    redisOptions?.password,
  ].filter((secret): secret is string =>
    typeof secret === "string" && secret !== ""
  );
}
