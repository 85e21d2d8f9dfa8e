import { assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  copyFileSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { bundledBytes } from "../../tools/bundle.ts";

const SOURCE = fileURLToPath(new URL("../../..", import.meta.url));
/** What npm users get, where the gate has packed it, else the source. */
const packed = process.env.MAYFLY_ARTEFACT;
const folder = packed ?? SOURCE;
const extension = packed === undefined ? "ts" : "js";

describe("a bundle", () => {
  it("of ExpiringStore alone is small", () => {
    assertLess(
      bundledBytes(folder, `src/store/mod.${extension}`, "ExpiringStore"),
      9100,
    );
  });

  it('of ExpiringStore from the sources contains no storage, without "sideEffects"', () => {
    const alone = bundledBytes(SOURCE, "src/store/mod.ts", "ExpiringStore");
    assertLess(bundledBytes(SOURCE, "mod.ts", "ExpiringStore"), 1.1 * alone);
  });

  it("of ExpiringStore from the npm package contains no storage", () => {
    const npm = mkdtempSync(join(tmpdir(), "mayfly-bundle-"));
    try {
      // As the manifest of the package on npm says.
      writeFileSync(join(npm, "package.json"), '{ "sideEffects": false }');
      copyFileSync(
        join(folder, `mod.${extension}`),
        join(npm, `mod.${extension}`),
      );
      symlinkSync(join(folder, "src"), join(npm, "src"), "junction");
      const alone = bundledBytes(
        folder,
        `src/store/mod.${extension}`,
        "ExpiringStore",
      );
      assertLess(
        bundledBytes(npm, `mod.${extension}`, "ExpiringStore"),
        1.05 * alone,
      );
    } finally {
      rmSync(npm, { recursive: true });
    }
  });
});
