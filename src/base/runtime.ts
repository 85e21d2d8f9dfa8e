/**
 * Everything that depends on the runtime: its name, the environment, and timers that do not keep
 * the process alive.
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

/**
 * A permission of Deno, which a program has only if it was started with the flag of that name.
 * Node under `--permission` has `read` and `write`. Without a path, a variable or a kind, it is
 * the permission for all of them.
 *
 * @example Reading one file
 * ```ts
 * import { isPermitted, type PermissionToAsk } from "@mayfly/store/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const reading: PermissionToAsk = { name: "read", path: "state.db" };
 * assertEquals(typeof isPermitted(reading), "boolean");
 * ```
 */
export type PermissionToAsk =
  | { name: "env"; variable: string }
  | { name: "read" | "write"; path: string }
  | { name: "sys"; kind: "statfs" }
  | {
    name:
      | "read"
      | "write"
      | "net"
      | "env"
      | "sys"
      | "run"
      | "ffi"
      | "import";
  };

interface Globals {
  Deno?: {
    version?: { deno?: string };
    env: { get(name: string): string | undefined };
    permissions: {
      querySync(descriptor: PermissionToAsk): { state: string };
    };
    unrefTimer(timer: unknown): void;
  };
  Bun?: { version?: string };
  process?: {
    versions?: { node?: string };
    env?: Record<string, string | undefined>;
    platform?: string;
    getBuiltinModule?(name: string): unknown;
    /** Only on Node under `--permission`. */
    permission?: { has(scope: string, reference?: string): boolean };
  };
  navigator?: { userAgent?: string };
  document?: unknown;
  WorkerGlobalScope?: unknown;
}

const globals = globalThis as Globals;
const { Deno } = globals;

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
export const runtime: Runtime = /* @__PURE__ */ findRuntime();

// A function, so that a bundle that does not ask leaves it out.
function findRuntime(): Runtime {
  const { Bun, process, navigator, document, WorkerGlobalScope } = globals;
  if (isDeno()) return "deno";
  if (Bun?.version) return "bun";
  if (navigator?.userAgent === "Cloudflare-Workers") return "workerd";
  if (process?.versions?.node) return "node";
  return document !== undefined || WorkerGlobalScope !== undefined
    ? "browser"
    : "other";
}

function isDeno(): boolean {
  return Boolean(Deno?.version?.deno);
}

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
    const env = globals.process?.env;
    return env && Object.hasOwn(env, name) ? env[name] : undefined;
  } catch {
    return undefined;
  }
}

/**
 * `true` if one variable of the environment may be read without a prompt.
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
  return isPermitted({ name: "env", variable: name });
}

/**
 * `true` if the program may do something without a prompt. Never prompts.
 *
 * @param permission What it would do.
 * @returns `false` on Deno without the flag for it, and on Node under `--permission` for a file
 * that the program may not read or write; otherwise `true`.
 *
 * @example Usage
 * ```ts
 * import { isPermitted } from "@mayfly/store/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(typeof isPermitted({ name: "sys", kind: "statfs" }), "boolean");
 * ```
 */
export function isPermitted(permission: PermissionToAsk): boolean {
  if (runtime !== "deno") return isPermittedOnNode(permission);
  try {
    return Deno!.permissions.querySync(permission).state === "granted";
  } catch {
    return false;
  }
}

/** Node's own SQLite does not ask: without this it would make the file readable by all. */
function isPermittedOnNode(permission: PermissionToAsk): boolean {
  if (!("path" in permission)) return true;
  try {
    return globals.process?.permission
      ?.has(`fs.${permission.name}`, permission.path) ?? true;
  } catch {
    return false;
  }
}

/**
 * A module that is built into the runtime, such as `sqlite` or `fs`, by its name in Node.
 * Never throws, and needs no `import` that another runtime would fail on.
 *
 * @typeParam Module The members that the caller uses.
 * @param name Its name, without a prefix.
 * @returns The module, or `undefined` if the runtime has none of that name.
 *
 * @example Usage
 * ```ts
 * import { getBuiltin } from "@mayfly/store/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(getBuiltin("no_such_module"), undefined);
 * ```
 */
export function getBuiltin<Module>(name: string): Module | undefined {
  try {
    return globals.process?.getBuiltinModule?.(`node:${name}`) as
      | Module
      | undefined;
  } catch {
    return undefined;
  }
}

/**
 * The operating system as Node spells it: `"linux"`, `"darwin"`, `"win32"` and the like; `""`
 * where there is no telling.
 *
 * @example Usage
 * ```ts
 * import { platform } from "@mayfly/store/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(typeof platform, "string");
 * ```
 */
export const platform: string = /* @__PURE__ */ findPlatform();

function findPlatform(): string {
  return globals.process?.platform ?? "";
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
    if (isDeno()) Deno!.unrefTimer(timer);
    else (timer as { unref?(): void } | undefined)?.unref?.();
  } catch {
    // Not a timer of this runtime: there is nothing to let go of.
  }
}
