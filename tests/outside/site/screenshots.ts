/**
 * Takes the pictures that the README shows of the page, in light and in dark:
 *
 *     npm run pictures
 */
import { join } from "node:path";
import { ROOT } from "../../tools/runtimes.js";
import { openSite } from "./browser.ts";

const { browser, url, close } = await openSite();
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
await page.goto(url);
for (const colorScheme of ["light", "dark"] as const) {
  await page.emulateMedia({ colorScheme });
  await page.click("#set-ten");
  await page.waitForTimeout(1500);
  await page.evaluate(
    `document.querySelector("#alive").scrollIntoView({ behavior: "instant" })`,
  );
  const name = `desktop_alive_${colorScheme}.png`;
  const path = join(ROOT, "docs", "site", "screenshots", name);
  await page.screenshot({ path });
  console.log(path);
}
await close();
