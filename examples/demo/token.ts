/**
 * What the demo does to show that of all processes one refreshes a rotating token: two servers on
 * one file want it again and again, then one is killed while it asks the provider.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProvider } from "./identity_provider.ts";
import { messageOf, print } from "./session.ts";
import { commandOf, type RuntimeName } from "./server_command.ts";
import { ServerSession } from "./server_session.ts";

const ROUNDS = 20;
/** How many calls each server gets at once. */
const AT_ONCE = 3;

/**
 * Refreshes a token by two servers.
 *
 * @returns What is not as it should be.
 */
export async function refreshTogether(
  runtimes: [RuntimeName, RuntimeName],
): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-demo-"));
  const provider = await startProvider();
  const servers = [new ServerSession(), new ServerSession()] as const;
  const problems: string[] = [];
  const expect = (what: string, isSo: boolean) => {
    if (!isSo) problems.push(what);
  };
  try {
    const url = `file:${join(folder, "tokens.db")}`;
    for (const [i, server] of servers.entries()) {
      const program = "examples/token_server.ts";
      const command = commandOf(runtimes[i]!, program, ["--allow-all"], url);
      const env = { ...command.env, PROVIDER: provider.url };
      await server.start({ ...command, env });
    }
    const [first, second] = servers;
    await first.get("login", {});
    const expiry = () => delay(provider.expiresIn);
    for (let round = 0; round < ROUNDS; round++) {
      await expiry();
      await Promise.all(
        servers.flatMap((server) =>
          Array.from({ length: AT_ONCE }, () => server.get("ask_api", {}))
        ),
      );
    }
    const calls = ROUNDS * AT_ONCE * servers.length;
    const { refreshed } = provider;
    print(
      `${calls} calls of two servers: ${refreshed} refreshes, ${provider.revoked} tokens used twice`,
    );
    expect("a token was used twice", provider.revoked === 0);
    expect("there were too few refreshes", refreshed >= ROUNDS);

    await expiry();
    provider.latency = Infinity;
    const { asked } = provider;
    first.get("ask_api", {}).catch(() => {});
    while (provider.asked === asked) await delay(5);
    await first.kill();
    provider.latency = 0;
    const { error = "an access token" } = await second.call("ask_api", {});
    print(
      `killed on ${runtimes[0]} while it refreshed; on ${
        runtimes[1]
      }: ${error}`,
    );
    expect("nobody was told of the kill", error.startsWith("Call login"));
    await second.get("login", {});
    await second.get("ask_api", {});
    expect("a token was used twice", provider.revoked === 0);
  } catch (error) {
    problems.push(messageOf(error));
  } finally {
    for (const server of servers) await server.close();
    await provider.close();
    await rm(folder, { recursive: true, force: true });
  }
  return problems;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
