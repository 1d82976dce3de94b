import { leaseMs } from "../../src/core/name-register.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { MemoryNames } from "../support/memory-names.ts";
import { nameRegisterContract } from "./name-register-contract.ts";

nameRegisterContract("in the memory of a test", async () => {
  const clock = new FakeClock();
  const register = new MemoryNames(clock);
  return {
    register,
    other: register,
    async silence(node) {
      if (node) register.silence(node);
      else clock.advance(leaseMs + 1);
    },
  };
});
