import {
  ConfigError,
  InMemoryStorage,
  StorageError,
  type StorageErrorCode,
} from "@mayfly/store";
import { type ConnectOptions, connectStorage } from "@mayfly/store/connect";
import { SqliteStorage } from "@mayfly/store/sqlite";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { writeFile } from "node:fs/promises";
import { relative } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import {
  Environment,
  LineLogger,
  NO_NUMBERS,
  NOT_POSITIVE,
  quoted,
} from "../storage/_support.ts";
import { Folder } from "../storage/sqlite/_support.ts";

/** Rejects with a ConfigError of the argument, and answers it. */
async function refused(url: string | URL): Promise<ConfigError> {
  const error = await assertRejects(() => connectStorage(url), ConfigError);
  assertEquals(error.variable, "url");
  assert(
    error.message.startsWith('Cannot read the configuration: "url" must be '),
    error.message,
  );
  return error;
}

describe("connectStorage in memory", () => {
  it("creates an InMemoryStorage for memory:", async () => {
    for (
      const url of ["memory:", " MEMORY: ", "memory://", new URL("memory:")]
    ) {
      await using storage = await connectStorage(url);
      assert(storage instanceof InMemoryStorage);
      await storage.set("k", "v", "EX", 10);
      assertEquals(await storage.get("k"), "v");
    }
  });

  it("reads MAYFLY_URL if no URL is given", async () => {
    for (const url of [undefined, "", "  ", "memory:"]) {
      using _ = new Environment({ MAYFLY_URL: url });
      await using storage = await connectStorage();
      assert(storage instanceof InMemoryStorage);
    }
    using _ = new Environment({ MAYFLY_URL: "nowhere:" });
    const error = await assertRejects(() => connectStorage(), ConfigError);
    assertEquals([error.variable, error.value], ["MAYFLY_URL", "nowhere:"]);
    await using storage = await connectStorage("memory:");
    assert(storage instanceof InMemoryStorage);
  });

  it("passes the options to the storage", async () => {
    const logger = new LineLogger();
    await using _ = await connectStorage("memory:", {
      storage: { timeoutHours: 1, logger },
    });
    assertEquals(logger.take(), [[
      "info",
      "In-memory storage started with a timeout of 1 h, sweeping every 360 s",
    ]]);
    await assertRejects(
      () => connectStorage("memory:", { storage: { timeoutHours: -1 } }),
      RangeError,
      '"timeoutHours"',
    );
  });

  it("can be closed several times", async () => {
    const storage = await connectStorage("memory:");
    await storage[Symbol.asyncDispose]();
    await storage[Symbol.asyncDispose]();
  });
});

describe("connectStorage to a file", () => {
  it("opens the file that a URL names, percent-decoded", async () => {
    using folder = new Folder();
    const path = folder.file("a b%#é.db");
    const url = pathToFileURL(path);
    const encoded = url.pathname;
    for (
      const spelled of [
        ...[url, url.href, `file:${encoded}`, `file://localhost${encoded}`],
        ...[`sqlite:${encoded}`, `sqlite://${encoded}`],
      ]
    ) {
      await using storage = await connectStorage(spelled);
      assert(storage instanceof SqliteStorage);
      await storage.set("k", String(spelled), "EX", 10);
      using other = new SqliteStorage(path);
      assertEquals(other.get("k"), String(spelled));
    }
  });

  it("takes a path that is relative to the working directory", async () => {
    using folder = new Folder();
    const path = relative(process.cwd(), folder.file());
    await using storage = await connectStorage(`file:${encodeURI(path)}`);
    await storage.set("k", "v");
    using other = new SqliteStorage(folder.file());
    assertEquals(other.get("k"), "v");
  });

  it("closes the file, and only once", async () => {
    using folder = new Folder();
    const storage = await connectStorage(pathToFileURL(folder.file()));
    await storage[Symbol.asyncDispose]();
    await storage[Symbol.asyncDispose]();
    assertThrows(() => storage.get("k"), StorageError, "closed");
  });

  it("passes the options to the storage", async () => {
    using folder = new Folder();
    const logger = new LineLogger();
    const url = pathToFileURL(folder.file());
    await using _ = await connectStorage(url, { storage: { logger } });
    assert(logger.take().some(([level]) => level === "info"));
    await assertRejects(
      () => connectStorage(url, { storage: { maxBytes: -1 } }),
      RangeError,
      '"maxBytes"',
    );
  });

  it("reports why a path cannot be opened", async () => {
    using folder = new Folder();
    await writeFile(
      folder.file("text"),
      "No database at all, but a long text.",
    );
    const wrong: [path: string, code: StorageErrorCode][] = [
      [folder.file("missing/state.db"), "open"],
      [folder.path, "open"],
      [folder.file("text"), "foreign"],
    ];
    for (const [path, code] of wrong) {
      const error = await refused(pathToFileURL(path));
      assert(error.cause instanceof StorageError);
      assertEquals(error.cause.code, code);
      assert(error.message.includes(error.cause.message), error.message);
    }
  });

  it("names the variable that a path came from", async () => {
    using folder = new Folder();
    const url = pathToFileURL(folder.file("missing/state.db")).href;
    using _ = new Environment({ MAYFLY_URL: url });
    const error = await assertRejects(() => connectStorage(), ConfigError);
    assertEquals([error.variable, error.value], ["MAYFLY_URL", url]);
  });
});

