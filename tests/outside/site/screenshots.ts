/**
 * Takes the pictures of the page for the docs, on a phone and on a desktop, in
 * light and in dark.
 *
 *     node tests/tools/run.js tests/outside/site/screenshots.ts [folder]
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { ROOT } from "../../tools/runtimes.js";
import { openSite } from "./browser.ts";

const WIDTHS = { phone: 390, desktop: 1440 };
const SCHEMES = ["light", "dark"] as const;
const SECTIONS = ["top", "alive", "million"];
/** So many entries are due at once in the pictures. */
const COUNT = process.argv[3] ?? "1000000";

const folder = process.argv[2] ?? join(ROOT, "docs", "site", "screenshots");
mkdirSync(folder, { recursive: true });
const { browser, url, close } = await openSite();
for (const [name, width] of Object.entries(WIDTHS)) {
  const page = await browser.newPage({
    viewport: { width, height: name === "phone" ? 844 : 900 },
  });
  await page.goto(url);
  await page.selectOption("#count", COUNT);
  await page.click("#rush button");
  await page.getByText(/^Done/).waitFor({ timeout: 300_000 });
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme });
    for (const section of SECTIONS) {
      if (section === "alive") await page.click("#set-ten");
      await page.waitForTimeout(1500);
      await page.evaluate(
        `document.querySelector("#${section}").scrollIntoView({ behavior: "instant" })`,
      );
      const path = join(folder, `${name}_${section}_${colorScheme}.png`);
      await page.screenshot({ path });
      console.log(path);
    }
  }
  await page.close();
}
await close();
