import { MemoryStore, newMemory } from "../support/memory-store.ts";
import { storeContract } from "./store-contract.ts";

storeContract("the tests' own store in memory", async () => {
  const memory = newMemory();
  const store = new MemoryStore(memory);
  return {
    store,
    async reopen() {
      await store.close();
      return new MemoryStore(memory);
    },
  };
});
