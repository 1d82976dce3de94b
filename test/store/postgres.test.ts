import { openPostgresStore } from "../../src/store/postgres.ts";
import { usePostgres } from "../support/postgres.ts";
import { describeWith, postgresProgram } from "../support/programs.ts";
import { storeContract } from "./store-contract.ts";

describeWith([postgresProgram], "Postgres", () => {
  const postgres = usePostgres();

  storeContract("Postgres", async (t) => {
    const address = await postgres().newDatabase();
    const open = async () => {
      const store = await openPostgresStore(address);
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
});
