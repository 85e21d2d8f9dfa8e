import { SqliteStorage } from "@mayfly/store/sqlite";
import { Folder } from "../storage/sqlite/_support.ts";
import { describeBackend } from "./suite.ts";

describeBackend("SqliteStorage", {}, () => {
  const folder = new Folder();
  const backend = new SqliteStorage(folder.file());
  return {
    backend,
    close() {
      backend.close();
      folder[Symbol.dispose]();
    },
  };
});
