/**
 * Writes what the pages show of the code, where their marks say so, so that they cannot drift:
 *
 *     npm run docs
 *
 * - a fence whose info string ends with a path, such as "ts examples/recipes/lock.ts", shows that
 *   file;
 * - what stands between "<!-- doc ./handles -->" and "<!-- /doc -->" is made from the doc comments
 *   of all that an entry point exports and `.` does not.
 *
 * - what stands between "<!-- sizes -->" and "<!-- /sizes -->" are the sizes of the entry points.
 *
 * A test compares the pages with what this would write.
 */
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { bundledBytes } from "./bundle.ts";
import { startRegistry } from "./jsr.ts";
import { denoPath, ROOT } from "./runtimes.js";

const run = promisify(execFile);

/** The pages that show code. */
export const PAGES = [
  "README.md",
  "docs/recipes.md",
  "docs/reference.md",
  "docs/mcp.md",
  "docs/migration.md",
];

interface JsDoc {
  doc?: string;
  tags?: { kind: string; doc?: string; value?: string }[];
}

interface Param {
  kind: string;
  name?: string;
  optional?: boolean;
  left?: Param;
  arg?: Param;
}

interface Member {
  name: string;
  kind?: string;
  jsDoc?: JsDoc;
  accessibility?: string;
  isStatic?: boolean;
  functionDef?: { params: Param[] };
  params?: Param[];
}

interface Declaration {
  kind: string;
  jsDoc?: JsDoc;
  def: {
    params?: Param[];
    constructors?: Member[];
    properties?: Member[];
    methods?: Member[];
  };
}

/** Doc comments as Deno reads them, of every symbol of some entry points. */
export type Docs = Map<string, { name: string; declarations: Declaration[] }[]>;

function exportsOfManifest(): Record<string, string> {
  return JSON.parse(readFileSync(join(ROOT, "deno.json"), "utf8")).exports;
}

/** Reads the doc comments of the entry points of the manifest. */
export async function readDocs(
  env: NodeJS.ProcessEnv = process.env,
): Promise<Docs> {
  const exports = exportsOfManifest();
  const { stdout } = await run(
    denoPath(),
    ["doc", "--json", "--quiet", ...Object.values(exports)],
    { cwd: ROOT, env, maxBuffer: 1 << 28 },
  );
  const { nodes } = JSON.parse(stdout);
  return new Map(
    Object.entries(exports).map(([entry, path]) => [
      entry,
      nodes[pathToFileURL(join(ROOT, path)).href].symbols,
    ]),
  );
}

/** Text of a doc comment as it stands in a line of Markdown. */
function inline(text: string): string {
  return text
    .replaceAll(
      /\{@link(?:code|plain)?\s+([^}|]+?)(?:\s*\|\s*([^}]+?))?\s*\}/g,
      (_, name: string, shown?: string) =>
        `\`${shown ?? name.replace(".prototype", "")}\``,
    )
    .replaceAll(/\s+/g, " ").trim();
}

/** The first paragraph of a doc comment. */
function paragraph(jsDoc: JsDoc | undefined): string {
  return inline((jsDoc?.doc ?? "").split(/\n\s*\n/)[0]!);
}

/** The first sentence of a doc comment. */
function sentence(jsDoc: JsDoc | undefined): string {
  return /^.*?[.:](?=\s|$)/.exec(paragraph(jsDoc))?.[0].replace(/:$/, ".") ??
    paragraph(jsDoc);
}

function tag(jsDoc: JsDoc | undefined, kind: string): string {
  const found = jsDoc?.tags?.find((tag) => tag.kind === kind);
  return inline(found?.doc ?? found?.value ?? "").replace(/^\{(.*)\}$/, "$1");
}

/** A default as a cell: code if it is a value, text if it is a sentence, then what is said of it. */
function defaultOf(jsDoc: JsDoc | undefined): string {
  const { value = "", doc = "" } =
    jsDoc?.tags?.find(({ kind }) => kind === "default") ?? {};
  const text = value.replace(/^\{(.*)\}$/s, "$1");
  const shown = /^(?:\S+|"[^"]*")$/.test(text) ? `\`${text}\`` : text;
  return inline(`${shown} ${doc}`);
}

function paramsOf(params: Param[] = []): string {
  const nameOf = (param: Param): string => {
    if (param.kind === "assign") {
      return `${nameOf(param.left!).replace(/\?$/, "")}?`;
    }
    if (param.kind === "rest") return `...${nameOf(param.arg!)}`;
    if (param.kind === "object") return "options?";
    return `${param.name}${param.optional ? "?" : ""}`;
  };
  return `(${params.map(nameOf).join(", ")})`;
}

