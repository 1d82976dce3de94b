import assert from "node:assert/strict";
import { test } from "node:test";
import { connectWithoutDelay, next } from "../sdk/support/set-time.ts";
import { RawClient } from "../support/client.ts";
import { startProxy } from "../support/proxy.ts";
import { startTestServer } from "../support/server.ts";

const thai = /[\u0e00-\u0e7f]/;

for (const over of ["websocket", "events"] as const) {
  test(`over ${over}, the server's words follow a change of language, and history is read back and forth`, async (t) => {
    const { url } = await startTestServer(t);
    const address = over === "websocket" ? url : (await startProxy(t, url, { upgrades: "refused" })).url;
    const bob = await RawClient.join(t, url, { name: "Bob" });
    for (let number = 1; number <= 8; number++) await bob.say(`${number}`);

    const client = connectWithoutDelay(t, address, { name: "Оля", lang: "en" });
    const room = client.join("general");
    await next(room, "reset");
    assert.deepEqual(client.state, { at: "open", over });
    const welcomed = next(client, "welcome");
    client.setLanguage("th");
    assert.equal((await welcomed).user.name, "Оля");
    client.rename("Bob");
    const { code, message, suggestion } = await next(client, "error");
    assert.deepEqual([code, suggestion], ["name_taken", "Bob2"]);
    assert.match(message, thai);

    const newer = await room.history({ after: 2, limit: 3 });
    assert.deepEqual([newer.messages.map(({ seq }) => seq), newer.more], [[3, 4, 5], true]);
    const older = await room.history({ before: 4 });
    assert.deepEqual([older.messages.map(({ seq }) => seq), older.more], [[1, 2, 3], false]);
  });
}
