/** The page of `docs/site` in a real headless Chromium: a step of the gate on Node alone. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { openSite, type Site } from "./browser.ts";
import { startTabs } from "./devtools.ts";

/** What must be readable, against what is behind it: the lowest contrast, as WCAG counts it. */
const CONTRAST = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", {
    willReadFrequently: true,
  });
  const channels = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (color) => {
    const [r, g, b] = channels(color).map((c) => {
      const share = c / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = getComputedStyle(e).backgroundColor;
      if (channels(color)[3] === 255) return color;
    }
    return "white";
  };
  let worst = { ratio: 21 };
  for (const element of document.querySelectorAll("body *")) {
    const hasText = [...element.childNodes].some((node) =>
      node.nodeType === 3 && node.data.trim());
    if (!hasText || element.closest(":disabled, .gone, svg, option")) continue;
    const fill = element.closest(".read")?.querySelector(".fill");
    for (const behind of [ground(element), fill && getComputedStyle(fill).backgroundColor]) {
      if (!behind) continue;
      const [a, b] = [light(getComputedStyle(element).color), light(behind)];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < worst.ratio) worst = { ratio, text: element.textContent };
    }
  }
  return worst;
})()`;

describe("the page", { concurrency: true }, () => {
  let site: Site;
  before(async () => {
    site = await openSite();
  });
  after(() => site?.close());

  /**
   * Opens the page, with a clock that the test moves if it `isFake`; what it
   * complains of, and whom else it asks, is in `problems`.
   */
  async function open(
    options: Parameters<Site["browser"]["newPage"]>[0] = {},
    isFake = false,
  ): Promise<{ page: Page; problems: string[] }> {
    const page = await site.browser.newPage(options);
    const problems: string[] = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) {
        problems.push(message.text());
      }
    });
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(site.url) && !url.startsWith("data:")) {
        problems.push(`asked ${url}`);
      }
    });
    if (isFake) await page.clock.install({ time: 0 });
    await page.goto(site.url);
    // It stands still then, however long the test takes.
    if (isFake) await page.clock.pauseAt(60_000);
    return { page, problems };
  }

  /** Waits until an expression holds in the page. */
  async function until(page: Page, expression: string): Promise<void> {
    await page.waitForFunction(expression, undefined, { timeout: 50_000 });
  }

  const stat = (name: string) =>
    `Number(document.querySelector("[data-stat=${name}]").textContent)`;

  it("adds, reads, deletes, evicts and expires entries without an error", async () => {
    const { page, problems } = await open();
    await page.uncheck("#traffic");
    await page.fill("#ttl", "20");
    const bars = page.locator(".entry:not(.gone)");
    await page.click("#clear");
    await page.click("text=Set an entry");
    await until(page, `${stat("entries")} === 1`);
    assert.equal(await bars.count(), 1);

    // By keyboard, too.
    await bars.last().locator(".read").focus();
    await page.keyboard.press("Enter");
    await until(page, `${stat("hits")} >= 1`);
    await bars.last().locator(".drop").click();
    await page.locator("#log .deleted").first().waitFor();

    await page.selectOption("#room", "6");
    await page.click("#set-ten");
    await until(page, `${stat("evicted")} >= 4 && ${stat("entries")} === 6`);
    await page.selectOption("#eviction", "reject");
    await page.click("#set-ten");
    await page.locator("#log .refused").first().waitFor();
    assert.match(await page.textContent("#code") ?? "", /maxEntries: 6/);

    await page.fill("#ttl", "2");
    await until(page, `${stat("entries")} === 0 && ${stat("expired")} >= 6`);
    await until(page, `document.querySelectorAll(".entry").length === 0`);
    await page.locator("#log .expired").first().waitFor();
    assert.deepEqual(problems, []);
    await page.close();
  });

  it("slides", async () => {
    const { page, problems } = await open({}, true);
    await page.uncheck("#traffic");
    await page.check("#sliding");
    await page.fill("#ttl", "3");
    await page.click("#clear");
    await page.click("text=Set an entry");
    const read = page.locator(".entry:not(.gone) .read");
    for (let i = 0; i < 4; i++) {
      await page.clock.runFor(2000);
      await read.click();
    }
    await page.clock.runFor(2000);
    assert.equal(await page.textContent("[data-stat=entries]"), "1");
    await page.clock.runFor(1200);
    assert.equal(await page.textContent("[data-stat=entries]"), "0");
    assert.deepEqual(problems, []);
    await page.close();
  });

  it("expires many entries at once, in both stores", async () => {
    const { page, problems } = await open();
    // As many as do not hold up the other tests.
    await page.evaluate(
      `document.querySelector("#count").options[0].value = "20000"`,
    );
    await page.selectOption("#count", "20000");
    await page.click("text=Let them expire");
    await page.getByText(/^Done/).waitFor({ timeout: 60_000 });
    const figures = await page.locator(".lane dd").allTextContents();
    assert.equal(figures.length, 8);
    for (const figure of figures) assert.match(figure, /^\d/);
    assert.ok(await page.isEnabled("#rush button"));
    assert.deepEqual(problems, []);
    await page.close();
  });

  for (const width of [390, 1440]) {
    for (const colorScheme of ["light", "dark"] as const) {
      it(`can be read at ${width} pixels, ${colorScheme}`, async () => {
        const viewport = { width, height: 844 };
        const { page, problems } = await open({ viewport, colorScheme });
        const wide = await page.evaluate(
          "document.documentElement.scrollWidth",
        );
        assert.equal(wide, width);
        const worst = await page.evaluate(CONTRAST) as { ratio: number };
        assert.ok(worst.ratio >= 4.5, JSON.stringify(worst));
        assert.deepEqual(problems, []);
        await page.close();
      });
    }
  }

  it("names every control, and respects reduced motion", async () => {
    const { page, problems } = await open({ reducedMotion: "reduce" }, true);
    const nameless = await page.evaluate(
      `[...document.querySelectorAll("button, input, select")].filter((e) =>
        !e.getAttribute("aria-label") && !e.textContent.trim() && !e.labels?.length).length`,
    );
    assert.equal(nameless, 0);
    assert.equal(await page.isChecked("#traffic"), false);
    await page.clock.runFor(10_000);
    assert.equal(await page.textContent("[data-stat=entries]"), "0");
    assert.equal(await page.textContent("[data-stat=expired]"), "6");
    assert.deepEqual(problems, []);
    await page.close();
  });

  it("survives a hidden tab", async () => {
    const tabs = await startTabs();
    try {
      const tab = await tabs.open(site.url);
      while (
        await tab.evaluate(
          `location.href === "about:blank" || document.readyState !== "complete"`,
        )
      ) await sleep(50);
      await tab.evaluate(`complaints = [];
        addEventListener("error", (event) => complaints.push(event.message))`);
      const set = `document.querySelector("#ttl").value = "2";
        document.querySelector("#ttl").dispatchEvent(new Event("input"));
        document.querySelector("#traffic").checked = false;
        document.querySelector("#set-ten").click()`;
      await tab.evaluate(set);
      const other = await tabs.open("about:blank");
      await other.show();
      await sleep(3500);
      assert.equal(await tab.evaluate("document.visibilityState"), "hidden");
      await tab.show();
      await sleep(1500);
      assert.equal(await tab.evaluate("document.visibilityState"), "visible");
      assert.match(
        String(
          await tab.evaluate(`document.querySelector("#away").textContent`),
        ),
        /^You were away for \d+ s\. \d+ entries died meanwhile, on time\.$/,
      );
      assert.equal(await tab.evaluate(stat("entries")), 0);
      // And it goes on.
      const bars = `document.querySelectorAll(".entry:not(.gone)").length`;
      assert.equal(await tab.evaluate(`${set}; ${bars}`), 10);
      assert.deepEqual(await tab.evaluate("complaints"), []);
    } finally {
      await tabs.close();
    }
  });
});
