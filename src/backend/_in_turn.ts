/** Runs tasks of this process one after another, where they must not overlap. */

/** The last task of each owner and name that is waiting or running. */
const lastOf = new WeakMap<object, Map<string, Promise<unknown>>>();

/**
 * Runs the tasks of one owner and name one after another, in the order of the calls. A task that
 * fails does not stop the next.
 *
 * @returns What `run` returns. A caller that awaits this promise before the next task is added
 *   continues before that task starts.
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
