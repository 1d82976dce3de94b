import type { Metrics } from "../../src/core/ports.ts";

/** For tests to which it does not matter what is counted. */
export const uncounted: Metrics = {
  received() {},
  delivered() {},
  committed() {},
  commitFailed() {},
  refused() {},
  closed() {},
};
