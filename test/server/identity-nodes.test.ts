import assert from "node:assert/strict";
import { test } from "node:test";
import { nats as natsProgram, postgres as postgresProgram } from "../../scripts/servers.mjs";
import { ban, bans } from "../../src/server/ban.ts";
import { RawClient } from "../support/client.ts";
import { useNats } from "../support/nats.ts";
import { usePostgres } from "../support/postgres.ts";
import { describeWith } from "../support/programs.ts";
import { startTestServer } from "../support/server.ts";

describeWith([postgresProgram, natsProgram], "names and sessions, on one Postgres and one NATS", () => {
  const postgres = usePostgres();
  const nats = useNats();

  test("[I2] [I3] a claim and a session's end hold on every node, and after all were started anew", async (t) => {
    const store = await postgres().newDatabase();
    const config = { store, bus: nats().address };
    const [here, there] = await Promise.all([startTestServer(t, config), startTestServer(t, config)]);
    const owner = await RawClient.join(t, here.url, { name: "Зоя" });
    owner.send({ type: "claim", passphrase: "коти люблять молоко" });
    const { user, token, claimed } = await owner.next("welcome");
    assert.equal(claimed, "Зоя");
    const tab = await RawClient.join(t, there.url, { token });
    let { welcome } = tab;
    assert.deepEqual(welcome.user, user);
    // The other node hears of it, and then asks the store.
    while (welcome.claimed === undefined) {
      tab.send({ type: "hello" });
      welcome = await tab.next("welcome");
    }
    const phone = await RawClient.connect(t, there.url);
    phone.send({ type: "login", name: "зоя", passphrase: "коти люблять молоко" });
    const signedIn = await phone.next("welcome");
    assert.deepEqual(signedIn.user, user);
    owner.send({ type: "end_session", session: "others" });
    assert.equal(await phone.closed, 4003);
    assert.equal((await owner.next("sessions")).sessions.length, 1);
    await Promise.all([here.stop(), there.stop()]);

    const again = await startTestServer(t, config);
    const late = await RawClient.connect(t, again.url);
    late.send({ type: "hello", token: signedIn.token });
    assert.equal((await late.next("error")).code, "session_ended");
    const guest = await RawClient.connect(t, again.url);
    guest.send({ type: "join", name: "ЗОЯ" });
    assert.equal((await guest.next("error")).code, "name_taken");
    const back = await RawClient.join(t, again.url, { token });
    assert.deepEqual(back.welcome.user, user);
  });

  test("[D8] [N7] who is banned by a command is sent away by every node, and a banned address by each", async (t) => {
    const store = await postgres().newDatabase();
    const config = { store, bus: nats().address, trustProxies: ["loopback"] };
    const [here, there] = await Promise.all([startTestServer(t, config), startTestServer(t, config)]);
    const ann = await RawClient.join(t, here.url, { name: "Оля" });
    ann.send({ type: "message", room: "general", id: "said-once-by-olia", text: "ку-ку" });
    await ann.next("ack");
    const tab = await RawClient.join(t, there.url, { token: ann.welcome.token });
    const from = { headers: { "x-forwarded-for": "203.0.113.7" } };
    const strangers = await Promise.all([here, there].map(({ url }) => RawClient.connect(t, url, from)));
    await Promise.all(["Оля", "203.0.113.0/24"].map((who) => ban(who, { data: "", store })));
    const codes = await Promise.all([ann, tab, ...strangers].map(({ closed }) => closed));
    assert.deepEqual(codes, [4003, 4003, 4003, 4003]);
    for (const { url } of [here, there]) assert.equal((await fetch(`${url}/rooms`, from)).status, 403);
    assert.deepEqual((await bans({ data: "", store })).map(({ name }) => name).toSorted(), ["", "Оля"]);
  });
});