describe("the arguments of connectStorage", () => {
  it("takes a string or a URL", async () => {
    for (const url of [null, 7, {}, ["memory:"], true]) {
      await assertRejects(
        () => connectStorage(url as unknown as string),
        TypeError,
        'Cannot connect the storage: "url" must be a string or a URL: received ',
      );
    }
  });

  it("takes a connectTimeout that is a positive, finite number", async () => {
    const expected =
      'Cannot connect the storage: "connectTimeout" must be a positive number of milliseconds: received ';
    for (const [connectTimeout, shown] of NO_NUMBERS) {
      await assertRejects(
        () =>
          connectStorage("memory:", {
            connectTimeout: connectTimeout as number,
          }),
        TypeError,
        expected + shown,
      );
    }
    for (const connectTimeout of [...NOT_POSITIVE, Infinity]) {
      await assertRejects(
        () => connectStorage("memory:", { connectTimeout }),
        RangeError,
        expected + quoted(connectTimeout),
      );
    }
  });

  it("takes a commandTimeout that is positive, or Infinity", async () => {
    const expected =
      'Cannot connect the storage: "commandTimeout" must be a positive number of milliseconds: received ';
    for (const [commandTimeout, shown] of NO_NUMBERS) {
      const options = { commandTimeout } as ConnectOptions;
      await assertRejects(
        () => connectStorage("memory:", options),
        TypeError,
        expected + shown,
      );
    }
    for (const commandTimeout of NOT_POSITIVE) {
      await assertRejects(
        () => connectStorage("memory:", { commandTimeout }),
        RangeError,
        expected + quoted(commandTimeout),
      );
    }
    const options = { commandTimeout: Infinity };
    await (await connectStorage("memory:", options)).close();
  });

  it("takes options in objects", async () => {
    const wrong: [unknown, string][] = [
      [null, '"options" must be an object of options'],
      [7, '"options" must be an object of options'],
      [{ storage: 7 }, '"storage" must be an object'],
      [{ client: "x" }, '"client" must be an object'],
      [{ signal: "x" }, '"signal" must be an object'],
      [{ timeout: 7 }, 'must be one of "connectTimeout", "storage", "client"'],
    ];
    for (const [options, message] of wrong) {
      await assertRejects(
        () => connectStorage("memory:", options as ConnectOptions),
        TypeError,
        message,
      );
    }
  });
});

