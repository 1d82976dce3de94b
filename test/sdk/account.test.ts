import assert from "node:assert/strict";
import { test } from "node:test";
import { ban } from "../../src/server/ban.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";
import { become, connectWithoutDelay, next } from "./support/set-time.ts";

const passphrase = "коти люблять молоко";

test("[I2] a client claims its name, and another one goes on as its owner, in the rooms it is in", async (t) => {
  const { url } = await startTestServer(t);
  const ann = connectWithoutDelay(t, url, { name: "Зоя" });
  await next(ann, "welcome");
  const told = next(ann, "welcome");
  await (await ann.account()).claim("Зоя", passphrase);
  assert.equal((await told).claimed, "Зоя");

  const phone = connectWithoutDelay(t, url, { name: "guest" });
  const room = phone.join("кухня");
  await next(room, "reset");
  const reader = await RawClient.join(t, url, { room: "кухня" });
  const account = await phone.account();
  await assert.rejects(account.login("Зоя", "не та фраза"), { name: "ChatRefusal", code: "wrong_passphrase" });
  assert.equal(phone.user?.name, "guest");
  await assert.rejects(account.unclaim(passphrase), { code: "not_claimed" });
  const welcomed = next(phone, "welcome");
  await account.login("Зоя", passphrase);
  assert.deepEqual((await welcomed).user, ann.user);
  await room.settled(room.send("я вдома"));
  const { user } = await reader.next("message");
  assert.deepEqual(user, ann.user, "the same author as before");
});

test("[I3] a client lists the sessions of its person and ends them; the ended one is closed for good", async (t) => {
  const { url } = await startTestServer(t);
  const ann = connectWithoutDelay(t, url, { name: "Зоя" });
  await next(ann, "welcome");
  const account = await ann.account();
  await account.claim("Зоя", passphrase);
  const phone = connectWithoutDelay(t, url);
  const { token } = await next(phone, "welcome").then(async () => {
    const welcomed = next(phone, "welcome");
    await (await phone.account()).login("Зоя", passphrase);
    return welcomed;
  });
  const sessions = await account.sessions();
  assert.deepEqual(
    sessions.map(({ agent, current }) => [agent, current]),
    [
      ["Node.js", true],
      ["Node.js", false],
    ],
  );
  const closed = become(phone, "closed");
  const left = await account.endSession("others");
  assert.deepEqual(
    left.map(({ id }) => id),
    [sessions[0]?.id],
  );
  await closed;
  assert.deepEqual(phone.state, { at: "closed", code: 4003 });
  const late = connectWithoutDelay(t, url, { token });
  const error = await next(late, "error");
  assert.equal(error.code, "session_ended");
  assert.equal(late.state.at, "closed", "it does not come back by itself as somebody else");
  await assert.rejects(account.endSession("s_00000000000000000000"), { code: "no_such_session" });
});

test("[D8] who logs in as somebody banned is told so", async (t) => {
  const { url, data } = await startTestServer(t);
  const zoya = connectWithoutDelay(t, url, { name: "Зоя" });
  const { user } = await next(zoya, "welcome");
  await (await zoya.account()).claim("Зоя", passphrase);
  const guest = connectWithoutDelay(t, url);
  await next(guest, "welcome");
  const sentAway = become(zoya, "closed");
  await ban(user.id, { data, store: undefined });
  await sentAway;
  await assert.rejects((await guest.account()).login("Зоя", passphrase), { name: "ChatRefusal", code: "banned" });
});
