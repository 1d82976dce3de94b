import assert from "node:assert/strict";
import { test } from "node:test";
import { type Config, type FlagValues, readConfig } from "../../src/ops/config.ts";
import { settingKeys, settings } from "../../src/ops/settings.ts";
import { defaultLimits } from "../../src/protocol/limits.ts";

function configured(flags: FlagValues, environment: Record<string, string> = {}): Config {
  const config = readConfig(flags, environment);
  assert.ok(config.ok, config.ok ? "" : config.message);
  return config.value;
}

function complaint(flags: FlagValues, environment: Record<string, string> = {}): string {
  const config = readConfig(flags, environment);
  assert.ok(!config.ok);
  return config.message;
}

test("Nothing given, everything has its default.", () => {
  assert.deepEqual(configured({}), {
    ports: [8765],
    tcpPort: 12345,
    tcpEchoPort: 12346,
    hosts: ["127.0.0.1", "::1"],
    data: "./data",
    store: undefined,
    bus: undefined,
    lang: "en",
    allowHosts: [],
    allowOrigins: [],
    accessKey: undefined,
    trustProxies: [],
    limits: defaultLimits,
    drainMs: 5000,
    logLevel: "info",
    metricsToken: undefined,
    transcripts: undefined,
    console: false,
  });
});

test("A flag wins over its environment variable, and that over the default.", () => {
  assert.deepEqual(configured({}, { PARLANCE_PORT: "1" }).ports, [1]);
  assert.deepEqual(configured({ ports: ["2"] }, { PARLANCE_PORT: "1" }).ports, [2]);
  assert.equal(configured({ lang: ["th"] }, { PARLANCE_LANG: "uk" }).lang, "th");
});

test("A bad value of a variable that a flag overrules does not matter.", () => {
  assert.deepEqual(configured({ ports: ["2"] }, { PARLANCE_PORT: "many" }).ports, [2]);
});

test("An empty variable is one that is not set.", () => {
  assert.deepEqual(configured({}, { PARLANCE_PORT: "", PARLANCE_LANG: " " }), configured({}));
});

const good: readonly (readonly [keyof Config, FlagValues, Record<string, string>, unknown])[] = [
  ["ports", { ports: ["8765", "8000", "8765"] }, {}, [8765, 8000]],
  ["ports", {}, { PARLANCE_PORT: "0, 8000" }, [0, 8000]],
  ["hosts", { hosts: ["0.0.0.0", "[::]"] }, {}, ["0.0.0.0", "::"]],
  ["hosts", { hosts: ["Chat.Local"] }, {}, ["chat.local"]],
  ["data", { data: ["a", "./дані"] }, {}, "./дані"],
  ["allowOrigins", { allowOrigins: ["null", "HTTPS://Example.org:443/"] }, {}, ["null", "https://example.org"]],
  ["allowOrigins", {}, { PARLANCE_ALLOW_ORIGIN: "http://a:1,null" }, ["http://a:1", "null"]],
  ["allowOrigins", { allowOrigins: ["chrome-extension://Abc"] }, {}, ["chrome-extension://abc"]],
  ["drainMs", { drain: ["0.25"] }, {}, 250],
  ["limits", { maxText: ["0"], maxQueue: ["1"] }, {}, { ...defaultLimits, maxText: 0, maxQueue: 1 }],
  ["limits", { sendRate: ["0.5"], maxPerAddress: ["9"] }, {}, { ...defaultLimits, sendRate: 0.5, maxPerAddress: 9 }],
  ["trustProxies", { trustProxies: ["10.0.0.0/8", "::1", "loopback"] }, {}, ["10.0.0.0/8", "::1", "loopback"]],
  ["accessKey", { accessKey: ["слово-пароль"] }, { PARLANCE_ACCESS_KEY: "other" }, "слово-пароль"],
  ["accessKey", {}, { PARLANCE_ACCESS_KEY: "a,b" }, "a,b"],
  ["metricsToken", {}, { PARLANCE_METRICS_TOKEN: "QUJDREVGR0hJSktM==" }, "QUJDREVGR0hJSktM=="],
  ["store", {}, { PARLANCE_STORE: "postgresql://ann:p%2C@db/chat" }, "postgresql://ann:p%2C@db/chat"],
  ["bus", { bus: ["tls://key@nats.local:4222"] }, {}, "tls://key@nats.local:4222"],
  ["logLevel", { logLevel: ["silent"] }, {}, "silent"],
];
for (const [key, flags, environment, value] of good) {
  test(`${JSON.stringify({ ...flags, ...environment })} is understood.`, () => {
    assert.deepEqual(configured(flags, environment)[key], value);
  });
}

