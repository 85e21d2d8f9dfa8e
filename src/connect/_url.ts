/** What the URL of a backend says, and how it is shown: without its password. */

import { ConfigError } from "../base/errors.ts";

/** Which client a URL asks for first. */
export type ClientName = "ioredis" | "iovalkey";

/** Where a server listens, and who we are there. */
export interface ServerAddress {
  /** One server; those of a cluster that are known. */
  hosts: { host: string; port: number }[];
  /** Whether the hosts are a cluster's. */
  isCluster: boolean;
  /** Whether to speak TLS. */
  tls: boolean;
  /** The user, if the URL names one. */
  username: string | undefined;
  /** The password, if the URL has one. */
  password: string | undefined;
  /** The number of the database, if the URL has one. */
  db: number | undefined;
  /** The client to look for first. */
  client: ClientName;
}

/** What a URL says. */
export type BackendUrl =
  | { kind: "memory" }
  | { kind: "file"; path: string }
  | { kind: "server"; address: ServerAddress };

/** Where a URL came from, for errors. */
export interface UrlSource {
  /** The variable or the argument. */
  name: string;
  /** The URL as it was given, password and all. */
  text: string;
}

const DEFAULT_PORT = 6379;

const SCHEMES: Record<string, (rest: string, source: UrlSource) => BackendUrl> =
  {
    "memory": readMemory,
    "file": readFile,
    "sqlite": readFile,
    "redis": readServer({ client: "ioredis" }),
    "rediss": readServer({ client: "ioredis", tls: true }),
    "valkey": readServer({ client: "iovalkey" }),
    "valkeys": readServer({ client: "iovalkey", tls: true }),
    "redis+cluster": readServer({ client: "ioredis", isCluster: true }),
    "valkey+cluster": readServer({ client: "iovalkey", isCluster: true }),
  };

/**
 * Reads the URL of a backend.
 *
 * @throws {ConfigError} It is none.
 */
export function readBackendUrl(source: UrlSource): BackendUrl {
  const [, scheme = "", rest = ""] = /^([a-z][a-z0-9+.-]*):(.*)$/is
    .exec(source.text) ?? [];
  const name = scheme.toLowerCase();
  if (!Object.hasOwn(SCHEMES, name)) {
    const known = Object.keys(SCHEMES).map((known) => `"${known}:"`);
    throw urlError(source, `a URL that begins with ${known.join(" or ")}`);
  }
  return SCHEMES[name]!(rest, source);
}

/**
 * The error for a URL; it shows the URL without its password.
 *
 * @param source Where the URL came from.
 * @param accepted What it has to be, as the end of a sentence.
 * @param cause What went wrong underneath, if it may be shown.
 */
export function urlError(
  { name, text }: UrlSource,
  accepted: string,
  cause?: unknown,
): ConfigError {
  const error = new ConfigError(name, withoutPassword(text), accepted);
  if (cause !== undefined) {
    Object.defineProperty(error, "cause", {
      ...{ value: cause, configurable: true, writable: true },
    });
  }
  return error;
}

/** A URL with "***" for its password, and for all that may be one. */
export function withoutPassword(url: string): string {
  // Not parsed: a password that was not encoded makes a URL that cannot be, or another one.
  const [, head = "", rest = ""] = /^((?:[^:/?#@]*:)?\/*)(.*)$/s.exec(url) ??
    [];
  if (/^(?:file|sqlite|memory):/i.test(head)) return url;
  const at = rest.lastIndexOf("@");
  const place = rest.slice(at + 1)
    // Without a host, the password stands where the port should.
    .replaceAll(/(^|,)([^:,[\]]*):(?!\d+(?:[,/?#]|$))[^,/?#]*/g, "$1$2:***")
    .replace(/\?.*$/s, "?***")
    .replace(/#.*$/s, "#***");
  if (at === -1) return head + place;
  const [user, ...password] = rest.slice(0, at).split(":");
  return `${head}${password.length > 0 ? `${user}:` : ""}***@${place}`;
}

function readMemory(rest: string, source: UrlSource): BackendUrl {
  if (!/^\/{0,3}$/.test(rest)) throw urlError(source, '"memory:" alone');
  return { kind: "memory" };
}

function readFile(rest: string, source: UrlSource): BackendUrl {
  const accepted = "file:, then the path of a file, percent-encoded: " +
    '"file:state.db" or "file:///var/lib/state.db"';
  const [, host, encoded = ""] = /^(?:\/\/([^/]*))?([^?#]*)$/s.exec(rest) ?? [];
  if (host && host.toLowerCase() !== "localhost") {
    throw urlError(source, accepted);
  }
  const path = decode(encoded, source, accepted);
  if (path === "" || path.includes("\0")) throw urlError(source, accepted);
  // A drive of Windows has a slash before it in a URL.
  return { kind: "file", path: path.replace(/^\/(?=[a-z]:[\\/])/i, "") };
}

function readServer(
  { client, tls = false, isCluster = false }: {
    client: ClientName;
    tls?: boolean;
    isCluster?: boolean;
  },
): (rest: string, source: UrlSource) => BackendUrl {
  const accepted = isCluster
    ? "the URL of a cluster: redis+cluster://user:password@host:port,host:port/, without a database number, user and password percent-encoded"
    : "the URL of a server: redis://user:password@host:port/database, user and password percent-encoded";
  return (rest, source) => {
    const parts = /^\/\/(?:([^@/?#]*)@)?([^@/?#]*)(?:\/(\d*))?$/.exec(rest);
    if (parts === null) throw urlError(source, accepted);
    const [, login, hostList = "", database = ""] = parts;
    if (isCluster && database !== "") throw urlError(source, accepted);
    const [, user = "", password] = /^([^:]*)(?::(.*))?$/s.exec(login ?? "")!;
    const names = isCluster ? hostList.split(",") : [hostList];
    return {
      kind: "server",
      address: {
        ...{ client, tls, isCluster },
        hosts: names.map((name) => {
          // Only one server has a usual host.
          const isMissing = isCluster && name === "";
          const host = isMissing ? undefined : readHost(name);
          if (host === undefined) throw urlError(source, accepted);
          return host;
        }),
        username: decode(user, source, accepted) || undefined,
        password: password && decode(password, source, accepted),
        db: database === "" ? undefined : Number(database),
      },
    };
  };
}

/** Reads a host and a port, by default the usual ones; `undefined` if it is no such thing. */
function readHost(text: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([\w.~-]*))(?::(\d+))?$/i.exec(text);
  if (match === null) return undefined;
  const [, six, name, digits = String(DEFAULT_PORT)] = match;
  const port = Number(digits);
  if (port < 1 || port > 65_535) return undefined;
  return { host: six ?? (name || "localhost"), port };
}

function decode(text: string, source: UrlSource, accepted: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw urlError(source, accepted);
  }
}
