/** The steps of the gate. */
import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { pack } from "./artefact.ts";
import { readJUnit } from "./junit.ts";
import { writeNpmTarball } from "./npm_package.ts";
import { type Ended, run } from "./processes.ts";
import { bunPath, chromiumPath, denoPath, nodePath, ROOT } from "./runtimes.js";

/** What a step came to. */
export interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
  /** What to show when the step failed. */
  text: string;
}

/** The parts of the gate. */
export const PARTS = ["checks", "deno", "bun", "node"] as const;

/** One step of the gate. */
export interface Step {
  title: string;
  part: typeof PARTS[number];
  run(): Promise<Outcome>;
}

/** What the steps need to know. */
export interface Setting {
  /** A scratch folder of this run. */
  folder: string;
  /** The environment to run in. */
  env: NodeJS.ProcessEnv;
  /** Only test files whose path contains all of these; none: everything. */
  filters: string[];
  /** Gets the lines in which test files say what they leave out. */
  leftOut: Set<string>;
}

const CHECK_SECONDS = 300;
const SUITE_SECONDS = 900;
/** How long one test may take, where the runtime has such a limit. */
const TEST_MS = 60_000;

/** The package on npm, gzipped: 214 kB; source maps inside would make it four times as large. */
const MOST_PACKED_BYTES = 260_000;

function isDirty(): boolean {
  const git = spawnSync("git", ["status", "--porcelain"], { cwd: ROOT });
  return git.status !== 0 || git.stdout.length > 0;
}

function existing(paths: string[]): string[] {
  return paths.filter((path) => existsSync(join(ROOT, path)));
}

/** The folder of a test file whose files run together. */
function folderOf(file: string): string {
  return /^\.\/(tests\/(?:(?:suites|outside)\/)?\w+)/.exec(file)?.[1] ??
    "tests";
}

/** The figures of an outcome, in words. */
export function countsOf(
  { passed, failed, skipped }: Omit<Outcome, "text">,
): string {
  return `${passed} passed, ${failed} failed${
    skipped > 0 ? `, ${skipped} skipped` : ""
  }`;
}

