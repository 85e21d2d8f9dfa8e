/** The programs that the oracle is made of: which of them are there. */

import { spawnSync } from "node:child_process";
import process from "node:process";
import { HOW_TO_GET_REDIS } from "./redis_server.ts";

/** The server: what `REDIS_SERVER` names, else `redis-server` or `valkey-server`. */
export const REDIS_PROGRAM: string | undefined = findServer();

/** Valkey's server, which need not be there. */
export const VALKEY_PROGRAM: string | undefined = find("valkey-server");

/** What makes a cluster of some servers. */
export const CLI_PROGRAM: string | undefined = find("redis-cli", "valkey-cli");

/**
 * Whether what needs these programs is to be left out; says in one line what is.
 *
 * @param what What is left out, as the beginning of a sentence.
 * @throws {Error} If one is missing and `MAYFLY_REQUIRE_REDIS` is `1`.
 */
export function isLeftOut(
  what: string,
  ...programs: (string | undefined)[]
): boolean {
  if (programs.every((program) => program !== undefined)) return false;
  if (process.env["MAYFLY_REQUIRE_REDIS"] === "1") {
    throw new Error(`Cannot run ${what}: ${HOW_TO_GET_REDIS}`);
  }
  console.warn(`Left out: ${what}. To run it, ${HOW_TO_GET_REDIS}.`);
  return true;
}

function findServer(): string | undefined {
  const named = process.env["REDIS_SERVER"];
  if (!named) return find("redis-server", "valkey-server");
  if (find(named)) return named;
  throw new Error(`Cannot find REDIS_SERVER: received "${named}"`);
}

function find(...names: string[]): string | undefined {
  return names.find((name) =>
    spawnSync(name, ["--version"], { stdio: "ignore" }).error === undefined
  );
}
