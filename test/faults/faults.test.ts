import assert from "node:assert/strict";
import { test } from "node:test";
import { asLines, inject } from "./report.ts";
import { scenarios } from "./scenarios/index.ts";
import { OwnScope } from "./scope.ts";

// The short form of `npm run faults`: each fault a few times, with everything that must hold.
for (const scenario of scenarios.filter(({ rounds }) => rounds.short > 0)) {
  const times = scenario.rounds.short;
  test(`${scenario.rules} hold after: ${scenario.fault}, ${times} times`, async (t) => {
    await using scope = new OwnScope();
    const result = await inject(scenario, () => scenario.run(times, scope));
    t.diagnostic(asLines(result));
    if ("skipped" in result.outcome) return t.skip(`NOT RUN: ${result.outcome.skipped}`);
    assert.deepEqual(result.outcome.violations, []);
  });
}
