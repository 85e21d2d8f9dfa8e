/** Makes the backend, which reads the environment, and prints what it logs. */
import { getStorageBackend, type Logger } from "@mayfly/store";

const lines: [level: string, line: string][] = [];
const logger: Logger = {
  debug: (line) => lines.push(["debug", line]),
  info: (line) => lines.push(["info", line]),
  warn: (line) => lines.push(["warn", line]),
  error: (line) => lines.push(["error", line]),
};
getStorageBackend({ logger });
console.log(JSON.stringify(lines));
