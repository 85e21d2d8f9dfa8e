/** How a client runs a script of one key on its server. */

/** Runs a script on the server with one key and some arguments. */
export type RunScript = (
  script: string,
  key: string,
  args: readonly string[],
) => unknown;

/** What `ioredis` and `iovalkey` have, their clusters too. */
interface WithEval {
  eval(script: string, keys: number, ...keysAndArgs: string[]): unknown;
}

/** What Bun's client has. */
interface WithSend {
  send(command: string, args: string[]): unknown;
}

/**
 * How a client runs a script, found by what it offers; `undefined` if it offers nothing of the
 * kind.
 */
export function scriptsOf(client: object): RunScript | undefined {
  if (typeof (client as Partial<WithEval>).eval === "function") {
    return (script, key, args) =>
      (client as WithEval).eval(script, 1, key, ...args);
  }
  if (typeof (client as Partial<WithSend>).send === "function") {
    return (script, key, args) =>
      (client as WithSend).send("EVAL", [script, "1", key, ...args]);
  }
  return undefined;
}
