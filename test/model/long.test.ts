import { describe, test } from "node:test";
import fc from "fast-check";
import { temporaryFolder } from "../support/server.ts";
import { commands } from "./commands.ts";
import { Model } from "./model.ts";
import { System } from "./system.ts";

// Past the time it stops looking for a shorter way to a failure, and prints the one it has.
const runs = { numRuns: 500, interruptAfterTimeLimit: 900_000 };

describe("the core over its store, held against a plain model", () => {
  test("[L1] [L2] [L4] [S1] [S2] [R1] [R2] [R4] [R5] [E1] [E2] [E3] whatever clients and the server go through, no message is lost, repeated or out of order, and each reads as it was changed", async (t) => {
    await using system = await System.start(temporaryFolder(t));
    let models = 0;
    const property = fc.asyncProperty(commands, async (sequence) => {
      const model = new Model(++models);
      try {
        await fc.asyncModelRun(() => ({ model, real: system }), sequence);
        model.leaveAll();
        await system.settle();
      } catch (error) {
        // Nothing of it may be left for the next.
        await system.crash(0);
        throw error;
      }
    });
    await fc.assert(property, runs);
  });
});
