/**
 * All that Mayfly knows of the runtime it runs in: which one it is, how to read
 * the environment, and how to keep a timer from keeping the process alive.
 *
 * Safe to import anywhere: nothing here throws or prompts.
 *
 * @example Which runtime is this?
 * ```ts
 * import { runtime } from "@mayfly/store/runtime";
 * import { assert } from "@std/assert";
 *
 * assert(
 *   ["deno", "bun", "node", "workerd", "browser", "other"].includes(runtime),
 * );
 * ```
 *
 * @module
 */

/** The names that {@linkcode runtime} can have; `"workerd"` is Cloudflare's. */
export type Runtime =
  | "deno"
  | "bun"
  | "node"
  | "workerd"
  | "browser"
  | "other";

interface Globals {
  Deno?: {
    version?: { deno?: string };
    env: { get(name: string): string | undefined };
    permissions: {
      querySync(
        descriptor: { name: "env"; variable: string },
      ): { state: string };
    };
    unrefTimer(timer: unknown): void;
  };
  Bun?: { version?: string };
  process?: {
    versions?: { node?: string };
    env?: Record<string, string | undefined>;
  };
  navigator?: { userAgent?: string };
  document?: unknown;
  WorkerGlobalScope?: unknown;
}

const { Deno, Bun, process, navigator, document, WorkerGlobalScope } =
  globalThis as Globals;

/**
 * The runtime that this module runs in. Deno, Bun and workerd also offer Node's
 * globals, so they are looked for first.
 *
 * @example Usage
 * ```ts
 * import { runtime } from "@mayfly/store/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(typeof runtime, "string");
 * ```
 */
export const runtime: Runtime = Deno?.version?.deno
  ? "deno"
  : Bun?.version
  ? "bun"
  : navigator?.userAgent === "Cloudflare-Workers"
  ? "workerd"
  : process?.versions?.node
  ? "node"
  : document !== undefined || WorkerGlobalScope !== undefined
  ? "browser"
  : "other";

/**
 * Reads one variable of the environment.
 *
 * Never throws and never prompts: where the variable may not be read (Deno
 * without `--allow-env`) or there is no environment, it is as if it were unset.
 *
 * @param name The name of the variable.
 * @returns What the variable holds, or `undefined`.
 *
 * @example Usage
 * ```ts
 * import { getEnv } from "@mayfly/store/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(getEnv("MAYFLY_NO_SUCH_VARIABLE"), undefined);
 * ```
 */
export function getEnv(name: string): string | undefined {
  try {
    if (runtime === "deno") {
      return mayReadEnv(name) ? Deno!.env.get(name) : undefined;
    }
    const env = process?.env;
    return env && Object.hasOwn(env, name) ? env[name] : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether one variable of the environment may be read without asking a person.
 *
 * @param name The name of the variable.
 * @returns `false` on Deno without `--allow-env` for it, otherwise `true`.
 *
 * @example Usage
 * ```ts
 * import { mayReadEnv } from "@mayfly/store/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(typeof mayReadEnv("HOME"), "boolean");
 * ```
 */
export function mayReadEnv(name: string): boolean {
  if (runtime !== "deno") return true;
  try {
    const { state } = Deno!.permissions.querySync({
      name: "env",
      variable: name,
    });
    return state === "granted";
  } catch {
    return false;
  }
}

/**
 * Lets the process exit although a timer is still to fire.
 *
 * Through `Deno.unrefTimer` on Deno and the timer's own `unref` on Bun and Node;
 * a browser and workerd have nothing that a timer keeps alive. Never throws.
 *
 * @param timer What `setTimeout` or `setInterval` returned, as it is: a number
 * or an object, which of the two depends on the runtime and its version.
 *
 * @example Usage
 * ```ts
 * import { unrefTimer } from "@mayfly/store/runtime";
 *
 * const timer = setTimeout(() => {}, 3_600_000);
 * unrefTimer(timer); // the process may end before the hour is over
 * clearTimeout(timer);
 * ```
 */
export function unrefTimer(timer: unknown): void {
  try {
    if (runtime === "deno") Deno!.unrefTimer(timer);
    else (timer as { unref?(): void } | undefined)?.unref?.();
  } catch {
    // Not a timer of this runtime: there is nothing to let go of.
  }
}

/**
 * The names, for `Symbol.for`, of the methods by which a class says how a console
 * shows it: that of Node and Bun, and that of Deno. Elsewhere nobody asks for them.
 *
 * @example Usage
 * ```ts
 * import { inspectHooks } from "@mayfly/store/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(inspectHooks.length, 2);
 * ```
 */
export const inspectHooks: readonly string[] = [
  "nodejs.util.inspect.custom",
  "Deno.customInspect",
];