/** What a program printed last, without the tests that passed. */
function lastLines(text: string): string {
  return text.trimEnd().split("\n")
    .filter((line) => !/^\s*✔ |\.\.\. ok \(|^\(pass\)/.test(line))
    .slice(-100).join("\n");
}

/** What a program comes to that is one test: it passes if it succeeds. */
function outcomeOf({ code, output, timedOut }: Ended): Outcome {
  const passed = Number(code === 0);
  const text = lastLines(output) + (timedOut ? "\nTimed out" : "");
  return { passed, failed: 1 - passed, skipped: 0, text };
}

/** What a test file says whose tests need a program that is not there. Bun's report has none of them. */
const LEFT_OUT = /^Left out: .*$/gm;

/** What Deno, Bun and Node say of a test file that throws outside of a test. */
const BROKE_OFF =
  /\(uncaught error\)|^# Unhandled error between tests|^ +'test failed'$/m;

/** All steps, in the order in which they are shown. */
export function stepsOf({ folder, env, filters, leftOut }: Setting): Step[] {
  const files = globSync("tests/**/*_test.ts", { cwd: ROOT })
    .map((path) => `./${path.replaceAll("\\", "/")}`)
    .filter((path) => filters.every((text) => path.includes(text)))
    .sort();
  // Given no file, a runner would look for its own.
  if (files.length === 0) {
    throw new Error(
      `Cannot run the tests: no file has all of these in its path: ${
        filters.join(", ")
      }`,
    );
  }
  const batches = Map.groupBy(files, folderOf);
  const manifest = readFileSync(join(ROOT, "deno.json"), "utf8");
  const { exports }: { exports: Record<string, string> } = JSON.parse(manifest);
  const dirty = isDirty() ? ["--allow-dirty"] : [];

  function exec(
    command: string,
    args: string[],
    seconds: number,
    extra: NodeJS.ProcessEnv = {},
  ): Promise<Ended> {
    const options = { cwd: ROOT, env: { ...env, ...extra }, seconds };
    return run(command, args, options);
  }

  /** A step that is one test, on Deno: it passes if the command does. */
  function check(title: string, ...args: string[]): Step {
    const part = "checks";
    return {
      title,
      part,
      async run() {
        return outcomeOf(await exec(denoPath(), args, CHECK_SECONDS));
      },
    };
  }

  /**
   * A step of many tests, which are counted in the report that it writes. The files of a folder
   * run together: what has passed is known, and shown, before all of it has ended.
   */
  function suite(
    title: string,
    part: Step["part"],
    start: (report: string, files: string[]) => Promise<Ended>,
    batches: Map<string, string[]> = new Map([["", []]]),
  ): Step {
    async function runBatch(name: string, files: string[]): Promise<Outcome> {
      const path = join(
        folder,
        `${`${title} ${name}`.replaceAll(/\W+/g, "_")}.xml`,
      );
      const ended = await start(path, files);
      const report = existsSync(path) ? await readFile(path, "utf8") : "";
      const { passed, skipped, failures } = readJUnit(report);
      const texts = failures.map(({ name, text }) => `${name}\n${text}\n`);
      let failed = failures.length;
      const said = ended.output.match(LEFT_OUT) ?? [];
      said.forEach((line) => leftOut.add(line));
      let problem: string | undefined;
      if (ended.timedOut) problem = "Timed out";
      else if (
        passed + failed + skipped === 0 && said.length === 0
      ) problem = "No test ran";
      else if (ended.code !== 0 && failed === 0) {
        problem = `No test failed, but the exit code is ${ended.code}`;
      } // A file that broke off is not in the report of Deno and Bun, and in
      // Node's it is a test without a reason.
      else if (BROKE_OFF.test(ended.output)) problem = "A file broke off";
      if (problem) {
        failed++;
        texts.push(lastLines(ended.output), `${problem}: ${name}`);
      }
      return { passed, failed, skipped, text: texts.join("\n") };
    }
    return {
      title,
      part,
      async run() {
        const sum = { passed: 0, failed: 0, skipped: 0, text: "" };
        for (const [name, files] of batches) {
          const outcome = await runBatch(name, files);
          sum.passed += outcome.passed;
          sum.failed += outcome.failed;
          sum.skipped += outcome.skipped;
          sum.text += outcome.text;
          if (batches.size < 2) continue;
          console.error(`   ${title}, ${name}: ${countsOf(outcome)}`);
        }
        return sum;
      },
    };
  }

  let packed: Promise<string> | undefined;

  /** The folder of the packed package, which is packed once. */
  const artefact = () => packed ??= pack(folder, env);

  const nodeArgs = (report: string) => [
    "--test",
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    "--test-reporter=junit",
    `--test-reporter-destination=${report}`,
  ];

  const checks: Step[] = [
    check("Format", "fmt", "--check"),
    check("Lint", "lint", "--quiet"),
    check(
      "Types",
      ...["check", "--quiet", "mod.ts"],
      ...existing(["src", "examples", "bench", "docs/site/build.ts"]),
      ...globSync("tests/{*,outside/*}", { cwd: ROOT }).filter((path) =>
        !["outside", "types"].includes(basename(path))
      ),
    ),
    check("Types of the clients", "check", "--quiet", "tests/outside/types"),
    // With the browser's types, which the others must not see.
    check("Types of the page", "check", "--quiet", "docs/site/main.ts"),
    check("Doc lint", "doc", "--lint", "--quiet", ...Object.values(exports)),
    check(
      `Publish, dry run${dirty.length ? " (uncommitted changes)" : ""}`,
      ...["publish", "--dry-run", "--quiet", ...dirty],
    ),
  ];

  const examples = suite(
    "Deno, doc examples",
    "deno",
    // In a folder of its own, for examples that open a file.
    (report) =>
      run(
        denoPath(),
        [
          ...["test", "--doc", "--permit-no-files", "--quiet", "--no-prompt"],
          ...[`--config=${join(ROOT, "deno.json")}`, `--junit-path=${report}`],
          ...["--allow-env", "--allow-read", "--allow-write=.", "--allow-sys"],
          ...["mod.ts", ...existing(["src", "README.md"])],
          ...globSync("docs/*.md", { cwd: ROOT }),
        ].map((arg) =>
          /^(?:mod\.ts|src|README\.md|docs\W)/.test(arg) ? join(ROOT, arg) : arg
        ),
        { cwd: folder, env, seconds: SUITE_SECONDS },
      ),
  );

  /** The declarations of the packed package, as TypeScript's users meet them. */
  const declarations: Step = {
    title: "TypeScript, packed",
    part: "node",
    async run() {
      await artefact();
      const names = Object.keys(exports).map((key) =>
        `@mayfly/store${key.slice(1)}`
      );
      await writeFile(
        join(folder, "user.ts"),
        // The DOM's types have it, and those of Node, Bun and Deno.
        "declare global { interface AbortSignal { readonly aborted: boolean } }\n" +
          names.map((name) => `export * from "${name}";\n`).join(""),
      );
      const exact = join(folder, "exact_optional.ts");
      await copyFile(
        join(ROOT, "tests", "outside", "types", "exact_optional.ts"),
        exact,
      );
      const ended = await exec(nodePath(24), [
        join(ROOT, "node_modules", "typescript", "bin", "tsc"),
        ...[
          "--ignoreConfig",
          "--noEmit",
          "--strict",
          "--module",
          "nodenext",
          "--types",
          "",
        ],
        ...["--target", "esnext", "--lib", "esnext"],
        ...["--exactOptionalPropertyTypes", join(folder, "user.ts"), exact],
      ], CHECK_SECONDS);
      return outcomeOf(ended);
    },
  };

  /** The package on npm, by what is said to be wrong with packages there. */
  const onNpm: Step = {
    title: "Package for npm: publint, attw",
    part: "node",
    async run() {
      const tarball = join(folder, "npm.tgz");
      await writeNpmTarball(tarball, env);
      const size = statSync(tarball).size;
      if (size > MOST_PACKED_BYTES) {
        const text =
          `The tarball has ${size} bytes, not ${MOST_PACKED_BYTES} at most`;
        return { passed: 0, failed: 1, skipped: 0, text };
      }
      const tool = (...path: string[]) => join(ROOT, "node_modules", ...path);
      const lint = await exec(
        nodePath(24),
        [tool("publint", "src", "cli.js"), "run", "--strict", tarball],
        CHECK_SECONDS,
      );
      if (lint.code !== 0) return outcomeOf(lint);
      return outcomeOf(
        await exec(nodePath(24), [
          tool("@arethetypeswrong", "cli", "dist", "index.js"),
          ...["--profile", "esm-only", "--format", "ascii", tarball],
        ], CHECK_SECONDS),
      );
    },
  };

  const smoke = suite("Node 20, packed, smoke test", "node", async (report) => {
    await artefact();
    // Beside the artefact's node_modules, to find it as a user's file does.
    const copy = join(folder, "smoke.js");
    await copyFile(new URL("smoke.js", import.meta.url), copy);
    const args = [...nodeArgs(report), copy];
    return await exec(nodePath(20), args, CHECK_SECONDS);
  });

  const page = chromiumPath() === undefined ? [] : [suite(
    "The page, in Chromium",
    "node",
    (report) =>
      exec(nodePath(24), [
        ...nodeArgs(report),
        join(ROOT, "tests", "outside", "site", "check_page.ts"),
      ], CHECK_SECONDS),
  )];

  const suites: Step[] = [
    suite("Deno", "deno", (report, files) =>
      exec(denoPath(), [
        ...["test", "--no-check", "--quiet", "--no-prompt", "-P"],
        ...[`--junit-path=${report}`, ...files],
      ], SUITE_SECONDS), batches),
    suite("Bun", "bun", (report, files) =>
      exec(bunPath(), [
        ...["test", `--timeout=${TEST_MS}`, "--reporter=junit"],
        ...[`--reporter-outfile=${report}`, ...files],
      ], SUITE_SECONDS), batches),
    suite("Node 24, packed", "node", async (report, files) => {
      const extra = { MAYFLY_ARTEFACT: await artefact() };
      const hooks = new URL("node_hooks.js", import.meta.url);
      const args = [
        ...["--disable-warning=ExperimentalWarning", `--import=${hooks}`],
        ...[`--test-timeout=${TEST_MS}`, ...nodeArgs(report), ...files],
      ];
      return await exec(nodePath(24), args, SUITE_SECONDS, extra);
    }, batches),
  ];

  return filters.length > 0
    ? suites
    : [...checks, ...suites, examples, declarations, onNpm, smoke, ...page];
}
