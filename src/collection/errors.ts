/**
 * An issue that a schema reported: the path, and the schema's message.
 *
 * @example Showing an issue
 * ```ts
 * import type { CollectionIssue } from "@mayfly/store/collection";
 * import { assertEquals } from "@std/assert";
 *
 * const issue: CollectionIssue = { path: ["user", "age"], message: "must be a number" };
 * assertEquals(`${issue.path.join(".")} ${issue.message}`, "user.age must be a number");
 * ```
 */
export interface CollectionIssue {
  /** The names and indexes that lead to the refused part; empty for the value itself. */
  readonly path: readonly PropertyKey[];
  /** The schema's message. Some schemas quote the value in it. */
  readonly message: string;
}

/**
 * A value cannot be stored, or a stored text is not a value of the collection: it is not JSON, the
 * codec cannot decode it, or the schema refuses it. Nothing has changed.
 *
 * The message names paths, never a value.
 *
 * @example A value that the schema refuses
 * ```ts
 * import { Collection, CollectionValueError } from "@mayfly/store/collection";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const dates = new Collection<unknown>("date");
 * const error = await assertRejects(
 *   () => dates.set("now", { at: new Date() }),
 *   CollectionValueError,
 *   'at "at"',
 * );
 * assertEquals(error.issues, []);
 * ```
 */
export class CollectionValueError extends TypeError {
  /** The name of the class, `"CollectionValueError"`. */
  override readonly name: string = "CollectionValueError";
  /** The schema's issues; empty if the schema did not refuse the value. */
  readonly issues: readonly CollectionIssue[];

  /**
   * Creates the error.
   *
   * @param message The action that failed and the reason, without the value.
   * @param issues The schema's issues.
   */
  constructor(message: string, issues: readonly CollectionIssue[] = []) {
    super(message);
    this.issues = issues;
  }
}
