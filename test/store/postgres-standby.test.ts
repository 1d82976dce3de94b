import assert from "node:assert/strict";
import { test } from "node:test";
import { postgres as postgresProgram } from "../../scripts/servers.mjs";
import type { Ban } from "../../src/core/account-store.ts";
import { Accounts } from "../../src/core/accounts.ts";
import { StoreError } from "../../src/core/ports.ts";
import type { SessionId, UserId } from "../../src/protocol/ids.ts";
import { draft, roomName, userId } from "../support/drafts.ts";
import { openStore, usePostgres } from "../support/postgres.ts";
import { describeWith } from "../support/programs.ts";
import { stored } from "./outcomes.ts";

const general = roomName("general");
const sessionId = (name: string) => name as SessionId;

// A Postgres of their own: its whole folder is copied, and with the databases of many tests that took half a minute.
describeWith([postgresProgram], "a standby of Postgres", () => {
  const postgres = usePostgres();

  test("[N4] [L4] a standby that lacks the last commits takes over with a new epoch for every room", async (t) => {
    const address = await postgres().newDatabase();
    const [here, there] = [await openStore(t, address), await openStore(t, address)];
    const before = stored((await here.append([draft(1)]))[0]).epoch;
    await postgres().stop();
    postgres().keepCopy();
    await postgres().start();
    assert.equal(stored((await here.append([draft(2)]))[0]).epoch, before, "a restart alone is nothing new");
    await postgres().failOverToCopy();
    const [outcome] = await reached(() => here.append([draft(3)]));
    const after = stored(outcome);
    assert.equal(after.seq, 2, "the tail is lost");
    assert.notEqual(after.epoch, before);
    assert.deepEqual(await reached(() => there.findRoom(general)), { epoch: after.epoch, head: 2 });
  });

  test("[N4] [D8] [I3] a standby that lacks the last bans and ended sessions is believed, also where their versions are given out anew", async (t) => {
    const address = await postgres().newDatabase();
    const [here, there] = [await openStore(t, address), await openStore(t, address)];
    await here.openRoom(general);
    const [ann, bob, eve] = ["ann", "bob", "eve"].map(userId);
    assert.ok(ann && bob && eve);
    const ban = (who: UserId) => ({ who, name: "Оля", since: 1_000 });
    await there.accounts.writeBan(ban(eve));
    await postgres().stop();
    postgres().keepCopy();
    await postgres().start();
    await reached(() => there.accounts.writeBan(ban(ann)));
    await there.accounts.endSessions(ann, [sessionId("lost")], 1_000);
    const accounts = new Accounts(here.accounts);
    const told: Ban[] = [];
    accounts.subscribe(({ bans }) => told.push(...bans));
    await reached(() => accounts.refresh());
    assert.deepEqual([accounts.isBanned(ann), accounts.isEnded(sessionId("lost"))], [true, true]);
    await postgres().failOverToCopy();
    await reached(() => there.accounts.writeBan(ban(bob)));
    await there.accounts.endSessions(bob, [sessionId("new")], 1_000);
    told.length = 0;
    await reached(() => accounts.refresh());
    assert.deepEqual(
      [ann, bob, eve].map((who) => accounts.isBanned(who)),
      [false, true, true],
    );
    assert.deepEqual(
      ["lost", "new"].map((id) => accounts.isEnded(sessionId(id))),
      [false, true],
    );
    assert.deepEqual(
      told.find(({ who }) => who === ann),
      { ...ban(ann), since: null },
    );
  });
});

/** What a store answers once it can; until then it refuses. */
async function reached<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      assert.ok(error instanceof StoreError && !error.fatal);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
