import { createMemoryBus } from "../../src/bus/memory.ts";
import { busContract } from "./bus-contract.ts";

busContract("the memory of one node", async () => {
  const bus = createMemoryBus();
  return [bus, bus];
});
