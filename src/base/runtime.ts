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

/** The names that {@linkcode runtime} can have; `"workerd"` is Cloudflare Workers. */
export type Runtime =
  | "deno"
  | "bun"
  | "node"
  | "workerd"
  | "browser"
  | "other";

/**
 * A permission of Deno, which a program has only if it was started with the flag of that name. Node
 * under `--permission` has `read` and `write`. Without a `path`, `variable` or `kind` it means the
 * permission for all of them.
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
 * The runtime that this module runs in. Deno, Bun and workerd also have Node's globals, so they are
 * tested first.
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

// A function, so that bundlers drop it if `runtime` is not used.
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
 * Never throws and never prompts: without permission (Deno without `--allow-env`) or without an
 * environment, the variable counts as unset.
 *
 * @param name The name of the variable.
 * @returns The value of the variable, or `undefined`.
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
 * Returns whether one variable of the environment can be read without a prompt.
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
 * Returns whether the program has a permission without a prompt. Never prompts.
 *
 * @param permission The permission.
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

/**
 * Node's SQLite does not check this permission: it would create the file itself, readable by
 * everybody.
 */
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
 * Returns a module that is built into the runtime, such as `sqlite` or `fs`, by its name in Node.
 * Never throws, and needs no `import` that would fail on another runtime.
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
 * The operating system by its name in Node, such as `"linux"`, `"darwin"` or `"win32"`; `""` if it
 * is unknown.
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
 * Lets the process exit while a timer is pending.
 *
 * It calls `Deno.unrefTimer` on Deno, and the timer's own `unref` on Bun and Node. In a browser and
 * on workerd it does nothing, because no timer keeps a process alive there. Never throws.
 *
 * @param timer The result of `setTimeout` or `setInterval`, unchanged: a number or an object,
 *   depending on the runtime and its version.
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
    // Not a timer of this runtime: it keeps no process alive.
  }
}
