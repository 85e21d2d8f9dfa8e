import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { parseTranscript } from "../../../examples/demo/transcript.ts";

const TURN = { thread: "a", role: "user", content: "hello" };

function parse(text: string) {
  return parseTranscript(new TextEncoder().encode(text));
}

function messageFor(input: string | Uint8Array): string {
  const bytes = typeof input === "string"
    ? new TextEncoder().encode(input)
    : input;
  return assertThrows(() => parseTranscript(bytes), SyntaxError).message;
}

describe("parseTranscript()", () => {
  it("reads a turn from each line, in order", () => {
    const other = { thread: "b", role: "assistant", content: "" };
    assertEquals(parse(`${JSON.stringify(TURN)}\n${JSON.stringify(other)}\n`), [
      TURN,
      other,
    ] as ReturnType<typeof parse>);
  });

  it("accepts CRLF, blank lines, a BOM and a last line without a newline", () => {
    const line = JSON.stringify(TURN);
    assertEquals(parse(`\uFEFF${line}\r\n\r\n  \n${line}`).length, 2);
  });

  it("does not end a line at the separators that JSON allows in strings", () => {
    const turn = { ...TURN, content: "a\u2028b\u2029c\u0085d" };
    assertEquals(parse(JSON.stringify(turn))[0]?.content, turn.content);
  });

  it("keeps any text unchanged", () => {
    for (const content of ['"\\\n\t\0', "👨‍👩‍👧‍👦 é 京都", "\ud83d", "__proto__"]) {
      assertEquals(parse(JSON.stringify({ ...TURN, content }))[0], {
        thread: "a",
        role: "user",
        content,
      });
    }
  });

  it("ignores unknown members", () => {
    assertEquals(parse(JSON.stringify({ ...TURN, at: 1 }))[0], {
      thread: "a",
      role: "user",
      content: "hello",
    });
  });

  it("names the line that is malformed, blank lines counted", () => {
    const good = JSON.stringify(TURN);
    const malformed = [
      "{",
      "not json",
      "null",
      "[]",
      '"text"',
      "{}",
      JSON.stringify({ ...TURN, thread: "" }),
      JSON.stringify({ ...TURN, thread: 1 }),
      JSON.stringify({ ...TURN, role: "robot" }),
      JSON.stringify({ ...TURN, role: undefined }),
      JSON.stringify({ ...TURN, role: ["user"] }),
      JSON.stringify({ ...TURN, content: null }),
      JSON.stringify({ ...TURN, content: undefined }),
      `${good} ${good}`,
    ];
    for (const line of malformed) {
      assertStringIncludes(
        messageFor(`${good}\n\n${line}\n${good}\n`),
        "Cannot read the transcript: line 3: ",
      );
    }
  });

  it("names the invalid member", () => {
    assertEquals(
      messageFor(JSON.stringify({ ...TURN, role: "robot" })),
      "Cannot read the transcript: line 1: " +
        `"role" must be one of system, user, assistant, tool: received "robot"`,
    );
  });

  it("names the line that is not UTF-8", () => {
    const good = new TextEncoder().encode(`${JSON.stringify(TURN)}\n`);
    const bytes = new Uint8Array([...good, 0x22, 0xff, 0x22]);
    assertStringIncludes(messageFor(bytes), "line 2: ");
  });

  it("refuses a transcript without turns", () => {
    for (const text of ["", "\n \n"]) {
      assertEquals(
        messageFor(text),
        "Cannot read the transcript: it has no turns",
      );
    }
  });
});
