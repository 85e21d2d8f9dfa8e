/**
 * A handle as text: 44 characters of base64url for 33 bytes, which are a version (1), the time of
 * minting in ms since the epoch (6), the TTL in ms (7), and random bytes (19).
 */

/** The part of a handle that is not random. */
export interface HandleTime {
  /** Whether a read restarts the TTL. */
  readonly sliding: boolean;
  /** The time of minting: ms since the epoch. */
  readonly mintedAt: number;
  /** The TTL in ms. */
  readonly lifetime: number;
}

const BYTES = 33;
const FORMAT = /^[A-Za-z0-9_-]{44}$/;
const FIXED = 0x6d;
const SLIDING = 0x6e;
const TIME_AT = 1;
const LIFETIME_AT = 7;
const RANDOM_AT = 14;

/** Makes a new handle. */
export function makeHandle(
  { sliding, mintedAt, lifetime }: HandleTime,
): string {
  const bytes = new Uint8Array(BYTES);
  bytes[0] = sliding ? SLIDING : FIXED;
  writeNumber(bytes, TIME_AT, LIFETIME_AT, mintedAt);
  writeNumber(bytes, LIFETIME_AT, RANDOM_AT, lifetime);
  crypto.getRandomValues(bytes.subarray(RANDOM_AT));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-").replaceAll("/", "_");
}

/** The time that a handle carries; `undefined` if the text is not a handle. */
export function readHandle(handle: string): HandleTime | undefined {
  if (!FORMAT.test(handle)) return undefined;
  const text = atob(handle.replaceAll("-", "+").replaceAll("_", "/"));
  const version = text.charCodeAt(0);
  if (version !== FIXED && version !== SLIDING) return undefined;
  return {
    sliding: version === SLIDING,
    mintedAt: readNumber(text, TIME_AT, LIFETIME_AT),
    lifetime: readNumber(text, LIFETIME_AT, RANDOM_AT),
  };
}

/** Writes a whole number, most significant byte first; clamps one that is too large. */
function writeNumber(
  bytes: Uint8Array,
  from: number,
  to: number,
  value: number,
): void {
  let rest = Math.min(Math.max(value, 0), 256 ** (to - from) - 1);
  rest = Math.min(rest, Number.MAX_SAFE_INTEGER);
  for (let i = to - 1; i >= from; i--) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

function readNumber(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) value = value * 256 + text.charCodeAt(i);
  return value;
}
