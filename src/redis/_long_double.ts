/**
 * The 80-bit long double of x86-64, with which the server computes `INCRBYFLOAT`: a mantissa of 64
 * bits, rounded to nearest, ties to even.
 */

/** A finite number: `mantissa * 2 ** exponent`, exactly. */
export interface LongDouble {
  mantissa: bigint;
  exponent: number;
}

const MANTISSA_BITS = 64;
const MAX_TEXT_LENGTH = 5 * 1024;
/** The exponent of the least number above zero. */
const MIN_EXPONENT = -16445;
/** Every finite number is below 2 to this power. */
const LIMIT_EXPONENT = 16384;
/** A number above ten to this power overflows; one below its inverse underflows. */
const MAX_DECIMAL_EXPONENT = 5000;
/** The number of decimals in the text of a number. */
const DECIMALS = 17;

const NUMBER =
  /^([+-]?)(?:0x([\da-f]*)\.?([\da-f]*)(?:p([+-]?\d+))?|(\d*)\.?(\d*)(?:e([+-]?\d+))?)$/i;
const INFINITY = /^[+-]?inf(inity)?$/i;

/**
 * Reads a number: decimal or hexadecimal, with a fraction and an exponent, or
 * an infinity.
 *
 * @param text The whole text; no space is allowed.
 * @returns The nearest long double, `Infinity` for either infinity, `undefined` if the text is not
 *   a number, or the number is too large or too small.
 */
export function parseLongDouble(
  text: string,
): LongDouble | typeof Infinity | undefined {
  if (text.length >= MAX_TEXT_LENGTH) return undefined;
  if (INFINITY.test(text)) return Infinity;
  const match = NUMBER.exec(text);
  if (match === null) return undefined;
  const [, sign, hexWhole, hexFraction = "", hexPower, whole, fraction = ""] =
    match;
  const isHex = hexWhole !== undefined;
  const digits = isHex ? hexWhole + hexFraction : whole + fraction;
  if (digits === "") return undefined;
  const magnitude = BigInt(isHex ? `0x${digits}` : digits);
  if (magnitude === 0n) return { mantissa: 0n, exponent: 0 };
  const power = isHex
    ? Number(hexPower ?? 0) - 4 * hexFraction.length
    : Number(match[7] ?? 0) - fraction.length;
  const decimalPower = isHex ? power * Math.log10(2) : power;
  const decimalExponent = decimalPower + String(magnitude).length;
  if (Math.abs(decimalExponent) > MAX_DECIMAL_EXPONENT) return undefined;
  const scale = (isHex ? 2n : 10n) ** BigInt(Math.abs(power));
  const signed = sign === "-" ? -magnitude : magnitude;
  const value = power < 0 ? round(signed, scale) : round(signed * scale, 1n);
  return value?.mantissa === 0n ? undefined : value;
}

/**
 * Adds two numbers.
 *
 * @returns The nearest long double; `undefined` if it would be infinite.
 */
export function addLongDoubles(
  a: LongDouble,
  b: LongDouble,
): LongDouble | undefined {
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = (a.mantissa << BigInt(a.exponent - exponent)) +
    (b.mantissa << BigInt(b.exponent - exponent));
  return exponent < 0
    ? round(sum, 1n << BigInt(-exponent))
    : round(sum << BigInt(exponent), 1n);
}

/** Formats a number with 17 decimals, without trailing zeros. */
export function formatLongDouble({ mantissa, exponent }: LongDouble): string {
  const scaled = mantissa * 10n ** BigInt(DECIMALS);
  const units = exponent < 0
    ? divideToEven(abs(scaled), 1n << BigInt(-exponent))
    : abs(scaled) << BigInt(exponent);
  const digits = String(units).padStart(DECIMALS + 1, "0");
  const decimals = digits.slice(-DECIMALS).replace(/0+$/, "");
  return (mantissa < 0n && units > 0n ? "-" : "") +
    digits.slice(0, -DECIMALS) + (decimals && `.${decimals}`);
}

/** The long double nearest to a fraction; `undefined` if it overflows. */
function round(numerator: bigint, denominator: bigint): LongDouble | undefined {
  const magnitude = abs(numerator);
  let exponent = Math.max(
    bitLength(magnitude) - bitLength(denominator) - MANTISSA_BITS,
    MIN_EXPONENT,
  );
  let mantissa = scaleDown(magnitude, denominator, exponent);
  // The quotient may have one bit more than the difference of the lengths.
  if (bitLength(mantissa) > MANTISSA_BITS) {
    mantissa = scaleDown(magnitude, denominator, ++exponent);
  }
  if (bitLength(mantissa) + exponent > LIMIT_EXPONENT) return undefined;
  return { mantissa: numerator < 0n ? -mantissa : mantissa, exponent };
}

/** A fraction divided by `2 ** exponent`, rounded. */
function scaleDown(
  numerator: bigint,
  denominator: bigint,
  exponent: number,
): bigint {
  return exponent < 0
    ? divideToEven(numerator << BigInt(-exponent), denominator)
    : divideToEven(numerator, denominator << BigInt(exponent));
}

/** Divides and rounds to the nearest integer, ties to even. */
function divideToEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = 2n * (numerator % denominator);
  return twice > denominator || (twice === denominator && quotient % 2n === 1n)
    ? quotient + 1n
    : quotient;
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}
