/** Runs programs with a time limit, and keeps what they print. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import process from "node:process";

/** How a program ended. */
export interface Ended {
  code: number | null;
  output: string;
  timedOut: boolean;
}

const running = new Set<ChildProcess>();

/** Ends a program and what it started. */
function kill(child: ChildProcess): void {
  if (child.pid === undefined) return;
  if (process.platform === "win32") {
    spawnSync("taskkill", ["/pid", String(child.pid), "/t", "/f"]);
    return;
  }
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    running.forEach(kill);
    process.exit(130);
  });
}

/** Runs a program to its end, or for `seconds`. */
export function run(
  command: string,
  args: string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; seconds: number },
): Promise<Ended> {
  const { cwd, env, seconds } = options;
  return new Promise((resolve) => {
    // A group of its own, so that ending it ends what it started as well.
    const child = spawn(command, args, {
      cwd,
      env,
      detached: process.platform !== "win32",
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.add(child);
    let output = "";
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      kill(child);
    }, seconds * 1000);
    const end = (code: number | null) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ code, output, timedOut });
    };
    child.stdout.setEncoding("utf8").on("data", (text) => output += text);
    child.stderr.setEncoding("utf8").on("data", (text) => output += text);
    child.on("error", (error) => {
      output += `${error.message}\n`;
      end(null);
    });
    child.on("close", end);
  });
}
