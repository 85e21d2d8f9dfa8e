/** The arithmetic of INCRBYFLOAT against replies of a redis-server 7.0.15. */

import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  addLongDoubles,
  formatLongDouble,
  type LongDouble,
  parseLongDouble,
} from "../../src/redis/_long_double.ts";

/** Value, increment, sum. */
const SUMS: [string, string, string][] = [
  ["0", "0.1", "0.1"],
  ["10.50", "0.1", "10.6"],
  ["5.0e3", "2.0e2", "5200"],
  ["3", "1.000000000000000005", "4.00000000000000001"],
  ["0.1", "0.2", "0.3"],
  ["1", "1e-17", "1.00000000000000001"],
  ["0", "5e-18", "0"],
  ["0", "6e-18", "0.00000000000000001"],
  ["0", "1.5e-17", "0.00000000000000002"],
  ["0", "2.5e-17", "0.00000000000000002"],
  ["0", "-1e-30", "0"],
  ["-0.1", "0.1", "0"],
  ["3.14159265358979323846", "0", "3.14159265358979324"],
  ["1e17", "0.5", "100000000000000000.5"],
  ["1e19", "0.25", "10000000000000000000"],
  ["18446744073709551615", "0", "18446744073709551615"],
  ["18446744073709551615", "1", "18446744073709551616"],
  ["18446744073709551617", "0", "18446744073709551616"],
  ["18446744073709551618", "1", "18446744073709551620"],
  ["1.00000000000000005", "1e-17", "1.00000000000000006"],
  ["12345678901234567890.5", "0", "12345678901234567890"],
  ["9007199254740993", "0.5", "9007199254740993.5"],
  ["0x10", "0x.8p1", "17"],
  ["0x1.8p-3", "1", "1.1875"],
  ["1.", "0", "1"],
  [".5", ".25", "0.75"],
  ["1e+2", "0", "100"],
  ["1e30", "1", "1000000000000000000024696061952"],
  ["1e40", "1", "9999999999999999999783686092270256259072"],
  ["-1e25", "-0.1", "-10000000000000000000000000"],
  ["0e99999", "7", "7"],
  ["00012.50", "0", "12.5"],
  ["+3", "-4.5", "-1.5"],
  ["2.675", "0", "2.675"],
  ["1.0000000000000000271050543", "0", "1.00000000000000003"],
  ["4611686018427387904.3", "0", "4611686018427387904.5"],
];

/** Texts that are no number, or one too great or too small. */
const REFUSED = [
  ...["", "abc", " 1", "1 ", "nan", "1e", "1e+", "--1", ".", "1_0", "1,5"],
  ...["0x", "0xg", "0x1p", "1e4933", "1e-4960", "1e-4951", "0x1p16384"],
  ...["1\0", "1e99999999999999999999", "1".repeat(5120)],
];

function add(a: string, b: string): string | undefined {
  const sum = addLongDoubles(
    parseLongDouble(a) as LongDouble,
    parseLongDouble(b) as LongDouble,
  );
  return sum && formatLongDouble(sum);
}

describe("long double", () => {
  it("adds and formats as the server does", () => {
    for (const [value, increment, sum] of SUMS) {
      assertEquals(add(value, increment), sum, `${value} + ${increment}`);
    }
  });

  it("adds commutatively, and symmetrically in the signs", () => {
    const negate = (text: string) =>
      text.startsWith("-") ? text.slice(1) : `-${text.replace("+", "")}`;
    for (const [value, increment, sum] of SUMS) {
      assertEquals(add(increment, value), sum);
      assertEquals(
        add(negate(value), negate(increment)),
        sum === "0" ? "0" : negate(sum),
      );
    }
  });

  it("reads its own output without a change", () => {
    for (const [, , sum] of SUMS) assertEquals(add(sum, "0"), sum);
  });

  it("reads infinities, and refuses the rest", () => {
    for (const text of ["inf", "-INF", "+Infinity"]) {
      assertEquals(parseLongDouble(text), Infinity);
    }
    for (const text of REFUSED) {
      assertEquals(parseLongDouble(text), undefined, JSON.stringify(text));
    }
  });

  it("accepts its greatest number and none above", () => {
    const greatest = "0xffffffffffffffffp16320";
    assertEquals(add(greatest, "-1"), add(greatest, "0"));
    assertEquals(add(greatest, greatest), undefined);
    assertEquals(parseLongDouble("0xffffffffffffffff8p16316"), undefined);
    assertEquals(add("0x1p-16445", "0"), "0");
  });
});
