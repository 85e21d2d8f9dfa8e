/**
 * Stands in for `@std/testing/bdd` where JSR cannot be reached, and on Bun and
 * Node: the functions that the tests use, with the real signatures, on
 * `node:test`, which all three runtimes have.
 */
import * as nodeTest from "node:test";

// Once a test is declared, Deno's `node:test` keeps errors that no test throws from Deno: a file
// that breaks off would pass. Kept from `node:test`, they fail the file, as with the real package.
if ("Deno" in globalThis) {
  for (const type of ["error", "unhandledrejection"]) {
    addEventListener(type, (event) => event.stopImmediatePropagation());
  }
}

type Hook = () => void | Promise<void>;
type Body = () => void | Promise<void>;

/** What a test or a suite may be given between its name and its body. */
export interface TestOptions {
  /** Whether to leave it out. */
  ignore?: boolean;
  /** Deno's own check, with the real package only. */
  sanitizeExit?: boolean;
  /** Deno's own check, with the real package only. */
  sanitizeOps?: boolean;
  /** Deno's own check, with the real package only. */
  sanitizeResources?: boolean;
}

/** Declares a test. */
export interface it {
  (name: string, fn: Body): void;
  (name: string, options: TestOptions, fn: Body): void;
  /** Declares a test that is left out. */
  ignore(name: string, fn: Body): void;
  /** The same as `ignore`. */
  skip(name: string, fn: Body): void;
}

/** Declares a suite of tests. */
export interface describe {
  (name: string, fn: () => void): void;
  (name: string, options: TestOptions, fn: () => void): void;
  /** Declares a suite that is left out. */
  ignore(name: string, fn: () => void): void;
  /** The same as `ignore`. */
  skip(name: string, fn: () => void): void;
}

type Declare<F> = {
  (name: string, fn: F): void;
  (name: string, options: TestOptions, fn: F): void;
};

function declaring<F extends () => unknown>(
  run: (name: string, fn: F) => unknown,
  skip: (name: string, fn: F) => unknown,
): Declare<F> & { ignore(name: string, fn: F): void } & {
  skip(name: string, fn: F): void;
} {
  const declare = (name: string, optionsOrFn: TestOptions | F, fn?: F) => {
    const [options, body] = typeof optionsOrFn === "function"
      ? [{}, optionsOrFn]
      : [optionsOrFn, fn as F];
    if (typeof body !== "function") {
      throw new TypeError(`Cannot declare "${name}": it has no body`);
    }
    // A report of Deno's would not tell it from a test in a suite.
    if (name.includes(" > ")) {
      throw new TypeError(`Cannot declare "${name}": it has " > " in its name`);
    }
    (options.ignore ? skip : run)(name, body);
  };
  const ignore = (name: string, fn: F) => void skip(name, fn);
  return Object.assign(declare, { ignore, skip: ignore });
}

// The wrappers hide the context that node:test would pass to the body.
export const it: it = declaring<Body>(
  (name, fn) => nodeTest.it(name, async () => await fn()),
  (name, fn) => nodeTest.it.skip(name, async () => await fn()),
);

export const describe: describe = declaring<() => void>(
  (name, fn) => nodeTest.describe(name, () => void fn()),
  (name, fn) => nodeTest.describe.skip(name, () => void fn()),
);

/** The same as {@linkcode it}. */
export const test: it = it;

export function beforeAll(fn: Hook): void {
  nodeTest.before(async () => await fn());
}

export function afterAll(fn: Hook): void {
  nodeTest.after(async () => await fn());
}

export function beforeEach(fn: Hook): void {
  nodeTest.beforeEach(async () => await fn());
}

export function afterEach(fn: Hook): void {
  nodeTest.afterEach(async () => await fn());
}

export const before: typeof beforeAll = beforeAll;
export const after: typeof afterAll = afterAll;
