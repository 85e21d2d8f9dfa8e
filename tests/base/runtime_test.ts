import { getEnv, runtime, unrefTimer } from "@mayfly/store/runtime";
import { assertEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Environment } from "../storage/_support.ts";

describe("runtime", () => {
  it("is the name of the runtime", () => {
    const expected = process.versions.bun
      ? "bun"
      : process.versions.deno
      ? "deno"
      : "node";
    assertEquals(runtime, expected);
  });
});

describe("getEnv", () => {
  const NAME = "MAYFLY_TEST_VARIABLE";

  it("reads the current value of a variable", () => {
    for (const value of ["a", "", " b ", "é=ü\n", undefined, "c"]) {
      using _environment = new Environment({ [NAME]: value });
      assertEquals(getEnv(NAME), value);
    }
    assertEquals(getEnv(NAME), undefined);
  });

  const odd = [
    ...["", "=", "A=B", " ", "a\0b", "é", "__proto__", "toString"],
    ...["hasOwnProperty", "constructor", "x".repeat(10_000), "\ud800"],
  ];
  for (const name of odd) {
    it(`does not throw for the name ${JSON.stringify(name.slice(0, 20))}`, () => {
      assertEquals(getEnv(name), undefined);
    });
  }
  for (const name of [undefined, null, 5, {}, Symbol("s"), 5n]) {
    it(`does not throw for ${String(name)}`, () => {
      assertEquals(getEnv(name as never), undefined);
    });
  }
});

describe("unrefTimer", () => {
  it("unrefs the results of setTimeout and setInterval", () => {
    const timeout = setTimeout(() => {}, 60_000);
    const interval = setInterval(() => {}, 60_000);
    try {
      for (const timer of [timeout, interval]) {
        assertEquals(unrefTimer(timer), undefined);
        unrefTimer(timer);
        const { hasRef } = timer as unknown as { hasRef?(): boolean };
        if (hasRef) assertEquals(hasRef.call(timer), false);
      }
    } finally {
      clearTimeout(timeout);
      clearInterval(interval);
    }
  });

  it("accepts a timer that has fired", () => {
    const timer = setTimeout(() => {}, 60_000);
    clearTimeout(timer);
    unrefTimer(timer);
  });

  const odd = [
    ...[undefined, null, 0, -1, NaN, 5, 1e9, "5", "", true, 5n, Symbol("s")],
    ...[{}, [], () => {}, Object.create(null), { unref: 5 }],
  ];
  for (const value of odd) {
    const name = typeof value === "object" || typeof value === "function"
      ? JSON.stringify(value)
      : String(value);
    it(`does not throw for ${name}`, () => {
      assertEquals(unrefTimer(value), undefined);
    });
  }

  it("does not throw if the timer throws", () => {
    const timer = {
      unref() {
        throw new URIError("of unref");
      },
    };
    assertEquals(unrefTimer(timer), undefined);
  });
});

type Shim = typeof import("@mayfly/store/runtime");

/** Runs a test on the module as it is where these are the globals. */
async function inside(
  globals: object,
  test: (shim: Shim) => void,
): Promise<void> {
  const source = fileURLToPath(import.meta.resolve("@mayfly/store/runtime"));
  const folder = await mkdtemp(join(tmpdir(), "mayfly-"));
  (globalThis as { elsewhere?: object }).elsewhere = globals;
  try {
    const path = join(folder, basename(source));
    const text = await readFile(source, "utf8");
    const there = 'const globalThis = Function("return this")().elsewhere;';
    await writeFile(path, `${there}\n${text}`);
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
    test(await import(pathToFileURL(path).href));
  } finally {
    delete (globalThis as { elsewhere?: object }).elsewhere;
    await rm(folder, { recursive: true });
  }
}

describe("the module, on other hosts", () => {
  const node = { versions: { node: "20.0.0" } };
  const elsewhere: [string, object, Shim["runtime"]][] = [
    ["a browser", { document: {} }, "browser"],
    ["a worker of a browser", { WorkerGlobalScope() {} }, "browser"],
    ["nowhere known", {}, "other"],
    ["a page with a stand-in for process", {
      document: {},
      process: { env: {} },
    }, "browser"],
    [
      "a page with elements of odd ids",
      { document: {}, Deno: {}, Bun: {}, process: {} },
      "browser",
    ],
    ["workerd", {
      navigator: { userAgent: "Cloudflare-Workers" },
      WorkerGlobalScope() {},
    }, "workerd"],
    ["workerd with Node's globals", {
      navigator: { userAgent: "Cloudflare-Workers" },
      WorkerGlobalScope() {},
      process: { ...node, env: {} },
    }, "workerd"],
    ["a Node that has a navigator", {
      navigator: { userAgent: "Node.js/24" },
      process: node,
    }, "node"],
    ["Node", { process: node }, "node"],
    ["Bun", { process: node, Bun: { version: "1.0.0" } }, "bun"],
  ];
  for (const [name, globals, expected] of elsewhere) {
    it(`is safe in ${name}, which is "${expected}"`, async () => {
      await inside(globals, ({ runtime, getEnv, unrefTimer }) => {
        assertEquals(runtime, expected);
        assertEquals(getEnv("NO_SUCH_VARIABLE"), undefined);
        // A browser's timers are numbers.
        unrefTimer(5);
        unrefTimer({});
      });
    });
  }

  it("reads the environment of workerd, if there is one", async () => {
    const navigator = { userAgent: "Cloudflare-Workers" };
    await inside({ navigator }, ({ getEnv }) => {
      assertEquals(getEnv("A"), undefined);
    });
    const process = { env: { A: "a binding" } };
    await inside({ navigator, process }, ({ getEnv }) => {
      assertEquals(getEnv("A"), "a binding");
      assertEquals(getEnv("B"), undefined);
    });
  });

  /** A Deno whose permission to read the variable A is this, and none for others. */
  function denoWith(state: string): object {
    return {
      process: { ...node, env: { A: "by the back door" } },
      Deno: {
        version: { deno: "2.0.0" },
        env: {
          get(name: string): string {
            if (state !== "granted") throw new Error("It would have prompted");
            return `value of ${name}`;
          },
          toObject(): never {
            throw new Error("Not under a narrow permission");
          },
        },
        permissions: {
          querySync({ name, variable }: { name: string; variable: string }) {
            return {
              state: name === "env" && variable === "A" ? state : "prompt",
            };
          },
        },
      },
    };
  }

  it("reads only what Deno permits", async () => {
    await inside(denoWith("granted"), ({ runtime, getEnv }) => {
      assertEquals(runtime, "deno");
      assertEquals(getEnv("A"), "value of A");
      assertEquals(getEnv("B"), undefined);
    });
    for (const state of ["prompt", "denied"]) {
      await inside(denoWith(state), ({ getEnv }) => {
        assertEquals(getEnv("A"), undefined);
      });
    }
  });

  it("passes a timer on to Deno unchanged, a number or an object", async () => {
    for (const timer of [7, { id: 7 }]) {
      const seen: unknown[] = [];
      const Deno = {
        version: { deno: "2.0.0" },
        unrefTimer: (timer: unknown) => seen.push(timer),
      };
      await inside({ Deno }, ({ unrefTimer }) => {
        unrefTimer(timer);
        assertStrictEquals(seen[0], timer);
      });
    }
  });
});
