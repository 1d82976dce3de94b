import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { NodeId } from "../../src/core/hints.ts";
import { NameClaims } from "../../src/core/name-claims.ts";
import type { NameKey } from "../../src/core/name-keys.ts";
import { renewMs } from "../../src/core/name-register.ts";
import { StoreError } from "../../src/core/ports.ts";
import type { UserId } from "../../src/protocol/ids.ts";
import { userId } from "../support/drafts.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { MemoryNames } from "../support/memory-names.ts";

const here = "here" as NodeId;
const turn = () => new Promise((resolve) => setImmediate(resolve));
const away = () => Promise.reject(new StoreError("Postgres: away", { fatal: false }));
const answers = async () => {};
const keyOf = (number: number) => `їжак ${number}` as NameKey;

/** A register whose renewals and claims may be carried out without an answer. */
class LosingNames extends MemoryNames {
  losesAnswer = false;

  override async claim(...asked: Parameters<MemoryNames["claim"]>): Promise<ReadonlySet<NameKey>> {
    const granted = await super.claim(...asked);
    return this.losesAnswer ? away() : granted;
  }

  override async renew(node: NodeId): Promise<boolean> {
    const known = await super.renew(node);
    return this.losesAnswer ? away() : known;
  }
}

async function start() {
  const clock = new FakeClock();
  const names = new LosingNames(clock);
  const inUse = new Map<NameKey, UserId>();
  const lost: UserId[] = [];
  const claims = new NameClaims({ register: names, node: here, clock, inUse, onLost: (id) => void lost.push(id) });
  await turn();
  return { clock, names, inUse, lost, claims };
}

describe("the claims of one node", () => {
  test("[N6] hundreds who left while the store was away, and are back with it, keep their names", async () => {
    const { names, inUse, claims } = await start();
    const people = Array.from({ length: 1_200 }, (_, number) => ({ key: keyOf(number), id: userId(number) }));
    const claimAll = (all: typeof people) =>
      Promise.all(
        all.map(({ key, id }) => {
          inUse.set(key, id);
          return claims.claim(id, [key]);
        }),
      );
    assert.ok((await claimAll(people)).every((verdict) => verdict === "granted"));
    names.step = away;
    for (const { key, id } of people) {
      inUse.delete(key);
      claims.release(id, [key]);
    }
    await turn();
    names.step = answers;
    assert.ok((await claimAll(people.toReversed())).every((verdict) => verdict === "granted"));
    await turn();
    const taken = await names.taken(
      userId("another"),
      people.map(({ key }) => key),
    );
    assert.equal(taken.size, people.length, "nothing is let go late");
    await claims.close();
  });

  test("[N6] after a renewal that nobody heard the answer of all is claimed anew, and who lost their name is told", async () => {
    const { clock, names, inUse, lost, claims } = await start();
    const [ann, bob] = [userId("ann"), userId("bob")];
    for (const [number, id] of [ann, bob].entries()) {
      inUse.set(keyOf(number), id);
      assert.equal(await claims.claim(id, [keyOf(number)]), "granted");
    }
    // Cut off for so long that another node forgot this one, and gave a name of its to somebody else.
    names.forget(here);
    const there = "there" as NodeId;
    await names.renew(there);
    await names.claim(there, [{ key: keyOf(0), user: userId("another") }]);
    names.losesAnswer = true;
    clock.advance(renewMs);
    await turn();
    names.losesAnswer = false;
    clock.advance(renewMs);
    await turn();
    await turn();
    assert.deepEqual(lost, [ann]);
    assert.equal((await names.taken(userId("somebody"), [keyOf(1)])).size, 1);
    await claims.close();
  });

  for (const leaves of ["while it is asked for", "after that"]) {
    test(`[N6] a claim that nobody heard the answer of is let go of, when who asked leaves ${leaves}`, async () => {
      const { clock, names, inUse, claims } = await start();
      const ann = userId("ann");
      const leave = () => {
        inUse.delete(keyOf(0));
        claims.release(ann, [keyOf(0)]);
      };
      inUse.set(keyOf(0), ann);
      names.losesAnswer = true;
      const verdict = claims.claim(ann, [keyOf(0)]);
      if (leaves === "while it is asked for") leave();
      assert.equal(await verdict, "unknown");
      names.losesAnswer = false;
      if (leaves === "after that") leave();
      clock.advance(renewMs);
      await turn();
      await turn();
      assert.equal((await names.taken(userId("bob"), [keyOf(0)])).size, 0);
      await claims.close();
    });
  }
});
