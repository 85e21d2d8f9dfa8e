import { InMemoryStorage } from "./mod.ts";
import process from "node:process";
import { readMark, recordLine, START } from "./src/_journal_line.ts";
import { turnToJson } from "./src/conversations/turn.ts";
const cpu = () => {
  const u = process.cpuUsage();
  return (u.user + u.system);
};
const storage = new InMemoryStorage();
const turn = {
  role: "user",
  content:
    "Hello there, this is a turn of about a hundred characters, so that it is like a real one. Yes it is.",
};
function time(name: string, n: number, run: (i: number) => unknown) {
  for (let i = 0; i < 3000; i++) run(i);
  const t = cpu();
  for (let i = 0; i < n; i++) run(i);
  console.log(name, ((cpu() - t) / n).toFixed(3), "us");
}
const json = turnToJson(turn);
const limits = { maxRecords: Infinity, maxBytes: 4194304 };
const text = '{"log":"conversation","data":{}}\n' +
  recordLine(json, START, limits).text.repeat(20);
storage.set("k", text);
storage.set("l", text.repeat(100), "PX", 3600000);
const tail = text.slice(-192);
for (let r = 0; r < 2; r++) {
  time("turnToJson", 50000, () => turnToJson(turn));
  time("recordLine", 50000, () => recordLine(json, START, limits));
  time("uuid", 50000, () => crypto.randomUUID());
  time("readMark", 50000, () => readMark(tail));
  time("getrange head", 50000, () => storage.getrange("k", 0, 28));
  time("getrange tail", 50000, () => storage.getrange("k", -192, -1));
  time("getrange tail long", 50000, () => storage.getrange("l", -192, -1));
  time("strlen", 50000, () => storage.strlen("k"));
  time("pexpire", 50000, () => storage.pexpire("l", 3600000));
  time("get", 50000, () => storage.get("k"));
  time("append", 20000, () => storage.append("l", "x".repeat(100)));
  time("set", 20000, () => storage.set("m", json, "PX", 3600000));
  time("batch", 20000, () =>
    storage.batch(() => {
      storage.append("l", "x");
    }));
}
storage.shutdown();
