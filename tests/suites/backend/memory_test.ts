import { InMemoryStorage } from "@mayfly/store";
import { describeBackend } from "./suite.ts";

describeBackend("InMemoryStorage", {}, () => {
  const backend = new InMemoryStorage();
  return { backend, close: () => backend.shutdown() };
});
