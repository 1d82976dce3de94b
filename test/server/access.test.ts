import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";
import { TextClient } from "../support/text-client.ts";

const key = "кіт + 鍵";
const basic = (password: string, user = "") => `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
/** As it goes over the wire: bytes of UTF-8, which HTTP calls Latin-1. */
const bearer = (text: string) => `Bearer ${Buffer.from(text).toString("latin1")}`;

const giveKey = (url: string, given: string, more: { to?: string; headers?: Record<string, string> } = {}) =>
  fetch(`${url}/api/v1/key`, {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams({ key: given, ...(more.to !== undefined && { to: more.to }) }),
    headers: { Accept: "text/html", ...more.headers },
  });

const cookieOf = (answer: Response) => answer.headers.get("set-cookie")?.split(";")[0] ?? "";
const statusOf = async (url: string, headers: Record<string, string>) =>
  (await fetch(`${url}/rooms/general/messages`, { headers })).status;

test("[D6] who has not given the key is served nothing over HTTP, whatever they ask for", async (t) => {
  const { url } = await startTestServer(t, { accessKey: key });
  await fetch(`${url}/rooms/таємна/messages`, {
    method: "POST",
    body: "секрет",
    headers: { Authorization: basic(key) },
  });
  const paths = [
    ...["/", "/r/таємна", "/chat/таємна", "/index.html", "/icon.svg", "/manifest.webmanifest", "/assets/x.js"],
    ...["/events", "/rooms/таємна/events", "/rooms/таємна/messages", "/rooms/none/messages?after=0&wait=5"],
    ...["/api/v1/openapi.json", "/api/v1/asyncapi.json", "/api/v1/key", "/nothing", "//", "/healthz/", "/HEALTHZ"],
  ];
  for (const path of paths) {
    for (const headers of [
      {},
      { Accept: "text/html" },
      { Authorization: "Bearer wrong.token" },
      { Cookie: "parlance_key=x" },
    ]) {
      const answer = await fetch(url + path, { headers, redirect: "manual" });
      assert.ok([401, 429].includes(answer.status), `${path} ${JSON.stringify(headers)}: ${answer.status}`);
      if (answer.status === 401) assert.equal(answer.headers.get("www-authenticate"), "Bearer");
      assert.equal(answer.headers.get("cache-control"), "no-store");
      assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
      assert.doesNotMatch(await answer.text(), /секрет|"openapi"|"seq"|<script/);
    }
  }
  const posts = ["/rooms/таємна", "/rooms/таємна/messages", "/api/v1/hello", "/api/v1/rename", "/api/v1/import/x"];
  for (const path of posts) {
    const answer = await fetch(url + path, { method: "POST", body: "{}", headers: { Accept: "text/html" } });
    assert.deepEqual([answer.status, ((await answer.json()) as { code: string }).code], [401, "key_required"], path);
  }
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  assert.equal((await fetch(`${url}/readyz`)).status, 200);
});

test("[D6] the key lets in as a bearer's, as the password of nobody by name, and by the cookie or token that it was exchanged for", async (t) => {
  const { url } = await startTestServer(t, { accessKey: key });
  const cookie = cookieOf(await giveKey(url, key));
  const hello = await fetch(`${url}/api/v1/hello`, {
    method: "POST",
    body: JSON.stringify({ name: "Оля" }),
    headers: { Authorization: basic(key) },
  });
  const { token, user } = (await hello.json()) as { token: string; user: { id: string } };
  const good: Record<string, string>[] = [
    { Authorization: bearer(key) },
    { Authorization: basic(key) },
    // The same letters, composed otherwise.
    { Authorization: basic(key.normalize("NFD")) },
    { Authorization: `Bearer ${token}` },
    { Cookie: cookie },
    { Cookie: `a=b; ${cookie}`, Authorization: "Bearer stale" },
    { Cookie: `parlance_key=stale; ${cookie}` },
  ];
  for (const headers of good) assert.equal(await statusOf(url, headers), 200, JSON.stringify(headers));
  const forged = `${token.split(".")[0]}.${Buffer.alloc(32).toString("base64url")}`;
  const bad = [bearer("кіт"), basic("кіт"), `Bearer ${forged}`, "Bearer", "Basic", "Digest x"];
  for (const Authorization of bad) assert.equal(await statusOf(url, { Authorization }), 401, Authorization);
  // A password with a name is for a proxy in front: it is no guess.
  for (let index = 0; index < 20; index++) assert.equal(await statusOf(url, { Authorization: basic("x", "ann") }), 401);
  const said = await fetch(`${url}/rooms/кухня/messages`, {
    method: "POST",
    body: "привіт",
    headers: { Authorization: `Bearer ${token}` },
  });
  assert.equal(said.status, 201);
  const page = await fetch(`${url}/rooms/кухня/messages`, { headers: { Cookie: cookie } });
  assert.deepEqual(((await page.json()) as { messages: { user: object }[] }).messages[0]?.user, user);
});

test("[D6] a browser gets a page that asks, in its language, without a script, and leads back to where it was going", async (t) => {
  const { url } = await startTestServer(t, { accessKey: key, lang: "ru" });
  const words = { en: "Access key", th: "รหัสเข้าใช้งาน", ru: "Ключ доступа", uk: "Ключ доступу", de: "Ключ доступа" };
  for (const [language, label] of Object.entries(words)) {
    const answer = await fetch(`${url}/r/%D0%BA?a=%22%3E<b>`, {
      headers: { Accept: "text/html", "Accept-Language": language },
    });
    const html = await answer.text();
    assert.equal(answer.status, 401);
    assert.ok(html.includes(`>${label}</label>`), language);
    assert.ok(html.includes('name="to" value="/r/%D0%BA?a=%22%3E%3Cb%3E"'), html);
    assert.doesNotMatch(html, /<script|role="alert"/);
    const policy = answer.headers.get("content-security-policy") ?? "";
    assert.match(policy, /^default-src 'none';style-src 'sha256-[^']+';/);
    assert.doesNotMatch(policy, /unsafe|script-src/);
  }
  const wrong = await giveKey(url, "кит", { to: "/r/кухня", headers: { "Accept-Language": "uk" } });
  const html = await wrong.text();
  assert.equal(wrong.status, 401);
  assert.equal(wrong.headers.get("set-cookie"), null);
  assert.match(html, /role="alert">Це не той ключ\./);
  assert.match(html, /value="\/r\/%D0%BA%D1%83%D1%85%D0%BD%D1%8F"/);
  assert.ok(!html.includes("кит"));
  const right = await giveKey(url, ` ${key} `, { to: "/r/кухня?x=1" });
  assert.deepEqual([right.status, right.headers.get("location")], [303, "/r/%D0%BA%D1%83%D1%85%D0%BD%D1%8F?x=1"]);
  const cookie = right.headers.get("set-cookie") ?? "";
  assert.match(cookie, /^parlance_key=[\w-]{43}; Path=\/; Max-Age=31536000; HttpOnly; SameSite=Lax$/);
  assert.equal((await fetch(`${url}/r/кухня`, { headers: { Cookie: cookie } })).status, 200);
  const asset = await fetch(`${url}/icon.svg`, { headers: { Cookie: cookie } });
  assert.doesNotMatch(asset.headers.get("cache-control") ?? "", /public/);
});

test("[D6] [D1] nobody is led to another server with the key, and no foreign page may give one", async (t) => {
  const { url } = await startTestServer(t, { accessKey: key });
  const elsewhere = [
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example/",
    "/.//evil.example",
  ];
  for (const to of [...elsewhere, "/..//evil.example", "javascript:alert(1)", "\t//evil.example", "", "http://["]) {
    assert.equal((await giveKey(url, key, { to })).headers.get("location"), "/", to);
  }
  for (const headers of [{ Origin: "https://evil.example" }, { Origin: "null" }, { "Sec-Fetch-Site": "cross-site" }]) {
    const answer = await giveKey(url, key, { headers });
    assert.deepEqual([answer.status, answer.headers.get("set-cookie")], [403, null]);
  }
});

test("[D6] [D2] the cookie is for TLS alone where a trusted proxy says that it came by it, and not on anybody's word", async (t) => {
  for (const [trustProxies, secure] of [
    [["loopback"], true],
    [[], false],
  ] as const) {
    const { url } = await startTestServer(t, { accessKey: key, trustProxies });
    const headers = { "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7" };
    const cookie = (await giveKey(url, key, { headers })).headers.get("set-cookie") ?? "";
    assert.equal(/; Secure$/.test(cookie), secure);
    assert.doesNotMatch((await giveKey(url, key)).headers.get("set-cookie") ?? "", /Secure/);
  }
});

test("[D6] after ten wrong keys of an address, by whatever way, none is judged for a while; who is in stays in", async (t) => {
  const server = await startTestServer(t, { accessKey: key, trustProxies: ["loopback"] });
  const { url } = server;
  const cookie = cookieOf(await giveKey(url, key));
  for (let index = 0; index < 4; index++) assert.equal(await statusOf(url, { Authorization: basic(`${index}`) }), 401);
  for (let index = 0; index < 4; index++) assert.equal((await giveKey(url, `${index}`)).status, 401);
  for (let index = 0; index < 2; index++) assert.equal((await TextClient.refusal(url, "/ws?key=x")).status, 401);
  const late = await giveKey(url, key);
  assert.equal(late.status, 429);
  assert.ok(Number(late.headers.get("retry-after")) <= 10);
  assert.equal(await statusOf(url, { Authorization: basic(key) }), 429);
  assert.equal((await TextClient.refusal(url, `/ws?key=${encodeURIComponent(key)}`)).status, 429);
  const line = await RawClient.connect(t, url);
  line.send({ type: "hello", key });
  const refusal = await line.next("error");
  assert.equal(refusal.code, "rate_limited");
  assert.ok((refusal.retry_after_ms ?? 0) > 0);
  assert.equal(await statusOf(url, { Cookie: cookie }), 200);
  assert.equal(await statusOf(url, { Authorization: basic(key), "X-Forwarded-For": "192.0.2.7" }), 200);
  assert.ok(server.log.lines.some((line) => line.includes("a wrong access key") && line.includes("this machine")));
});

test("[D6] when the key changes, cookie and token let nobody in, and who gives the new one is who they were", async (t) => {
  const first = await startTestServer(t, { accessKey: key });
  const cookie = cookieOf(await giveKey(first.url, key));
  const ann = await RawClient.connect(t, first.url);
  ann.send({ type: "hello", name: "Ann", key });
  const { token, user } = await ann.next("welcome");
  await first.stop();
  const second = await startTestServer(t, { accessKey: "other", data: first.data });
  assert.equal(await statusOf(second.url, { Cookie: cookie }), 401);
  // Nor is an old token a guess.
  for (let index = 0; index < 15; index++) {
    assert.equal(await statusOf(second.url, { Authorization: `Bearer ${token}` }), 401);
  }
  const back = await RawClient.connect(t, second.url);
  back.send({ type: "hello", token });
  assert.equal((await back.next("error")).code, "key_required");
  back.send({ type: "hello", token, key: "other" });
  const welcome = await back.next("welcome");
  assert.deepEqual(welcome.user, user);
  assert.equal(await statusOf(second.url, { Authorization: `Bearer ${welcome.token}` }), 200);
  await second.stop();
  const open = await startTestServer(t, { data: first.data });
  const guest = await RawClient.join(t, open.url, { token: welcome.token });
  assert.deepEqual(guest.welcome.user, user);
});

test("[D7] neither the key nor what was given for it stands in a log, nor in an answer", async (t) => {
  const server = await startTestServer(t, { accessKey: "SECRET-1" });
  const { url, ports } = server;
  const answers = [
    await giveKey(url, "SECRET-2"),
    await fetch(`${url}/?key=SECRET-1`, { headers: { Accept: "text/html" } }),
    await fetch(`${url}/rooms/x/messages?key=SECRET-1`, { headers: { Origin: "https://evil.example" } }),
    await fetch(`${url}/`, { headers: { Authorization: "Bearer SECRET-2", Accept: "application/json" } }),
  ];
  for (const answer of answers.slice(2)) assert.doesNotMatch(await answer.text(), /SECRET/);
  await TextClient.refusal(url, "/ws?key=SECRET-2");
  await new Promise((resolve) => {
    const headers = { Host: "evil.example", Upgrade: "websocket", Connection: "Upgrade" };
    request({ host: "127.0.0.1", port: ports[0], path: "/ws?key=SECRET-1", headers, setHost: false }, (answer) =>
      answer.resume().on("end", resolve),
    ).end();
  });
  assert.ok(server.log.lines.length >= 4);
  assert.doesNotMatch(server.log.lines.join("\n"), /SECRET/);
});
