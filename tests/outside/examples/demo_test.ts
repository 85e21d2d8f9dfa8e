import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { runtime } from "@mayfly/store/runtime";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { nodePath, ROOT } from "../../tools/runtimes.js";

/** Runs the demo with a transcript on its stdin. */
async function runDemo(args: string[], transcript = "") {
  const demo = join(ROOT, "examples", "demo", "demo.ts");
  const child = spawn(nodePath(24), [demo, ...args]);
  child.stdin.on("error", () => {}); // it may end without reading all of it
  child.stdin.end(transcript);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  const problems = stdout.split("\n").filter((line) =>
    line.includes("PROBLEM")
  );
  return { code: code as number | null, stdout, stderr, problems };
}

function lines(...turns: object[]): string {
  return turns.map((turn) => JSON.stringify(turn)).join("\n");
}

describe("the demo", () => {
  it("runs a transcript through a server on this runtime", async () => {
    const { code, stdout, stderr, problems } = await runDemo(
      ["-", "--runtime", runtime],
      lines(
        { thread: "__proto__", role: "user", content: "京都 \u0000 \ud83d" },
        { thread: "constructor", role: "tool", content: '{"a":"\\"\n"}' },
        { thread: "__proto__", role: "assistant", content: "" },
      ),
    );
    assertEquals(problems, []);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertStringIncludes(stdout, `stderr: working-memory: ready on ${runtime}`);
    assertMatch(stdout, /__proto__ +2 turns, each as it was sent, 2:59:5\d/);
    assertMatch(stdout, /short-lived: .* No thread "/);
    assertStringIncludes(stdout, "ok: 2 threads, 3 turns");
  });

  it("shares a file between two servers, and loses nothing when one ends", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mayfly-demo-"));
    try {
      const { code, stdout, stderr, problems } = await runDemo(
        ["-", "--runtime", runtime, "--url", `file:${folder}/threads.db`],
        lines(
          { thread: "a", role: "user", content: "One" },
          { thread: "b", role: "user", content: "Two" },
          { thread: "a", role: "assistant", content: "Three" },
        ),
      );
      assertEquals(problems, []);
      assertEquals({ code, stderr }, { code: 0, stderr: "" });
      assertStringIncludes(
        stdout,
        "100 turns from 2 servers at once: none lost",
      );
      assertMatch(
        stdout,
        /killed on \w+ after 2\d acknowledged turns; on \w+ there are 2\d, all of those/,
      );
      assertMatch(stdout, /calls of two servers: .* 0 tokens used twice/);
      assertMatch(stdout, /killed on \w+ while it refreshed; .*: Call login/);
      assertMatch(stdout, /ok: 2 threads, 3 turns/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("reports an invalid URL", async () => {
    const { code, stdout } = await runDemo(
      ["-", "--runtime", runtime, "--url", "gopher://x"],
      lines({ thread: "a", role: "user", content: "One" }),
    );
    assertEquals(code, 1);
    assertMatch(stdout, /stderr: working-memory: .*gopher/);
  });

  it("starts no server if the transcript has a malformed line", async () => {
    const good = { thread: "a", role: "user", content: "x" };
    const { code, stdout, stderr } = await runDemo(
      ["-"],
      `${lines(good, good)}\n{"thread": "a"\n`,
    );
    assertEquals({ code, stdout }, { code: 1, stdout: "" });
    assertStringIncludes(stderr, "Cannot read the transcript: line 3: ");
  });

  it("refuses invalid arguments", async () => {
    const refusals: [string[], string][] = [
      [["no/such/file.jsonl"], "no/such/file.jsonl"],
      [["-", "-"], "more than one transcript"],
      [["-", "--runtime", "browser"], "deno, bun, node"],
      [["--nonsense"], "--nonsense"],
      [["--url", "memory:"], "share"],
    ];
    for (const [args, message] of refusals) {
      const { code, stdout, stderr } = await runDemo(args);
      assertEquals({ code, stdout }, { code: 1, stdout: "" });
      assertStringIncludes(stderr, message);
    }
  });
});
