import { join } from "node:path";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { temporaryFolder } from "../support/server.ts";
import { storeContract } from "./store-contract.ts";

storeContract("SQLite", async (t) => {
  const file = join(temporaryFolder(t), "parlance.db");
  const open = async () => {
    const store = await openSqliteStore(file);
    t.after(() => store.close());
    return store;
  };
  const store = await open();
  return {
    store,
    async reopen() {
      await store.close();
      return open();
    },
  };
});
