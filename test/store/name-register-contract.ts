import assert from "node:assert/strict";
import { randomFillSync } from "node:crypto";
import { describe, type TestContext, test } from "node:test";
import { type NodeId, newNodeId } from "../../src/core/hints.ts";
import { nameKeys } from "../../src/core/name-keys.ts";
import type { NameRegister } from "../../src/core/name-register.ts";
import type { UserId } from "../../src/protocol/ids.ts";
import { userId } from "../support/drafts.ts";

interface Opened {
  readonly register: NameRegister;
  /** The same one, as another node has it. */
  readonly other: NameRegister;
  /** Makes it as it is when a node, or all of them, have not been heard for too long. */
  silence(node?: NodeId): Promise<void>;
}

const [ann, bob] = [userId("ann"), userId("bob")];
const claims = (user: UserId, ...names: string[]) => names.flatMap(nameKeys).map((key) => ({ key, user }));
const keys = (...names: string[]) => new Set(names.flatMap(nameKeys));

/** What every register of names must do. */
export function nameRegisterContract(name: string, open: (t: TestContext) => Promise<Opened>): void {
  const twoNodes = async (t: TestContext) => {
    const opened = await open(t);
    const nodes = [newNodeId(randomFillSync), newNodeId(randomFillSync)] as const;
    for (const node of nodes) assert.equal(await opened.register.renew(node), false, "a node is new at first");
    return { ...opened, nodes };
  };

  describe(`the register of names, ${name}`, () => {
    test("[N6] a name is one user's, by every key, through whatever node, and free when let go", async (t) => {
      const {
        register,
        nodes: [here, there],
      } = await twoNodes(t);
      assert.deepEqual(await register.claim(here, claims(ann, "Оля", "Iνan")), keys("Оля", "Iνan"));
      assert.deepEqual(await register.claim(there, claims(bob, "Оля", "Iνan", "น้อย")), keys("น้อย"));
      assert.deepEqual(await register.taken(bob, [...keys("Оля", "น้อย", "Eve")]), keys("Оля"));
      assert.deepEqual(await register.taken(ann, [...keys("Оля")]), new Set());
      await register.release(here, claims(ann, "Оля", "Iνan"));
      assert.deepEqual(await register.claim(there, claims(bob, "Оля")), keys("Оля"));
    });

    test("[N6] somebody with lines to two nodes keeps their name until both let go", async (t) => {
      const {
        register,
        nodes: [here, there],
      } = await twoNodes(t);
      for (const node of [here, there, here]) assert.equal((await register.claim(node, claims(ann, "Ann"))).size, 1);
      await register.release(here, claims(ann, "Ann"));
      assert.equal((await register.claim(here, claims(bob, "Ann"))).size, 0);
      await register.release(there, claims(bob, "Ann"));
      assert.equal((await register.claim(here, claims(bob, "Ann"))).size, 0, "another's is not let go");
      await register.release(there, claims(ann, "Ann"));
      assert.equal((await register.claim(here, claims(bob, "Ann"))).size, 1);
    });

    test("[N6] what a node claimed goes with it, and what another has for the same user stays", async (t) => {
      const {
        register,
        silence,
        nodes: [here, there],
      } = await twoNodes(t);
      await register.claim(there, claims(ann, "Ann", "Анна"));
      await register.claim(here, claims(ann, "Анна"));
      await silence(there);
      assert.equal((await register.claim(here, claims(bob, "Ann"))).size, 0, "until a node that lives has noticed");
      assert.equal(await register.renew(here), true);
      assert.deepEqual(await register.claim(here, claims(bob, "Ann", "Анна")), keys("Ann"));
      assert.equal(await register.renew(there), false, "it is told that its claims are gone");
    });

    test("[N6] after an outage of the register itself nobody loses a name to who is back first", async (t) => {
      const {
        register,
        silence,
        nodes: [here, there],
      } = await twoNodes(t);
      await register.claim(there, claims(ann, "Ann"));
      await silence();
      assert.equal(await register.renew(here), true);
      assert.equal((await register.claim(here, claims(bob, "Ann"))).size, 0);
      assert.equal(await register.renew(there), true);
      assert.equal(await register.renew(here), true);
      assert.equal((await register.claim(here, claims(bob, "Ann"))).size, 0);
    });

    test("[N6] [K5] a node that ends leaves its claims for a while, and others take over those who come", async (t) => {
      const {
        register,
        silence,
        nodes: [here, there],
      } = await twoNodes(t);
      await register.claim(here, claims(ann, "Ann", "Анна"));
      await register.part(here);
      await register.renew(there);
      assert.equal((await register.claim(there, claims(bob, "Ann"))).size, 0);
      assert.equal((await register.claim(there, claims(ann, "Анна"))).size, 1);
      await silence(here);
      await register.renew(there);
      assert.deepEqual(await register.claim(there, claims(bob, "Ann", "Анна")), keys("Ann"));
    });

    test("[N6] of many who ask at once for the same names, through two nodes, one has each", async (t) => {
      const { register, other, nodes } = await twoNodes(t);
      const names = Array.from({ length: 40 }, (_, n) => `Гість ${n}`);
      const asked = Array.from({ length: 20 }, async (_, n) => {
        const wanted = n % 3 === 0 ? names.toReversed() : names;
        const all = claims(userId(n), ...wanted);
        return n % 2 === 0 ? register.claim(nodes[0], all) : other.claim(nodes[1], all);
      });
      const granted = (await Promise.all(asked)).flatMap((some) => [...some]);
      assert.equal(granted.length, keys(...names).size);
      assert.deepEqual(new Set(granted), keys(...names));
    });
  });
}
