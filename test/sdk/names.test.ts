import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { ConnectOptions } from "../../src/sdk/index.ts";
import { ann, startScriptedServer } from "./support/scripted-server.ts";
import { become, connectInSetTime, heard, next } from "./support/set-time.ts";

/** A client whose first greeting has been read and not answered. */
async function greet(t: TestContext, options: ConnectOptions) {
  const server = await startScriptedServer(t);
  const { client, time } = connectInSetTime(t, server.url, options);
  const line = await server.accept();
  const hello = await line.next("hello");
  return { server, client, time, line, hello };
}

const taken = { type: "error", code: "name_taken", message: "зайняте", suggestion: "Оля2" };

test("a name that is taken is told, and another one greets again on the same line", async (t) => {
  const { client, time, line } = await greet(t, { name: "Оля" });
  const refused = next(client, "error");
  line.send(taken);
  assert.equal((await refused).suggestion, "Оля2");
  // Whoever thinks about another name has time for it.
  time.pass(29_000);
  assert.equal(client.state.at, "connecting");
  client.rename("Ольга");
  assert.equal((await line.next("hello")).name, "Ольга");
  line.welcome({ id: "u_olya", name: "Ольга" });
  await become(client, "open");
  assert.deepEqual(await line.unread(), []);
});

test("who comes back and finds their name taken takes the suggestion, and nobody need be asked", async (t) => {
  const { client, line, hello } = await greet(t, { name: "Оля", token: "of a server that is no more" });
  assert.equal(hello.name, "Оля");
  const errors: unknown[] = [];
  client.on("error", (error) => errors.push(error));
  line.send(taken);
  assert.equal((await line.next("hello")).name, "Оля2");
  line.welcome({ id: "u_olya", name: "Оля2" });
  await become(client, "open");
  assert.deepEqual([errors, client.user?.name], [[], "Оля2"]);
});

test("a greeting that is refused for now is repeated when the server says", async (t) => {
  const { client, time, line } = await greet(t, { name: "Ann" });
  line.send({ type: "error", code: "unavailable", message: "later", retry_after_ms: 500 });
  await heard(client, line);
  time.pass(500);
  assert.equal((await line.next("hello")).name, "Ann");
});

test("a rename is answered by welcome; one that is refused leaves the name to come back with", async (t) => {
  const { server, client, line } = await greet(t, { name: "Ann" });
  line.welcome();
  await become(client, "open");
  client.rename("น้อย");
  assert.equal((await line.next("rename")).name, "น้อย");
  const renamed = next(client, "welcome");
  line.welcome({ id: ann.id, name: "น้อย" });
  assert.equal((await renamed).user.name, "น้อย");
  client.rename("Оля");
  await line.next("rename");
  const refused = next(client, "error");
  line.send(taken);
  await refused;
  line.cut();
  await become(client, "waiting");
  client.retryNow();
  assert.equal((await (await server.accept()).next("hello")).name, "น้อย");
});

test("a name asked for without a line is asked for with the next greeting", async (t) => {
  const { server, client, line } = await greet(t, { name: "Ann" });
  line.welcome();
  await become(client, "open");
  line.cut();
  await become(client, "waiting");
  client.rename("Оля");
  client.retryNow();
  const back = await server.accept();
  assert.equal((await back.next("hello")).name, "Оля");
});

test("a name asked for while the greeting is under way is asked for after it", async (t) => {
  const { client, line } = await greet(t, { name: "Ann" });
  client.rename("Оля");
  assert.deepEqual(await line.unread(), []);
  line.welcome();
  assert.equal((await line.next("rename")).name, "Оля");
});

test("who was renamed through another tab comes back with the new name, not the old one", async (t) => {
  const { server, client, line } = await greet(t, { name: "Ann" });
  client.join("general");
  line.welcome();
  await line.letIn();
  const welcome = next(client, "welcome");
  line.send({ type: "user_renamed", room: "general", user: { id: ann.id, name: "Аня" }, was: "Ann" });
  assert.equal((await welcome).user.name, "Аня");
  assert.equal(client.user?.name, "Аня");
  line.cut();
  await become(client, "waiting");
  client.retryNow();
  assert.equal((await (await server.accept()).next("hello")).name, "Аня");
});
