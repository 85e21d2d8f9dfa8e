/**
 * The part of a `URL` that is used; not every TypeScript configuration declares the class.
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
