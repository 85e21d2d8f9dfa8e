/** SHA-256 (FIPS 180-4) of a text. */

import { getBuiltin } from "./runtime.ts";

/** The part of Node's `crypto` that is used. */
interface NodeCrypto {
  createHash(
    algorithm: "sha256",
  ): { update(text: string): { digest(encoding: "hex"): string } };
}

/**
 * The SHA-256 of a text as UTF-8, in hexadecimal: synchronous where the runtime has Node's `crypto`.
 * Web Crypto, the fallback, hands even a short text to another thread.
 */
export function sha256(text: string): string | Promise<string> {
  const node = getBuiltin<NodeCrypto>("crypto");
  return node === undefined
    ? webSha256(text)
    : node.createHash("sha256").update(text).digest("hex");
}

/** The same by Web Crypto. */
export async function webSha256(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
