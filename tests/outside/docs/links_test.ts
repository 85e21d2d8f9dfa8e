import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { anchorsOf, fencesOf, linksOf, pages, ROOT } from "./_markdown.ts";

/** What is wrong with a link on a page, if anything. */
function problemOf(page: string, link: string): string | undefined {
  if (/^(?:https?|mailto):/.test(link)) {
    return URL.canParse(link) ? undefined : "is no URL";
  }
  // GitHub's own pages about the repository, whatever it is called.
  if (/^\.\.\/\.\.\/(?:actions|security)\b/.test(link)) return undefined;
  const [path, anchor] = link.split("#") as [string, string?];
  const target = path === ""
    ? page
    : posix.join(posix.dirname(page), decodeURIComponent(path));
  if (target.startsWith("..")) return "leads out of the repository";
  if (!existsSync(join(ROOT, target))) return "leads nowhere";
  if (anchor === undefined) return undefined;
  if (!target.endsWith(".md")) return "is an anchor in what is no page";
  const anchors = anchorsOf(readFileSync(join(ROOT, target), "utf8"));
  return anchors.has(anchor) ? undefined : "is an anchor that is not there";
}

describe("the links of", () => {
  for (const { path, text } of pages()) {
    it(path, () => {
      const problems = linksOf(text).flatMap((link) => {
        const problem = problemOf(path, link);
        return problem === undefined ? [] : [`${link} ${problem}`];
      });
      assertEquals(problems, []);
    });
  }
});

describe("the check of links", () => {
  it("finds links of all kinds, but not in code", () => {
    const text = '[a](b.md) ![p](c.svg "title") `[x](y)`\n\n[n]: d.md\n' +
      '<img src="e.svg" alt="">\n<source srcset="f.svg">\n' +
      "```md\n[x](y)\n```\n[last](g.md#h)\n";
    assertEquals(linksOf(text).sort(), [
      ...["b.md", "c.svg", "d.md", "e.svg", "f.svg", "g.md#h"],
    ]);
  });

  it("finds broken links", () => {
    assertEquals(problemOf("README.md", "LICENSE"), undefined);
    assertEquals(problemOf("README.md", "NOTHING.md"), "leads nowhere");
    assertEquals(problemOf("README.md", "https://example.com/a"), undefined);
    assertEquals(
      problemOf("README.md", "CONTRIBUTING.md#no-such-heading"),
      "is an anchor that is not there",
    );
    assertEquals(
      problemOf("README.md", "../elsewhere"),
      "leads out of the repository",
    );
  });

  it("makes the anchors that GitHub makes", () => {
    const text = "# A `code` title, with: signs!\n## Same\n## Same\n" +
      "## [A link](b.md) – über_\n```sh\n# no heading\n```\n";
    assertEquals([...anchorsOf(text)], [
      ...["a-code-title-with-signs", "same", "same-1", "a-link--über_"],
    ]);
  });

  it("finds fenced blocks", () => {
    const text = "a\n```ts\nlet a;\n```\n````md ignore\n```ts\n```\n````\n";
    assertEquals(fencesOf(text), [
      { info: "ts", code: "let a;\n", line: 3 },
      { info: "md ignore", code: "```ts\n```\n", line: 6 },
    ]);
    assert(pages().length >= 4);
  });
});
