/**
 * An identity provider whose refresh tokens may be used once: it takes a second use for theft and
 * revokes the whole family, as OAuth 2.1 says.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What a provider answers. */
export interface Tokens {
  access: string;
  refresh: string;
  /** In ms. */
  expiresIn: number;
}

/** A provider that is running. */
export interface Provider {
  url: string;
  /** How long an answer takes at most, in ms; `Infinity`: none comes. */
  latency: number;
  /** How long an access token is good, in ms. */
  expiresIn: number;
  /** How many requests came. */
  asked: number;
  /** How many tokens it gave for a refresh token. */
  refreshed: number;
  /** How many families it revoked. */
  revoked: number;
  /** How many times somebody logged in. */
  logins: number;
  close(): Promise<void>;
}

/** Starts a provider on loopback. */
export async function startProvider(): Promise<Provider> {
  /** The number of the refresh token of each family that is still good. */
  const current = new Map<string, number>();
  const provider: Provider = {
    ...{
      url: "",
      latency: 10,
      expiresIn: 20,
      asked: 0,
      refreshed: 0,
      revoked: 0,
      logins: 0,
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const tokensOf = (family: string, number: number): Tokens => {
    current.set(family, number);
    const [access, refresh] = ["access", "refresh"]
      .map((kind) => `${kind}.${family}.${number}`) as [string, string];
    return { access, refresh, expiresIn: provider.expiresIn };
  };
  const answer = (path: string): Tokens | undefined => {
    if (path === "/login") {
      return tokensOf(String(++provider.logins), 0);
    }
    const [, family, number] = path.split(".") as [string, string, string];
    if (!current.has(family)) return undefined;
    if (current.get(family) !== Number(number)) {
      provider.revoked++;
      current.delete(family);
      return undefined;
    }
    provider.refreshed++;
    return tokensOf(family, Number(number) + 1);
  };
  const server = createServer(({ url }, response) => {
    provider.asked++;
    if (provider.latency === Infinity) return;
    setTimeout(() => {
      const tokens = answer(url!);
      response.writeHead(tokens ? 200 : 400).end(JSON.stringify(tokens ?? {}));
    }, Math.random() * provider.latency);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  provider.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return provider;
}