describe("a URL that connectStorage refuses", () => {
  it("has an unknown scheme", async () => {
    const urls = ["", "state.db", "//host", "http://host", "redis", "C:\\x.db"];
    for (const url of urls) {
      const { message } = await refused(url);
      assert(message.includes('"memory:" or "file:" or "sqlite:" or'), message);
    }
  });

  it("has no valid host or port", async () => {
    const urls = [
      ...["redis:", "redis:host", "redis:/host", "redis://host/name"],
      ...["redis://host:0", "redis://host:65536", "redis://host:port"],
      ...["redis://a,b", "redis://host/0?db=1", "redis://host#0"],
      ...["redis://user:a@b@host", "redis://user:a/b@host", "redis://[::1"],
      ...["redis://user:%zz@host", "redis://host/-1", "redis://ho st"],
    ];
    for (const url of urls) await refused(url);
  });

  it("has a database number and is a cluster's", async () => {
    const urls = ["redis+cluster://host/0", "valkey+cluster://a:1,b:2/3"];
    for (const url of urls) {
      const { message } = await refused(url);
      assert(message.includes("without a database number"), message);
    }
    await refused("redis+cluster://a:1,,b:2/");
    await refused("redis+cluster://");
  });

  it("has no path of a Unix socket", async () => {
    const urls = [
      ...["redis+unix:", "redis+unix:a.sock", "redis+unix://host"],
      ...["redis+unix:/a.sock?db=x", "redis+unix:/a.sock?family=4"],
    ];
    for (const url of urls) await refused(url);
  });

  it("has options, which the error names if they cannot be secret", async () => {
    const urls = [
      ["redis://host?family=5", '(here: "family")'],
      ["redis://host/0?keyPrefix=a:&db=2", '(here: "keyPrefix", "db")'],
      ["rediss+cluster://a:1,b:2/?tls=true", '(here: "tls")'],
      ["redis://host?S3CRET=1", 'a number: others go into the option "client"'],
    ];
    for (const [url, expected] of urls) {
      const { message } = await refused(url!);
      assert(message.includes(expected!), message);
      assert(!/S3CRET|a:&/.test(message), message);
    }
  });

  it("has something after memory:", async () => {
    for (const url of ["memory:x", "memory://host", "memory:?x"]) {
      await refused(url);
    }
  });

  it("has no path of a file", async () => {
    const urls = [
      ...["file:", "file://", "file://host/state.db", "file://state.db"],
      ...["file:%zz", "file:a%00b", "file:state.db?mode=ro", "sqlite:#x"],
    ];
    for (const url of urls) {
      const { message } = await refused(url);
      assert(message.includes('"file:state.db"'), message);
    }
  });
});

describe("a password in the URL of connectStorage", () => {
  it("is never shown in an error", async () => {
    const urls = [
      ...["http://ada:S3CRET@host", "redis://ada:S3CRET@host/name"],
      ...[
        "redis://:S3CRET@host:port",
        "redis://:S3/CRET@host",
        "://ada:S3CRET@h",
      ],
      ...["redis://ada:S3@CRET@host", "redis://ada:S3#CRET@host"],
      ...["redis://ada:S3?CRET@host", "redis://ada:x:S3CRET@host:x"],
      ...[
        "redis://S3CRET@host:x",
        "redis:ada:S3CRET@host",
        "redis:S3CRET@host",
      ],
      ...["redis://ada:S3CRET", "redis://:S3CRET", "redis://host:S3CRET/0"],
      ...["redis://host?password=S3CRET", "redis://host/0#S3CRET"],
      ...[
        "redis+cluster://ada:S3CRET@a:1,b:2/0",
        "redis+cluster://a:1,b:S3CRET/",
      ],
      ...["redis://ada:S3CRET%zz@host", "redis//ada:S3CRET@host"],
      ...["redis://ada:S3CRET@host?a=b@c", "ada:S3CRET@host", "S3CRET@host"],
      ...["redis://S3CRET@host:1/0?notify=ops@example.org"],
      ...["redis://S3CRET:@host:x", "postgres://S3CRET@host:1/x@y"],
      ...["redis+cluster://S3CRET@a:1,S3CRET@b:2/"],
    ];
    for (const url of urls) {
      const error = await refused(url);
      const shown = [error.message, error.value, error.stack, error.cause]
        .map(String).join("\n");
      assert(!/S3|CRET/.test(shown), `${url}: ${shown}`);
    }
  });

  it("is masked, but the rest of the URL is shown", async () => {
    const shown = new Map([
      ["redis://ada:secret@host:7000/x", "redis://ada:***@host:7000/x"],
      ["redis://:secret@host/x", "redis://:***@host/x"],
      ["http://token@host/x", "http://***@host/x"],
      ["redis://[::1]:7000/x", "redis://[::1]:7000/x"],
      ["redis://host:7000/0?x=y", "redis://host:7000/0?***"],
      ["redis+cluster://a:1,b:2/3", "redis+cluster://a:1,b:2/3"],
      ["file:a@b.db?x", "file:a@b.db?x"],
    ]);
    for (const [url, expected] of shown) {
      assertEquals((await refused(url)).value, expected);
    }
  });
});
