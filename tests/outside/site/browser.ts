/** The page in a real headless Chromium. */
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { buildSite, serve } from "../../../docs/site/build.ts";
import { chromiumPath } from "../../tools/runtimes.js";

/** What keeps it from talking to anybody. */
export const QUIET = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update"],
  "--disable-sync",
];

/** The built page, served on loopback, and a browser with a profile of its own. */
export interface Site {
  browser: Browser;
  url: string;
  close(): Promise<void>;
}

/** Builds the page, serves it and starts the browser. */
export async function openSite(): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-site-"));
  await buildSite(folder);
  const server = await serve(folder);
  const { port } = server.address() as AddressInfo;
  function end(): void {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const options = {
    executablePath: chromiumPath(),
    headless: true,
    args: QUIET,
  };
  try {
    const browser = await chromium.launch(options);
    return {
      browser,
      url: `http://127.0.0.1:${port}/`,
      async close() {
        await browser.close();
        end();
      },
    };
  } catch (error) {
    // A server that listens would keep the process alive until the gate's time is over.
    end();
    throw error;
  }
}
