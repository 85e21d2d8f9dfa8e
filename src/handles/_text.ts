/**
 * A handle as text: 44 characters of base64url for 33 bytes, which are a version (1), when it was
 * minted in ms since the epoch (6), for how long in ms (7), and random bytes (19). What it says of
 * its time only explains why it is gone: for how long it is good, the backend decides.
 */

/** What a handle says of itself. */
export interface HandleTime {
  /** Whether its time was to start again with each read. */
  readonly sliding: boolean;
  /** When it was minted: ms since the epoch. */
  readonly mintedAt: number;
  /** For how many ms. */
  readonly lifetime: number;
}

const BYTES = 33;
const FORMAT = /^[A-Za-z0-9_-]{44}$/;
const FIXED = 0x6d;
const SLIDING = 0x6e;
const TIME_AT = 1;
const LIFETIME_AT = 7;
const RANDOM_AT = 14;

/** A new handle. */
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

/** What a handle says of itself; `undefined` if it is none of ours. */
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

/** Writes a whole number, its last byte first from the right; one that is too large at its largest. */
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
