/** Servers at a Unix socket, and behind TLS, by their URLs. */

import { StorageError } from "@mayfly/store";
import { type ConnectOptions, connectStorage } from "@mayfly/store/connect";

import { runtime } from "@mayfly/store/runtime";
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { CLI_PROGRAM, isLeftOut, REDIS_PROGRAM } from "../oracle/programs.ts";
import { programPath, runOn } from "./run_on.ts";
import { delay } from "./suite.ts";
import {
  freePort,
  type RedisServer,
  startRedisServer,
} from "../oracle/redis_server.ts";

const SANITIZE = { sanitizeOps: false, sanitizeResources: false };

async function reads(url: string, options?: ConnectOptions): Promise<void> {
  await using storage = await connectStorage(url, options);
  await storage.set("k", url);
  assertEquals(await storage.get("k"), url);
}

describe("connectStorage to a Unix socket", {
  ignore: isLeftOut("a Unix socket", REDIS_PROGRAM, CLI_PROGRAM) ||
    process.platform === "win32",
  ...SANITIZE,
}, () => {
  let folder: string;
  let server: RedisServer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "mayfly-socket-"));
    const args = ["--unixsocket", join(folder, "a.sock")];
    args.push("--databases", "4");
    server = (await startRedisServer({ args }))!;
    const words = ["CONFIG", "SET", "requirepass", "s3cret/@"];
    spawnSync(CLI_PROGRAM!, ["-p", String(server.port), ...words]);
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Opens it in a process of its own: the tests may not, on Deno. */
  async function connect(url: string): Promise<Record<string, unknown>> {
    const args = [url, "20000"];
    const { stdout } = await runOn(runtime, programPath("connects"), { args });
    return JSON.parse(stdout);
  }

  it("opens it, with a password and a database", async () => {
    const login = `:${encodeURIComponent("s3cret/@")}`;
    for (const scheme of ["redis+unix", "valkey+unix"]) {
      const url = `${scheme}://${login}@${folder}/a.sock?db=3`;
      const { client, value, running } = await connect(url);
      assertEquals([client, value, running], ["server", "v", []]);
    }
  });

  it("reports an invalid path", async () => {
    const url = `redis+unix:${folder}/missing.sock`;
    const { code, message } = await connect(url);
    assertEquals(code, "unavailable");
    assertMatch(String(message), /ENOENT|no such file/i);
  });
});

/** A certificate for 127.0.0.1 and its key, signed by itself; `false` where there is no `openssl`. */
function makeCertificate(folder: string): boolean {
  const { status } = spawnSync("openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
    ...["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
    ...["-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")],
  ], { stdio: "ignore" });
  return status === 0;
}

const withoutOpenssl = spawnSync("openssl", ["version"]).status !== 0;
if (withoutOpenssl) console.warn("Left out: TLS. To run it, install openssl.");

describe("connectStorage behind TLS", {
  ignore: isLeftOut("TLS", REDIS_PROGRAM, CLI_PROGRAM) || withoutOpenssl,
  ...SANITIZE,
}, () => {
  let folder: string;
  let ca: Uint8Array;
  let server: RedisServer;
  let cluster: RedisServer;
  let place: string;
  let clusterPlace: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "mayfly-tls-"));
    makeCertificate(folder);
    ca = await readFile(join(folder, "cert.pem"));
    const tls = async () => {
      const port = await freePort();
      return {
        port,
        args: [
          ...["--tls-port", String(port), "--tls-auth-clients", "no"],
          ...["--tls-cert-file", join(folder, "cert.pem")],
          ...["--tls-key-file", join(folder, "key.pem")],
          ...["--tls-ca-cert-file", join(folder, "cert.pem")],
        ],
      };
    };
    const one = await tls();
    server = (await startRedisServer({ args: one.args }))!;
    place = `127.0.0.1:${one.port}`;
    const many = await tls();
    cluster = (await startRedisServer({
      args: [
        ...many.args,
        ...["--cluster-enabled", "yes", "--tls-cluster", "yes"],
        ...["--dir", folder, "--cluster-announce-ip", "127.0.0.1"],
      ],
    }))!;
    const ask = (...words: string[]) =>
      spawnSync(CLI_PROGRAM!, ["-p", String(cluster.port), ...words], {
        encoding: "utf8",
      }).stdout;
    ask("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    while (!ask("CLUSTER", "INFO").includes("cluster_state:ok")) {
      await delay(50);
    }
    clusterPlace = `127.0.0.1:${many.port}`;
  });
  afterAll(async () => {
    await server.stop();
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("connects to a server", async () => {
    for (const scheme of ["rediss", "valkeys"]) {
      await reads(`${scheme}://${place}`, { client: { tls: { ca } } });
    }
  });

  it("connects to a cluster", async () => {
    for (const scheme of ["rediss+cluster", "valkeys+cluster"]) {
      await reads(`${scheme}://${clusterPlace}/`, { client: { tls: { ca } } });
    }
  });

  it("reports a self-signed certificate", async () => {
    const error = await assertRejects(
      () => connectStorage(`rediss://${place}`),
      StorageError,
    );
    assertMatch((error as Error).message, /self.signed|UnknownIssuer/i);
  });
});
