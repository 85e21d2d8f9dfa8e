/** What the tests of the pages read in Markdown. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** A fenced block. */
export interface Fence {
  /** What stands behind the opening fence, such as `ts ignore`. */
  info: string;
  code: string;
  /** The line that the code begins at, from 1. */
  line: number;
}

/** A Markdown file of the repository. */
export interface Page {
  /** Its path from the root, with slashes. */
  path: string;
  text: string;
}

/** Every Markdown file of the repository, and `llms.txt`, which is one. */
export function pages(): Page[] {
  const patterns = ["*.md", "llms.txt", "{docs,bench,examples}/**/*.md"];
  return globSync(patterns, { cwd: ROOT })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !path.includes("node_modules"))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
}

/** The fenced blocks of a text. */
export function fencesOf(text: string): Fence[] {
  const fences: Fence[] = [];
  let open: (Fence & { marks: string }) | undefined;
  text.split("\n").forEach((line, i) => {
    const marks = /^\s*(`{3,}|~{3,})(.*)$/.exec(line);
    if (open !== undefined) {
      if (marks?.[1]?.startsWith(open.marks) && marks[2]!.trim() === "") {
        const { info, code, line } = open;
        fences.push({ info, code, line });
        open = undefined;
      } else open.code += `${line}\n`;
    } else if (marks) {
      const info = marks[2]!.trim();
      open = { info, code: "", line: i + 2, marks: marks[1]! };
    }
  });
  return fences;
}

/** A text without its fenced blocks and its comments. */
export function proseOf(text: string): string {
  return text.replaceAll(/^( *)(`{3,}|~{3,})[\s\S]*?^ *\2.*$/gm, "")
    .replaceAll(/<!--[\s\S]*?-->/g, "");
}

/** The anchors of a page, as GitHub makes them from its headings. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (
    const [, title] of proseOf(text).matchAll(/^#{1,6} +(.+?)(?: +#+)?$/gm)
  ) {
    const slug = title!.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, "")
      .replaceAll(" ", "-");
    let anchor = slug;
    for (let i = 1; anchors.has(anchor); i++) anchor = `${slug}-${i}`;
    anchors.add(anchor);
  }
  for (const [, id] of text.matchAll(/<a (?:id|name)="([^"]+)">/g)) {
    anchors.add(id!);
  }
  return anchors;
}

/** Where a page's links and pictures lead. */
export function linksOf(text: string): string[] {
  const prose = proseOf(text).replaceAll(/`[^`\n]*`/g, "");
  const inline = prose.matchAll(/\]\(\s*<?([^()\s>]+)>?(?:\s+"[^"]*")?\s*\)/g);
  const named = prose.matchAll(/^ {0,3}\[[^\]]+\]: +<?([^\s>]+)>?/gm);
  const html = prose.matchAll(/\b(?:href|src|srcset)="([^"\s]+)"/g);
  return [...inline, ...named, ...html].map((match) => match[1]!);
}
