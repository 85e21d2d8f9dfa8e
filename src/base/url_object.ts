/**
 * A `URL`, as far as it is looked at: the name of the class is not known to every compiler.
 *
 * @example Usage
 * ```ts
 * import { connectStorage, type UrlObject } from "@mayfly/store/connect";
 *
 * const url: UrlObject = new URL("memory:");
 * await using storage = await connectStorage(url);
 * ```
 */
export interface UrlObject {
  /** The whole URL. */
  readonly href: string;
}
