import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { startProxy } from "../support/proxy.ts";
import { startTestServer } from "../support/server.ts";
import { startScriptedServer } from "./support/scripted-server.ts";

const sdk = new URL("../../src/sdk/index.ts", import.meta.url).href;

/** Runs a program that uses the SDK in a process of its own; resolves when it ends by itself. */
async function run(t: TestContext, program: string): Promise<{ code: number | null; output: string }> {
  const source = `import { connect } from ${JSON.stringify(sdk)};\n${program}`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill());
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  return { code, output: output.trim() };
}

test("after close() nothing keeps a Node process alive", { timeout: 10_000 }, async (t) => {
  const server = await startScriptedServer(t);
  const ended = run(
    t,
    `const client = connect("${server.url}");
     client.join("general").on("reset", () => { client.close(); console.log(client.state.at); });`,
  );
  await (await server.accept()).admit();
  assert.deepEqual(await ended, { code: 0, output: "closed" });
});

test("nor does it when it closes while nobody is there", { timeout: 10_000 }, async (t) => {
  const ended = run(
    t,
    `const client = connect("http://127.0.0.1:1");
     client.on("state", ({ at }) => { console.log(at); if (at === "waiting") client.close(); });`,
  );
  assert.deepEqual(await ended, { code: 0, output: "waiting\nclosed" });
});

test("nor when it closes in the middle of a handshake that is never answered", { timeout: 10_000 }, async (t) => {
  const mute = createServer((socket) => t.after(() => socket.destroy()));
  mute.listen(0, "127.0.0.1");
  await once(mute, "listening");
  t.after(() => mute.close());
  const address = mute.address();
  assert.ok(address && typeof address === "object");
  const ended = run(
    t,
    `const client = connect("ws://127.0.0.1:${address.port}");
     setTimeout(() => client.close(), 50);`,
  );
  await once(mute, "connection");
  assert.equal((await ended).code, 0);
});

test("nor when it closes on HTTP, with a stream and a long poll open", { timeout: 10_000 }, async (t) => {
  const { url } = await startTestServer(t);
  for (const streams of ["passed", "cut"] as const) {
    const proxy = await startProxy(t, url, { upgrades: "refused", streams });
    const over = streams === "passed" ? "events" : "poll";
    const ended = run(
      t,
      `const client = connect("${proxy.url}");
       const room = client.join("general");
       client.on("state", (state) => state.over === "${over}" && room.settled(room.send("สวัสดี")).then(() => {
         client.close();
         console.log(state.over, client.state.at);
       }));`,
    );
    assert.deepEqual(await ended, { code: 0, output: `${over} closed` });
  }
});

test("a listener that throws is reported as uncaught, and the others still hear", { timeout: 10_000 }, async (t) => {
  const server = await startScriptedServer(t);
  const ended = run(
    t,
    `process.on("uncaughtException", (error) => console.log(error.message));
     const client = connect("${server.url}");
     client.on("welcome", () => { throw new Error("my mistake"); });
     client.on("welcome", ({ user }) => { console.log(user.name); client.close(); });`,
  );
  (await server.accept()).welcome({ id: "u_olya", name: "Оля" });
  assert.deepEqual(await ended, { code: 0, output: "Оля\nmy mistake" });
});
