import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

const manifest: {
  name: string;
  version: string;
  license: string;
  exports: Record<string, string>;
  imports: Record<string, string>;
  publish: { include: string[] };
} = JSON.parse(read("deno.json"));

/** What tools put beside the repository's own folders. */
const NOT_OURS = [".git", ".snippets", "node_modules"];
const DIRENTS = { withFileTypes: true } as const;

/** The files of the package's code, by path. */
const sources = new Map(
  [
    "mod.ts",
    ...readdirSync(join(ROOT, "src"), { recursive: true })
      .map((path) => `src/${String(path).replaceAll("\\", "/")}`)
      .filter((path) => path.endsWith(".ts")),
  ].map((path) => [path, read(path)]),
);

function withoutComments(code: string): string {
  return code.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
}

/** What a file imports or exports from, types included. */
function importsOf(path: string): string[] {
  const code = withoutComments(sources.get(path) ?? "");
  return [
    ...code.matchAll(
      /^\s*(?:import|export)\b(?:[^;"'=]*\bfrom)?\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm,
    ),
  ].map((match) => (match[1] ?? match[2])!);
}

function resolve(from: string, specifier: string): string {
  return relative(ROOT, join(ROOT, dirname(from), specifier))
    .replaceAll("\\", "/");
}

/** The files that a file reaches, itself included. */
function reachedFrom(path: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const specifier of importsOf(path)) {
    if (specifier.startsWith(".")) reachedFrom(resolve(path, specifier), seen);
  }
  return seen;
}

describe("package", () => {
  it("is @mayfly/store under MIT, with a version", () => {
    assertEquals(manifest.name, "@mayfly/store");
    assertEquals(manifest.license, "MIT");
    assertMatch(manifest.version, /^\d+\.\d+\.\d+$/);
  });

  it("has the version of the newest heading in CHANGELOG.md", () => {
    const newest = /^## \[?v?(\d+\.\d+\.\d+)/m.exec(read("CHANGELOG.md"));
    assertEquals(newest?.[1], manifest.version);
  });

  it("publishes existing files, including its entry points", () => {
    const { include } = manifest.publish;
    for (const path of include) assert(existsSync(join(ROOT, path)), path);
    for (const target of Object.values(manifest.exports)) {
      const path = target.replace("./", "");
      assert(existsSync(join(ROOT, path)), path);
      assert(
        include.some((part) => path === part || path.startsWith(`${part}/`)),
        `${path} is not published`,
      );
    }
  });

  it("has no source file that no entry point imports", () => {
    const reached = new Set<string>();
    for (const target of Object.values(manifest.exports)) {
      reachedFrom(target.replace("./", ""), reached);
    }
    assertEquals([...reached].sort(), [...sources.keys()].sort());
  });

  it("has no dependency except @std/log in src/base/log.ts", () => {
    for (const path of sources.keys()) {
      const outside = importsOf(path).filter((name) => !name.startsWith("."));
      assertEquals(
        outside,
        path === "src/base/log.ts" ? ["@std/log"] : [],
        path,
      );
    }
    assert(!reachedFrom("mod.ts").has("src/base/log.ts"));
    assert(!("dependencies" in JSON.parse(read("package.json"))));
  });

  it("has no circular imports", () => {
    const done = new Set<string>();
    const visit = (path: string, trail: string[]): void => {
      assert(!trail.includes(path), [...trail, path].join(" -> "));
      if (done.has(path)) return;
      for (const specifier of importsOf(path)) {
        if (!specifier.startsWith(".")) continue;
        visit(resolve(path, specifier), [...trail, path]);
      }
      done.add(path);
    };
    for (const path of sources.keys()) visit(path, []);
  });

  it("has imports that only point down a layer", () => {
    const ABOVE = ["base", "backend"];
    const allowed: Record<string, string[]> = {
      base: [],
      store: ["base"],
      redis: ["base"],
      storage: ["base", "store", "redis"],
      backend: ["base", "redis", "storage"],
      connect: ["base", "storage", "backend"],
      conversations: ABOVE,
      handles: ABOVE,
      keyv: ABOVE,
      mcp: [...ABOVE, "handles"],
      collection: ABOVE,
      leases: [...ABOVE, "collection"],
    };
    const wingOf = (path: string) => /^src\/(\w+)\//.exec(path)?.[1] ?? "";
    for (const path of sources.keys()) {
      if (path === "mod.ts") continue;
      const wing = wingOf(path);
      assert(wing in allowed, `${path} is in no wing`);
      for (const name of importsOf(path)) {
        if (!name.startsWith(".")) continue;
        const to = resolve(path, name);
        const met = wingOf(to);
        assert(
          met === wing || allowed[wing]!.includes(met),
          `${path} imports ${to}`,
        );
        // Only a keyspace in memory needs steps that can be undone.
        assert(
          !to.startsWith("src/store/steps/") ||
            /^src\/(?:store\/steps|storage\/memory)\//.test(path),
          `${path} imports ${to}`,
        );
      }
    }
  });

  it("has a mod.ts in every folder, with exports and a comment only", () => {
    const folders = new Set([...sources.keys()].map((path) => dirname(path)));
    for (const folder of folders) {
      // The base is modules of their own, storage what its two wings share; the leases have an
      // entry point for each class.
      if (["src/base", "src/storage", "src/leases"].includes(folder)) continue;
      const path = folder === "." ? "mod.ts" : `${folder}/mod.ts`;
      const code = withoutComments(sources.get(path) ?? "");
      assertMatch(
        code,
        /^\s*(?:export (?:type )?(?:\*|\{[^}]*\}) from "[^"]+";\s*)+$/,
        path,
      );
    }
  });

  it("has an entry point for ExpiringStore alone, types included", () => {
    const entry = manifest.exports["./expiring-store"]!.replace("./", "");
    const met = [...reachedFrom(entry)].filter((to) =>
      !/^src\/(?:base|store)\//.test(to)
    );
    assertEquals(met, []);
  });

  it("describes every entry point, with an example", () => {
    for (const [entry, target] of Object.entries(manifest.exports)) {
      const doc = /^\/\*\*[\s\S]*?\*\//.exec(read(target))?.[0] ?? "";
      assert(doc.includes("@module"), entry);
      assert(doc.includes("@example"), entry);
    }
  });

  it("has no file of more than 400 lines of code", () => {
    const folders = ["src", "tests", "examples", "bench", "docs"];
    const paths = folders.filter((folder) => existsSync(join(ROOT, folder)))
      .flatMap((folder) =>
        readdirSync(join(ROOT, folder), { recursive: true })
          .map((path) => `${folder}/${path}`)
          .filter((path) => /\.(?:ts|js)$/.test(path))
          .filter((path) => !path.includes("node_modules"))
      );
    assert(paths.length > 100);
    for (const path of paths) {
      const lines = withoutComments(read(path)).split("\n")
        .filter((line) => line.trim() !== "");
      assert(lines.length <= 400, `${path} has ${lines.length} lines of code`);
    }
  });

  it("lists every folder in CONTRIBUTING.md", () => {
    const text = read("CONTRIBUTING.md");
    for (const top of ["", "src", "tests", "bench", "docs"]) {
      if (!existsSync(join(ROOT, top))) continue;
      for (const entry of readdirSync(join(ROOT, top), DIRENTS)) {
        if (!entry.isDirectory() || NOT_OURS.includes(entry.name)) continue;
        const name = top === "" ? entry.name : `${top}/${entry.name}`;
        assert(text.includes(`\`${name}/\``), `${name}/ has no line`);
      }
    }
  });

  it("names a runtime in src/base/runtime.ts only", () => {
    for (const [path, code] of sources) {
      if (path === "src/base/runtime.ts") continue;
      const found = withoutComments(code)
        .match(
          /\b(?:Deno|Bun|process)\s*\??\.|["']node:|\bglobalThis\.(?:Deno|Bun|process)\b/g,
        );
      assertEquals(found, null, path);
    }
  });

  it("locks its development dependencies without registry URLs", () => {
    const lock: { packages: Record<string, { resolved?: string }> } = JSON
      .parse(read("package-lock.json"));
    for (const [path, { resolved }] of Object.entries(lock.packages)) {
      assertEquals(resolved, undefined, path);
    }
  });

  it("maps the exports of deno.json for Bun", () => {
    const { compilerOptions }: {
      compilerOptions: { paths: Record<string, string[]> };
    } = JSON.parse(read("tsconfig.json").replaceAll(/^\s*\/\/.*$/gm, ""));
    const { paths } = compilerOptions;
    const expected = Object.entries(manifest.exports).map(([key, path]) => [
      manifest.name + key.slice(1),
      [path],
    ]);
    assertEquals(
      Object.fromEntries(
        Object.entries(paths).filter(([name]) => name.startsWith("@mayfly/")),
      ),
      Object.fromEntries(expected),
    );
  });
});