const bad: readonly (readonly [FlagValues, Record<string, string>, string])[] = [
  [{ ports: ["65536"] }, {}, '--port got "65536", but takes a port from 0 to 65535.'],
  [{ ports: ["80", "-1"] }, {}, '--port got "-1", but takes a port from 0 to 65535.'],
  [{}, { PARLANCE_PORT: "80,x" }, 'PARLANCE_PORT got "x", but takes a port from 0 to 65535.'],
  [{ hosts: ["http://x"] }, {}, '--host got "http://x", but takes an IP address or a host name, without a port.'],
  [{ allowHosts: ["a:80"] }, {}, '--allow-host got "a:80", but takes a host name, without a port.'],
  [
    { allowOrigins: ["example.org"] },
    {},
    '--allow-origin got "example.org", but takes an origin such as https://example.org, or null.',
  ],
  [{ sendRate: ["1e3"] }, {}, '--send-rate got "1e3", but takes a number such as 0.5, 0 for no bound.'],
  [
    { trustProxies: ["10.0.0.0/33"] },
    {},
    '--trust-proxy got "10.0.0.0/33", but takes an IP address, a subnet such as 10.0.0.0/8, or loopback, linklocal, uniquelocal.',
  ],
  // What may be a secret is not repeated. [D7]
  [
    { accessKey: ["sec\u0007ret"] },
    {},
    "--access-key got something else, but takes a text without control characters.",
  ],
  [{ accessKey: [" "] }, {}, "--access-key got something else, but takes a text without control characters."],
  [
    { store: ["mysql://ann:secret@db/chat"] },
    {},
    "--store got something else, but takes an address such as postgres://user:password@host/database.",
  ],
  [
    {},
    { PARLANCE_BUS: "secret@nats.local:4222" },
    "PARLANCE_BUS got something else, but takes an address such as nats://host:4222 or tls://user:password@host.",
  ],
  [
    {},
    { PARLANCE_METRICS_TOKEN: "a secret of more than 16" },
    "PARLANCE_METRICS_TOKEN got something else, but takes at least 16 letters, digits or any of ._~+/=-.",
  ],
  [{ lang: ["de"] }, {}, '--lang got "de", but takes one of en, th, ru, uk.'],
  [{ data: [""] }, {}, '--data got "", but takes the path of a folder.'],
  [{ maxText: ["4k"] }, {}, '--max-text got "4k", but takes a whole number, 0 for no bound.'],
  [{}, { PARLANCE_DRAIN: "soon" }, 'PARLANCE_DRAIN got "soon", but takes a number of seconds from 0 to 3600.'],
];
for (const [flags, environment, message] of bad) {
  test(`It is said on one line: ${message}`, () => assert.equal(complaint(flags, environment), message));
}

test("A bad value cannot steer the terminal that it is complained of on. [D4]", () => {
  const message = complaint({ lang: ["\u001b[2J\u009b31m\u202e\n"] });
  assert.doesNotMatch(message, /[\p{Cc}\p{Bidi_Control}]/u);
});

test("Every setting's variable is called like its flag.", () => {
  for (const key of settingKeys) {
    const { flag, variable } = settings[key];
    assert.equal(variable, `PARLANCE_${flag.slice(2).toUpperCase().replaceAll("-", "_")}`);
  }
});
