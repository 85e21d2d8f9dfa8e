/** Starts the oracle for a test file, or says what is left out without it. */

import {
  HOW_TO_GET_REDIS,
  type RedisServer,
  startRedisServer,
} from "./redis_server.ts";

/**
 * Starts a server, or answers `undefined` and says in one line what is left
 * out and how to get a server.
 *
 * @param what What is left out, as the beginning of a sentence.
 * @throws {Error} If there is none and `MAYFLY_REQUIRE_REDIS` is `1`.
 */
export async function redisForTests(
  what: string,
): Promise<RedisServer | undefined> {
  const server = await startRedisServer();
  if (server === undefined) {
    console.warn(`Left out: ${what}. To run it, ${HOW_TO_GET_REDIS}.`);
  }
  return server;
}
