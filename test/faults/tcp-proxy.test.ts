import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { TcpProxy } from "./tcp-proxy.ts";

/** A server that takes whoever comes, a proxy to it, and a client of the proxy. */
async function through(t: TestContext, prepare: (proxy: TcpProxy) => void = () => {}) {
  const server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  server.on("connection", (socket) => t.after(() => socket.destroy()));
  const proxy = await TcpProxy.start(t, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  prepare(proxy);
  const accepted = once(server, "connection") as Promise<[Socket]>;
  const client = connect({ port: Number(new URL(proxy.url).port), host: "127.0.0.1", allowHalfOpen: true });
  const [far] = await accepted;
  t.after(() => {
    client.destroy();
    far.destroy();
  });
  return { server, proxy, client, far };
}

/** Everything that comes in up to the other side's end. This side stays open. */
async function received(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on("data", (bytes: Buffer) => chunks.push(bytes));
  await once(socket, "end");
  return Buffer.concat(chunks);
}

const letter = Buffer.from("Привіт, น้อย! 👩‍👩‍👧 ".repeat(2_000));

test("The proxy carries bytes both ways, as they are, and the end of each.", async (t) => {
  const { client, far } = await through(t, (proxy) => {
    proxy.weather = { latencyMs: 5, bytesPerSecond: 0, sliceBytes: 1_000 };
  });
  const began = performance.now();
  client.end(letter);
  assert.ok(letter.equals(await received(far)), "there");
  assert.ok(performance.now() - began >= 5, "it took its time");
  far.end(letter);
  assert.ok(letter.equals(await received(client)), "and back");
});

test("A throttled line takes as long as its bytes are many.", async (t) => {
  const { client, far } = await through(t, (proxy) => {
    proxy.weather = { latencyMs: 0, bytesPerSecond: 100_000, sliceBytes: 1_000 };
  });
  const began = performance.now();
  client.end(letter.subarray(0, 10_000));
  assert.equal((await received(far)).length, 10_000);
  assert.ok(performance.now() - began > 90);
});

test("A line is cut after exactly so many bytes.", async (t) => {
  const { proxy, client, far } = await through(t);
  proxy.cutAfter(1_001);
  client.write(letter);
  assert.equal((await received(far)).length, 1_001);
  assert.equal(proxy.size, 0);
});

test("A line that is reset ends with an error on both sides.", async (t) => {
  const { proxy, client, far } = await through(t);
  const ends = [client, far].map(async (socket) => {
    const [error] = (await once(socket.resume(), "error")) as [NodeJS.ErrnoException];
    return error.code;
  });
  proxy.reset();
  assert.deepEqual(await Promise.all(ends), ["ECONNRESET", "ECONNRESET"]);
});

test("A stalled line carries nothing, does not end, and ends when a side resets it.", async (t) => {
  const { server, proxy, client, far } = await through(t);
  let arrived = 0;
  far.on("data", (bytes) => {
    arrived += bytes.length;
  });
  client.write("before");
  await once(far, "data");
  proxy.stall();
  client.write("after");
  // What would have come at once has not come when a second line has carried something there.
  const second = connect(Number(new URL(proxy.url).port), "127.0.0.1").end("x");
  const [other] = (await once(server, "connection")) as [Socket];
  await once(other, "data");
  assert.equal(arrived, "before".length);
  const [broken] = await Promise.all([once(far, "error"), client.resetAndDestroy()]);
  assert.equal((broken[0] as NodeJS.ErrnoException).code, "ECONNRESET");
  second.destroy();
});