function row(...cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function table(head: string[], rows: string[][]): string[] {
  if (rows.length === 0) return [];
  return [
    "",
    row(...head),
    row(...head.map(() => "---")),
    ...rows.map((cells) => row(...cells)),
  ];
}

function isPublic({ accessibility, jsDoc, name }: Member): boolean {
  return accessibility === undefined && name !== "[Symbol.toStringTag]" &&
    !jsDoc?.tags?.some(({ kind }) => kind === "internal");
}

/** What a class or an interface has: a row for each property, then for each method. */
function members({ def }: Declaration): string[] {
  const properties = (def.properties ?? []).filter(isPublic);
  const hasDefaults = properties.some(({ jsDoc }) => defaultOf(jsDoc));
  const seen = new Set<string>();
  const methods = (def.methods ?? []).filter((member) => {
    // Overloads share one row, the first's.
    if (!isPublic(member) || seen.has(member.name)) return false;
    return seen.add(member.name);
  });
  return [
    ...table(
      hasDefaults
        ? ["property", "meaning", "default"]
        : ["property", "meaning"],
      properties.map(({ name, jsDoc }) => [
        `\`${name}\``,
        paragraph(jsDoc),
        ...hasDefaults ? [defaultOf(jsDoc)] : [],
      ]),
    ),
    ...table(
      ["method", "what it does", "returns"],
      methods.map(({ name, jsDoc, functionDef, kind, params }) => [
        kind === "getter" || kind === "setter"
          ? `\`${name}\``
          : `\`${name}${paramsOf(functionDef?.params ?? params)}\``,
        sentence(jsDoc),
        tag(jsDoc, "return"),
      ]),
    ),
  ];
}

/** The part of the reference that tells of an entry point. */
function describe(symbols: Docs extends Map<string, infer S> ? S : never) {
  const lines: string[] = [];
  const others: string[] = [];
  for (const { name, declarations } of symbols) {
    const declaration = declarations.find(({ jsDoc }) => jsDoc);
    if (declaration === undefined) {
      // A symbol of another entry point, where it is described.
      others.push(`\`${name}\``);
      continue;
    }
    const { kind, jsDoc, def } = declaration;
    const title = kind === "function"
      ? `${name}${paramsOf(def.params)}`
      : kind === "class"
      ? `new ${name}${paramsOf(def.constructors?.[0]?.params)}`
      : name;
    const returns = kind === "function" ? tag(jsDoc, "return") : "";
    lines.push(
      "",
      `**\`${title}\`** ${paragraph(jsDoc)}${
        returns && ` Returns: ${returns}`
      }`,
      ...members(declaration),
    );
  }
  if (others.length > 0) {
    lines.push("", `Also exported, and described above: ${others.join(", ")}.`);
  }
  return lines.join("\n");
}

const SIDE_BY_SIDE = 4;

/** The kB of each entry point with all that it imports, minified and gzipped. */
export function sizes(): [entry: string, kB: number][] {
  return Object.entries(exportsOfManifest()).map(([entry, path]) => [
    entry,
    bundledBytes(ROOT, path) / 1000,
  ]);
}

/** A table of the sizes, side by side, so that it is short. */
function sizesTable(): string {
  const cells = sizes().map(([entry, kB]) => [`\`${entry}\``, kB.toFixed(1)]);
  const rows: string[][] = [];
  for (let i = 0; i < cells.length; i += SIDE_BY_SIDE) {
    const row = cells.slice(i, i + SIDE_BY_SIDE).flat();
    while (row.length < 2 * SIDE_BY_SIDE) row.push("");
    rows.push(row);
  }
  const head = Array.from({ length: SIDE_BY_SIDE }, () => ["entry", "kB"]);
  return table(head.flat(), rows).join("\n").trim();
}

/** A page as it should be. */
export function writePage(text: string, docs: Docs): string {
  return text
    .replaceAll(
      /^(```\w+ (?:ignore )?(examples\/\S+)\n)[\s\S]*?^```$/gm,
      (_, fence: string, path: string) =>
        `${fence}${readFileSync(join(ROOT, path), "utf8")}\`\`\``,
    )
    .replaceAll(
      /^<!-- doc (\S+) -->\n[\s\S]*?^<!-- \/doc -->$/gm,
      (_, entry: string) => {
        const all = docs.get(entry) ?? [];
        const shown = entry === "."
          ? []
          : docs.get(".")!.map(({ name }) => name);
        const symbols = all.filter(({ name }) => !shown.includes(name));
        return `<!-- doc ${entry} -->\n${describe(symbols)}\n\n<!-- /doc -->`;
      },
    );
}

/** Markdown as the project's formatter has it. */
export async function format(text: string): Promise<string> {
  const formatting = run(denoPath(), ["fmt", "--ext", "md", "-"], {
    cwd: ROOT,
  });
  formatting.child.stdin!.end(text);
  return (await formatting).stdout;
}

const [program] = process.argv.slice(1);
if (program && import.meta.url === pathToFileURL(program).href) {
  const registry = await startRegistry();
  const docs = await readDocs({ ...process.env, ...registry.env });
  await registry.close();
  for (const page of PAGES) {
    const path = join(ROOT, page);
    const text = writePage(readFileSync(path, "utf8"), docs).replace(
      /^<!-- sizes -->\n[\s\S]*?^<!-- \/sizes -->$/m,
      () => `<!-- sizes -->\n\n${sizesTable()}\n\n<!-- /sizes -->`,
    );
    writeFileSync(path, await format(text));
  }
}
