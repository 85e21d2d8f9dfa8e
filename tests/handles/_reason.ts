/** What the tests of handles ask again and again. */

import { HandleError, type HandleErrorReason } from "@mayfly/store/handles";
import { assertRejects } from "@std/assert";

/** Why a call on a handle fails. */
export async function reasonOf(
  run: () => Promise<unknown>,
): Promise<HandleErrorReason> {
  const error = await assertRejects(run, HandleError);
  return error.reason;
}
