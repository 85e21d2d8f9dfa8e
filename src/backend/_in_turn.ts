/** One after the other: what must not overlap inside of this process. */

/** The last of those that wait, for each owner and name. */
const lastOf = new WeakMap<object, Map<string, Promise<unknown>>>();

/**
 * Runs what was given for one owner and name one after the other, in the order of the calls.
 * What fails does not hold up the next.
 *
 * @returns What `run` returns.
 */
export function inTurn<T>(
  owner: object,
  name: string,
  run: () => Promise<T>,
): Promise<T> {
  let queue = lastOf.get(owner);
  if (queue === undefined) lastOf.set(owner, queue = new Map());
  const before = queue.get(name);
  const result = before === undefined ? run() : before.then(run);
  const settled = result.then(noop, noop).then(() => {
    if (queue.get(name) === settled) queue.delete(name);
  });
  queue.set(name, settled);
  return result;
}

function noop(): void {}
