/** The runs, and what must be true after them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectStorage } from "../../../../src/connect/connect.ts";
import { Once, OnceUnknownError } from "../../../../src/leases/once.ts";
import { startProvider } from "../../../../examples/demo/identity_provider.ts";
import { runWorkers, type Story } from "./workers.ts";

/** What a run is given. */
export interface RunOptions {
  /** The backend; without it a file in the folder of the run. */
  url?: string | undefined;
  processes: number;
  /** How much of it there is. */
  size: number;
  /** How often a process is killed or frozen, in ms on average. */
  harm: number;
  /** How long a lease lasts, in ms. */
  lease: number;
  timeout: number;
}

async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-leases-"));
  try {
    return await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Longer than a lease lasts. */
function freezeOf({ lease }: RunOptions): number {
  return 1.5 * lease;
}

/** What workers said of a word, as a set. */
function said({ lines }: Story, word: string): Set<string> {
  return new Set(
    lines.filter((line) => line[1] === word).map(([, , it]) => it!),
  );
}

/** What came of a run of effects. */
export interface Effects {
  killed: number;
  /** Keys whose effect was done. */
  done: number;
  /** Keys whose effect was done more than once. */
  twice: string[];
  /** Keys that nobody knows of. */
  unknown: string[];
  /** Of these, those at which no killed process was. */
  unexplained: string[];
  /** Keys that were answered in more than one way. */
  contradicted: string[];
}

/** Every process runs the effects of all keys. */
export function runEffects(options: RunOptions): Promise<Effects> {
  return inFolder(async (folder) => {
    const path = join(folder, "effects");
    const url = options.url ?? `file:${join(folder, "state.db")}`;
    const { size, lease, harm, processes, timeout } = options;
    writeFileSync(path, "");
    const story = await runWorkers({
      ...{ processes, harm, timeout, freeze: 0 },
      args: ["effects", url, String(lease), String(size), path],
      isDone: ({ lines }) =>
        lines.filter(([, word]) => word === "done").length >= processes,
    });
    const counts = new Map<string, number>();
    for (const key of readFileSync(path, "utf8").split("\n")) {
      if (key !== "") counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    await using storage = await connectStorage(url);
    const once = new Once<string>("effects", { storage, lease });
    const unknown: string[] = [];
    const contradicted: string[] = [];
    for (let i = 0; i < size; i++) {
      const key = String(i);
      const answers = new Set(
        story.lines.filter(([, word, it]) => word === "answered" && it === key)
          .map(([, , , answer]) => answer),
      );
      try {
        answers.add((await once.run(key, () => "late")).replaceAll(" ", "_"));
      } catch (error) {
        if (!(error instanceof OnceUnknownError)) throw error;
        unknown.push(key);
      }
      if (answers.size !== (unknown.at(-1) === key ? 0 : 1)) {
        contradicted.push(key);
      }
    }
    // Where each killed process was.
    const left = new Set<string>();
    for (const worker of story.killed) {
      const last = story.lines.findLast(([number]) => number === worker);
      if (last?.[1] === "tries") left.add(last[2]!);
    }
    return {
      killed: story.killed.size,
      done: counts.size,
      twice: [...counts].filter(([, count]) => count > 1).map(([key]) => key),
      unknown,
      unexplained: unknown.filter((key) => !left.has(key)),
      contradicted,
    };
  });
}

/** What came of a run of fences. */
export interface Fences {
  killed: number;
  frozen: number;
  /** Acquisitions whose holder still had the lease after it had written. */
  held: number;
  /** Acquisitions whose holder had lost the lease by then. */
  lost: number;
  /** Of those that were held: fences that are not above all before them. */
  disorder: string[];
}

/** Every process acquires leases and writes their fences. */
export function runFences(options: RunOptions): Promise<Fences> {
  return inFolder(async (folder) => {
    const path = join(folder, "fences");
    const url = options.url ?? `file:${join(folder, "state.db")}`;
    const { size, lease, harm, processes, timeout } = options;
    writeFileSync(path, "");
    let [seen, count] = [0, 0];
    const story = await runWorkers({
      ...{ processes, harm, timeout, freeze: freezeOf(options) },
      args: ["fences", url, String(lease), "32", path],
      isDone({ lines }) {
        for (; seen < lines.length; seen++) {
          if (lines[seen]![1] === "held") count++;
        }
        return count >= size;
      },
    });
    const held = new Set(
      story.lines.filter(([, word]) => word === "held")
        .map(([, , key, fence]) => `${key} ${fence}`),
    );
    const highest = new Map<string, number>();
    const disorder: string[] = [];
    for (const line of readFileSync(path, "utf8").split("\n")) {
      const [key, fence] = line.split(" ");
      if (!held.has(`${key} ${fence}`)) continue;
      if (Number(fence) <= (highest.get(key!) ?? 0)) disorder.push(line);
      highest.set(key!, Number(fence));
    }
    return {
      killed: story.killed.size,
      frozen: story.frozen.size,
      held: held.size,
      lost: said(story, "lost").size,
      disorder,
    };
  });
}

/** What came of a run of tokens. */
export interface TokenRun {
  killed: number;
  frozen: number;
  /** Access tokens that expired and were replaced. */
  refreshed: number;
  /** Families that the provider revoked, because a refresh token came twice. */
  revoked: number;
  /** How often the user had to log in again. */
  logins: number;
  /** Refreshes of which nobody knows whether they were done. */
  unknown: number;
  /** Of these, those which no process that was killed or frozen had begun. */
  unexplained: string[];
}

/** Every process wants a token that expires all the time. */
export function runTokens(
  options: RunOptions & { way: string },
): Promise<TokenRun> {
  return inFolder(async (folder) => {
    const { size, lease, harm, processes, timeout, way } = options;
    const url = options.url ?? `file:${join(folder, "state.db")}`;
    const path = join(folder, "token.json");
    const provider = await startProvider();
    try {
      const first = await (await fetch(`${provider.url}/login`)).json();
      const kept = { ...first, serial: 1, expiresAt: 0 };
      writeFileSync(path, JSON.stringify(kept));
      const story = await runWorkers({
        ...{ processes, harm, timeout, freeze: freezeOf(options) },
        args: ["tokens", url, String(lease), way, provider.url, path],
        isDone: () => provider.refreshed >= size,
      });
      const unknown = said(story, "unknown");
      const unexplained = [...unknown].filter((serial) => {
        const asked = story.lines.findLast(([, word, it]) =>
          word === "asks" && it === serial
        );
        // Killed or frozen before it could say so: then nobody asked.
        if (asked === undefined) return false;
        return !story.killed.has(asked[0]) && !story.frozen.has(asked[0]);
      });
      const { refreshed, revoked, logins } = provider;
      return {
        killed: story.killed.size,
        frozen: story.frozen.size,
        ...{ refreshed, revoked, logins: logins - 1 },
        ...{ unknown: unknown.size, unexplained },
      };
    } finally {
      await provider.close();
    }
  });
}
