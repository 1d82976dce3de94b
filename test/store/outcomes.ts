import assert from "node:assert/strict";
import type { Appended, StoredEvent } from "../../src/core/ports.ts";
import type { Epoch } from "../../src/protocol/ids.ts";

export function stored(outcome: Appended | undefined): StoredEvent & { readonly dup: boolean; readonly epoch: Epoch } {
  assert.ok(outcome?.ok, `stored, and not ${JSON.stringify(outcome)}`);
  return { ...outcome.value.event, dup: outcome.value.dup, epoch: outcome.value.epoch };
}

export const refusal = (outcome: Appended | undefined) => (outcome?.ok === false ? outcome.error.code : undefined);
