/**
 * A browser over its own protocol alone. Playwright makes every page believe that
 * it is in front; here a tab can be hidden.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromiumPath } from "../../tools/runtimes.js";
import { QUIET } from "./browser.ts";

type Reply = Record<string, unknown>;

/** A tab. */
export interface Tab {
  /** Brings it to the front, and hides the one that was there. */
  show(): Promise<void>;
  /** The value of an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
}

/** A browser with tabs. */
export interface Tabs {
  open(url: string): Promise<Tab>;
  close(): Promise<void>;
}

/** Starts a browser with a profile of its own. */
export async function startTabs(): Promise<Tabs> {
  const profile = mkdtempSync(join(tmpdir(), "mayfly-chromium-"));
  const browser = spawn(chromiumPath()!, [
    ...["--headless", "--remote-debugging-port=0", ...QUIET],
    `--user-data-dir=${profile}`,
  ], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise((resolve) => browser.on("close", resolve));
  const address = await new Promise<string>((resolve, reject) => {
    let text = "";
    browser.on("error", reject);
    browser.on("close", () => reject(new Error(`Chromium ended: ${text}`)));
    browser.stderr.setEncoding("utf8").on("data", (part) => {
      text += part;
      const found = /ws:\/\/\S+/.exec(text);
      if (found) resolve(found[0]);
    });
  });
  const socket = new WebSocket(address);
  const waiting = new Map<number, (reply: Reply) => void>();
  socket.addEventListener("message", ({ data }) => {
    const { id, result, error } = JSON.parse(data);
    waiting.get(id)?.(result ?? { error });
    waiting.delete(id);
  });
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  let last = 0;
  const send = (method: string, params: Reply, sessionId?: unknown) =>
    new Promise<Reply>((resolve) => {
      waiting.set(++last, resolve);
      socket.send(JSON.stringify({ id: last, method, params, sessionId }));
    });
  return {
    async open(url) {
      const { targetId } = await send("Target.createTarget", { url });
      const attach = { targetId, flatten: true };
      const { sessionId } = await send("Target.attachToTarget", attach);
      return {
        async show() {
          await send("Target.activateTarget", { targetId });
        },
        async evaluate(expression) {
          const call = { expression, awaitPromise: true, returnByValue: true };
          const { result, exceptionDetails } = await send(
            "Runtime.evaluate",
            call,
            sessionId,
          );
          if (exceptionDetails) {
            throw new Error(JSON.stringify(exceptionDetails));
          }
          return (result as Reply).value;
        },
      };
    },
    async close() {
      socket.close();
      browser.kill();
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
