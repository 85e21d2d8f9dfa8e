import { setStorageBackend } from "@mayfly/store";
import { connectStorage } from "@mayfly/store/connect";
import process from "node:process";

const storage = await connectStorage();
setStorageBackend(storage);

async function stop(): Promise<void> {
  // First whatever takes requests, then the storage.
  await storage.close();
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => stop().then(() => process.exit(0)));
}
await stop();
