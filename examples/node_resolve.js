/**
 * Lets Node find `@mayfly/store` in this clone by the exports of `deno.json`,
 * as Deno and Bun do. In a project of your own the package is installed, and
 * nothing like this is needed:
 *
 *     node --import ./examples/node_resolve.js examples/mcp_server.ts
 */
import { registerHooks } from "node:module";
import manifest from "../deno.json" with { type: "json" };

registerHooks({
  resolve(specifier, context, nextResolve) {
    const entry = specifier.startsWith(manifest.name)
      ? manifest.exports["." + specifier.slice(manifest.name.length)]
      : undefined;
    if (entry === undefined) return nextResolve(specifier, context);
    const root = new URL("../", import.meta.url);
    return nextResolve(new URL(entry, root).href, context);
  },
});
