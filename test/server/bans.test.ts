import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSubnet } from "../../src/server/bans.ts";

test("[D8] an address or a subnet is read however it is written, an IPv6 one down to its /64", () => {
  const forms: Readonly<Record<string, string>> = {
    "203.0.113.7": "203.0.113.7",
    "203.0.113.7/32": "203.0.113.7",
    "203.0.113.7/24": "203.0.113.0/24",
    "::ffff:203.0.113.7": "203.0.113.7",
    "::ffff:203.0.113.7/120": "203.0.113.0/24",
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
  for (const text of [...others, "1.2.3.4/8/8", "::ffff:1.2.3.4/90"]) assert.equal(parseSubnet(text), undefined, text);
});
