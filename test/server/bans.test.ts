import assert from "node:assert/strict";
import { test } from "node:test";
import { ban, bans, unban } from "../../src/server/ban.ts";
import { parseSubnet } from "../../src/server/banned-addresses.ts";
import { startTestServer } from "../support/server.ts";

test("[D8] an address or a subnet is read however it is written, an IPv6 one down to its /64", () => {
  const forms: Readonly<Record<string, string>> = {
    "203.0.113.7": "203.0.113.7",
    "203.0.113.7/32": "203.0.113.7",
    "203.0.113.7/24": "203.0.113.0/24",
    "::ffff:203.0.113.7": "203.0.113.7",
    "2001:DB8::7": "2001:db8::/64",
    "2001:db8:0:1:2:3:4:5/96": "2001:db8:0:1::/64",
    "2001:db8:ffff::/33": "2001:db8:8000::/33",
    "::1": "::/64",
    "fe80::1%eth0": "fe80::/64",
  };
  for (const [text, subnet] of Object.entries(forms)) assert.equal(parseSubnet(text), subnet, text);
});

test("[D8] what is no address or subnet, and what would be everybody, is not read as one", () => {
  const others = [
    "Ann",
    "",
    "1",
    "0x7f.1",
    "203.0.113",
    "203.0.113.7/33",
    "203.0.113.7/0",
    "::/0",
    "::/129",
    "1.2.3.4/a",
  ];
  for (const text of [...others, "1.2.3.4/8/8", "::ffff:1.2.3.4/120"]) assert.equal(parseSubnet(text), undefined, text);
});

test("[D8] a name means who spoke under it last: another of that name is banned by themselves, and let in by their id", async (t) => {
  const { url, data } = await startTestServer(t);
  const place = { data, store: undefined };
  const messages = `${url}/rooms/general/messages`;
  const speak = async () => {
    const headers = { "content-type": "application/json" };
    await fetch(messages, { method: "POST", headers, body: JSON.stringify({ name: "Ева", text: "купи!" }) });
    const page = (await (await fetch(messages)).json()) as { messages: readonly { user: { id: string } }[] };
    return page.messages.at(-1)?.user.id;
  };
  const first = await speak();
  const banned = await ban("Ева", place);
  assert.equal(banned.who, first);
  assert.deepEqual(await ban("Ева", place), banned, "once more is harmless");
  const second = await speak();
  assert.equal((await ban("Ева", place)).who, second);
  await assert.rejects(unban("Ева", place), { name: "CommandRefused", message: /Several people called Ева/ });
  assert.equal((await unban(second ?? "", place)).name, "Ева");
  assert.equal((await unban("Ева", place)).who, first);
  assert.deepEqual(await bans(place), []);
  await assert.rejects(unban("Ева", place), { message: /Ева is not banned\. `parlance bans` tells who is\./ });
});
