/**
 * Builds the page into `docs/site/dist`, and serves it on loopback where that is
 * asked for.
 *
 *     npm run site
 *     npm run site -- --serve
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { extname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const HERE = fileURLToPath(new URL("./", import.meta.url));
const ROOT = join(HERE, "..", "..");
const TARGET = "es2022";
const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
};

/** What `ExpiringStore` weighs by itself, minified and gzipped, in kB. */
async function weigh(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: 'export { ExpiringStore } from "./mod.ts";',
      resolveDir: ROOT,
    },
    ...{ bundle: true, minify: true, write: false },
    ...{ format: "esm", platform: "neutral", target: TARGET },
  });
  const { length } = gzipSync(outputFiles[0].contents, { level: 9 });
  return (length / 1000).toFixed(1);
}

/** Builds the page into a folder. */
export async function buildSite(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: [join(HERE, "main.ts")],
    outfile: join(folder, "page.js"),
    ...{ bundle: true, minify: true, format: "iife", target: TARGET },
    logLevel: "warning",
  });
  const manifest = readFileSync(join(ROOT, "deno.json"), "utf8");
  // Set by GitHub; elsewhere there is no address to point to.
  const repository = process.env["GITHUB_REPOSITORY"];
  const html = readFileSync(join(HERE, "index.html"), "utf8")
    .replace("<!-- kilobytes -->", await weigh())
    .replace("<!-- version -->", JSON.parse(manifest).version)
    .replace(
      "<!-- repository -->",
      repository ? `<a href="https://github.com/${repository}">Source</a>` : "",
    );
  writeFileSync(join(folder, "index.html"), html);
  writeFileSync(
    join(folder, "style.css"),
    readFileSync(join(HERE, "style.css")),
  );
}

/** Serves a folder's files on loopback; the server has begun to listen. */
export async function serve(folder: string, port = 0): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, "http://localhost");
    const name = pathname === "/" ? "/index.html" : pathname;
    const type = TYPES[extname(name)];
    try {
      if (type === undefined || name.includes("..")) throw new Error(name);
      const body = readFileSync(join(folder, name));
      response.writeHead(200, { "content-type": type }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) =>
    server.listen(port, "127.0.0.1", resolve)
  );
  return server;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(HERE, "dist");
  await buildSite(folder);
  console.log(`Built: ${folder}`);
  if (process.argv.includes("--serve")) {
    await serve(folder, 8080);
    console.log("http://127.0.0.1:8080");
  }
}
