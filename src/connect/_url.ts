/** Reads the URL of a backend, and shows it without its password. */

import { quote } from "../base/_checks.ts";
import { ConfigError } from "../base/errors.ts";

/** The client that a URL prefers. */
export type ClientName = "ioredis" | "iovalkey";

/** The address of a server, and the credentials. */
export interface ServerAddress {
  /** One server, or the known nodes of a cluster. */
  hosts: { host: string; port: number }[];
  /** The path of a Unix socket, in place of a host. */
  path: string | undefined;
  /** The IP version, 4 or 6, or 0 for both. */
  family: number | undefined;
  /** `true` if the hosts are those of a cluster. */
  isCluster: boolean;
  /** `true` for TLS. */
  tls: boolean;
  /** The user, if the URL names one. */
  username: string | undefined;
  /** The password, if the URL has one. */
  password: string | undefined;
  /** The number of the database, if the URL has one. */
  db: number | undefined;
  /** The client to try first. */
  client: ClientName;
}

/** The backend that a URL names. */
export type BackendUrl =
  | { kind: "memory" }
  | { kind: "file"; path: string }
  | { kind: "server"; address: ServerAddress };

/** A URL and its origin, for errors. */
export interface UrlSource {
  /** The variable or the argument. */
  name: string;
  /** The URL as it was given, including the password. */
  text: string;
}

const DEFAULT_PORT = 6379;

const SCHEMES: Record<string, (rest: string, source: UrlSource) => BackendUrl> =
  {
    "memory": readMemory,
    "file": readFile,
    "sqlite": readFile,
    ...schemesOf("redis", "ioredis"),
    ...schemesOf("valkey", "iovalkey"),
  };

function schemesOf(name: string, client: ClientName): typeof SCHEMES {
  return {
    [name]: readServer({ client }),
    [`${name}s`]: readServer({ client, tls: true }),
    [`${name}+cluster`]: readServer({ client, isCluster: true }),
    [`${name}s+cluster`]: readServer({ client, isCluster: true, tls: true }),
    [`${name}+unix`]: readSocket(client),
  };
}

/**
 * Reads the URL of a backend.
 *
 * @throws {ConfigError} It is not the URL of a backend.
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
 * @param accepted The kind of URL that is accepted, as the end of a sentence.
 * @param cause The error underneath, if it may be shown.
 */
export function urlError(
  { name, text }: UrlSource,
  accepted: string,
  cause?: unknown,
): ConfigError {
  return new ConfigError(name, withoutPassword(text), accepted, { cause });
}

/** A URL with "***" in place of its password, and of everything that may be a password. */
export function withoutPassword(url: string): string {
  // The URL is not parsed: with a password that was not encoded, parsing may fail or give wrong
  // parts.
  const [, head = "", rest = ""] = /^((?:[^:/?#@]*:)?\/*)(.*)$/s.exec(url) ??
    [];
  if (/^(?:file|sqlite|memory):/i.test(head)) return url;
  const at = rest.lastIndexOf("@");
  const place = rest.slice(at + 1)
    // Without a host, the password is in the place of the port.
    .replaceAll(/(^|,)([^:,[\]]*):(?!\d+(?:[,/?#]|$))[^,/?#]*/g, "$1$2:***")
    .replace(/\?.*$/s, "?***")
    .replace(/#.*$/s, "#***");
  if (at === -1) return head + place;
  // The user is shown only if it cannot be a token.
  const [user] = /^[^:@/?#]*:(?=[^@])(?=[^@]*$)/.exec(rest.slice(0, at)) ?? [];
  return `${head}${user ?? ""}***@${place}`;
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
  // In a URL, a Windows drive has a slash before it.
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
    const parts = /^\/\/(?:([^@/?#]*)@)?([^@/?#]*)(?:\/(\d*))?(?:\?([^#]*))?$/
      .exec(rest);
    if (parts === null) throw urlError(source, accepted);
    const [, login, hostList = "", database = "", query] = parts;
    if (isCluster && database !== "") throw urlError(source, accepted);
    const family = readQuery(query, "family", /^[046]$/, source);
    const names = isCluster ? hostList.split(",") : [hostList];
    return {
      kind: "server",
      address: {
        ...{ client, tls, isCluster },
        hosts: names.map((name) => {
          // A cluster has no default host.
          const isMissing = isCluster && name === "";
          const host = isMissing ? undefined : readHost(name);
          if (host === undefined) throw urlError(source, accepted);
          return host;
        }),
        ...readLogin(login, source, accepted),
        ...{ path: undefined, family },
        db: database === "" ? undefined : Number(database),
      },
    };
  };
}

function readSocket(client: ClientName): typeof readMemory {
  const accepted =
    "the URL of a Unix socket: redis+unix://user:password@/path/of/redis.sock?db=0, percent-encoded";
  return (rest, source) => {
    const parts = /^(?:\/\/(?:([^@/?#]*)@)?)?(\/(?!\/)[^?#]+)(?:\?([^#]*))?$/
      .exec(rest);
    if (parts === null) throw urlError(source, accepted);
    const [, login, path = "", query] = parts;
    return {
      kind: "server",
      address: {
        ...{ client, tls: false, isCluster: false, family: undefined },
        hosts: [{ host: "localhost", port: DEFAULT_PORT }],
        path: decode(path, source, accepted),
        ...readLogin(login, source, accepted),
        db: readQuery(query, "db", /^\d+$/, source),
      },
    };
  };
}

function readLogin(
  login: string | undefined,
  source: UrlSource,
  accepted: string,
): Pick<ServerAddress, "username" | "password"> {
  const [, user = "", password] = /^([^:]*)(?::(.*))?$/s.exec(login ?? "")!;
  return {
    username: decode(user, source, accepted) || undefined,
    password: password && decode(password, source, accepted),
  };
}

/**
 * The names of options that people write in a URL. Other names are not shown, because they may be
 * part of a password.
 */
const KNOWN_OPTIONS =
  /^(?:family|db|username|password|keyPrefix|name|tls|protocol|role|\w*Timeout|enable\w*|max\w*)$/;

/** Reads the only option that a URL may have; all others belong into `client`. */
function readQuery(
  query: string | undefined,
  name: string,
  accepted: RegExp,
  source: UrlSource,
): number | undefined {
  if (!query) return undefined;
  const options = query.split("&").map((option) => option.split("="));
  const [[first, value] = []] = options;
  if (options.length === 1 && first === name && accepted.test(value ?? "")) {
    return Number(value);
  }
  const named = options.map(([name]) => name)
    .filter((name) => KNOWN_OPTIONS.test(name ?? "")).map(quote);
  throw urlError(
    source,
    `a URL without options but "${name}", which is a number${
      named.length > 0 ? ` (here: ${named.join(", ")})` : ""
    }: others go into the option "client"`,
  );
}

/** Reads a host and a port, by default localhost and 6379; `undefined` if it cannot be read. */
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
