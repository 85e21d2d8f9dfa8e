/** Many calls of a storage as one step. */

import { checkType, isThenable, kindOf } from "../base/_checks.ts";
import { watch } from "../base/_report.ts";
import type { Keyspace } from "../redis/keyspace.ts";

/**
 * Runs the calls of a function as one step of a keyspace.
 *
 * @throws {TypeError} If `run` is no function, or goes on after it has returned.
 */
export function runBatch<T>(keyspace: Keyspace, run: () => T): T {
  checkType("run the batch", "run", run, "function", kindOf);
  return keyspace.atomically("write", () => {
    const result = run();
    if (isThenable(result)) {
      // What it rejects with is told by this error; nobody else will look.
      watch(() => {}, result);
      throw new TypeError(
        'Cannot run the batch: "run" must be synchronous: received a function that returns a promise',
      );
    }
    return result;
  });
}
