import assert from "node:assert/strict";
import { test } from "node:test";
import { findings } from "../../scripts/findings.ts";
import { useBrowser } from "../support/browser.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";

const browser = useBrowser();

test("[P1] [P2] every room is listed with what it is about, and two people talk alone, one of whom only hears of it", async (t) => {
  const { url } = await startTestServer(t);
  for (const room of ["кухня", "ёлка"]) await fetch(`${url}/rooms/${room}/messages`, { method: "POST", body: "чай" });
  const ann = await browser.visit(`${url}/`);
  const noi = await browser.visit(`${url}/`);
  await ann.comeIn("Ann");
  await noi.comeIn("น้อย");
  await noi.page.route(/\/rooms\?/, (request) => request.abort());
  await noi.page.getByRole("button", { name: "All rooms" }).click();
  const list = noi.page.getByRole("dialog", { name: "All rooms" });
  await list.getByText("That did not work. Try again in a moment.").waitFor();
  await noi.page.unroute(/\/rooms\?/);
  await list.getByRole("button", { name: "Try again" }).click();
  await list.getByRole("link", { name: /^general/ }).waitFor();
  await list.getByRole("searchbox", { name: "Find a room" }).fill("ЕЛКА");
  await list.getByRole("link", { name: /^ёлка/ }).waitFor();
  await list.getByRole("searchbox", { name: "Find a room" }).fill("КУХ");
  await list.getByRole("link", { name: /^general/ }).waitFor({ state: "detached" });
  assert.deepEqual(await findings(noi.page), []);
  await list.getByRole("link", { name: /^кухня/ }).click();
  await noi.sees("чай");

  await ann.page.route("**/api/v1/direct", (request) => request.abort(), { times: 1 });
  await ann.page.getByRole("button", { name: "Write to น้อย alone" }).click();
  await ann.page.getByRole("alert").getByText("That did not work. Try again in a moment.", { exact: true }).waitFor();
  await ann.page.getByRole("button", { name: "Write to น้อย alone" }).click();
  await ann.page.getByRole("heading", { level: 1, name: "น้อย" }).waitFor();
  await ann.page.getByText("Only the two of you read this.").waitFor();
  await ann.say("רק לך");
  const direct = noi.page.getByRole("region", { name: "Direct" });
  await direct.getByRole("link", { name: "Ann 1 unread message" }).click();
  await noi.sees("רק לך");
  await noi.say("ได้เลย");
  await ann.sees("ได้เลย");
  assert.match(await ann.page.title(), /^น้อย/);
  await noi.page.reload();
  await noi.sees("רק לך");
  await noi.page.getByRole("heading", { level: 1, name: "Ann" }).waitFor();
  assert.deepEqual([...ann.troubles, ...noi.troubles], []);
  await ann.leave();
  await noi.leave();
});

test("[P2] that no room is called so is said once all are here, and not before", async (t) => {
  const { url } = await startTestServer(t);
  for (const room of ["кухня", ...Array.from({ length: 200 }, (_, index) => `ห้อง-${index}`)])
    await fetch(`${url}/rooms/${room}/messages`, { method: "POST", body: "чай" });
  const ann = await browser.visit(`${url}/`);
  await ann.comeIn("Ann");
  await ann.page.getByRole("button", { name: "All rooms" }).click();
  const list = ann.page.getByRole("dialog", { name: "All rooms" });
  await list.getByRole("button", { name: "Show more" }).waitFor();
  await list.getByRole("searchbox", { name: "Find a room" }).fill("кухня");
  await list.getByRole("listitem").first().waitFor({ state: "detached" });
  assert.equal(await list.getByText("No room is called so.").count(), 0);
  await list.getByRole("button", { name: "Show more" }).click();
  await list.getByRole("link", { name: /^кухня/ }).waitFor();
  await list.getByRole("searchbox", { name: "Find a room" }).fill("сад");
  await list.getByText("No room is called so.").waitFor();
  assert.deepEqual(ann.troubles, []);
  await ann.leave();
});

test("a room is added, what is unread in others is counted, back and forward lead through them, a reload stays in", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await browser.visit(url);
  await ann.comeIn("Ann");
  const { page } = ann;
  const box = page.getByRole("textbox", { name: "Message" });
  await page.getByRole("button", { name: "Add a room" }).click();
  await page.getByRole("textbox", { name: "Name of the room" }).fill("bad name!");
  await page.keyboard.press("Enter");
  await page.getByText("64 at most").waitFor();
  await page.getByRole("textbox", { name: "Name of the room" }).fill("Кухня");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "кухня" }).waitFor();
  await page.getByText("It is quiet here.").waitFor();

  const guest = await RawClient.join(t, url, { name: "สมชาย" });
  await guest.say("สวัสดี");
  await page.getByRole("link", { name: "1 unread message" }).waitFor();
  await box.fill("a draft");
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "general" }).waitFor();
  await page.getByText("New since you left").waitFor();
  await page.getByRole("link", { name: "unread message" }).waitFor({ state: "detached" });
  await page.goForward();
  await page.getByRole("heading", { level: 1, name: "кухня" }).waitFor();
  assert.equal(await box.inputValue(), "a draft");
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "кухня" }).waitFor();
  await page.getByText("It is quiet here.").waitFor();
  assert.equal(await box.inputValue(), "a draft");
  await page.getByRole("button", { name: "Leave кухня" }).click();
  await page.getByRole("heading", { level: 1, name: "general" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "кухня" }).count(), 0);
  assert.deepEqual(ann.troubles, []);
  await ann.leave();
});

test("the keys lead through rooms and direct conversations in the order in which they are listed", async (t) => {
  const { url } = await startTestServer(t);
  await RawClient.join(t, url, { name: "น้อย" });
  const ann = await browser.visit(`${url}/`);
  await ann.comeIn("Ann");
  const { page } = ann;
  await page.getByRole("button", { name: "Write to น้อย alone" }).click();
  await page.getByRole("heading", { level: 1, name: "น้อย" }).waitFor();
  await page.getByRole("button", { name: "Add a room" }).click();
  await page.getByRole("textbox", { name: "Name of the room" }).fill("кухня");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "кухня" }).waitFor();
  const listed = ["general", "кухня", "น้อย"];
  assert.deepEqual(await page.locator(".room-name").allTextContents(), listed);
  for (const name of [...listed.slice(2), ...listed]) {
    await page.keyboard.press("Alt+ArrowDown");
    await page.getByRole("heading", { level: 1, name }).waitFor();
  }
  await page.keyboard.press("Alt+ArrowUp");
  await page.getByRole("heading", { level: 1, name: "кухня" }).waitFor();
  assert.deepEqual(ann.troubles, []);
  await ann.leave();
});

test("who leaves a room is asked while something is not sent there, and then nothing of it is sent, whenever they come back", async (t) => {
  const first = await startTestServer(t);
  const { url, data, ports } = first;
  const ann = await browser.visit(`${url}/r/general`);
  const { page } = ann;
  await ann.comeIn("Ann");
  await page.getByRole("button", { name: "Add a room" }).click();
  await page.getByRole("textbox", { name: "Name of the room" }).fill("кухня");
  await page.keyboard.press("Enter");
  await page.getByText("It is quiet here.").waitFor();
  await first.stop();
  await page.getByText(/^Offline, trying/).waitFor();
  await ann.say("ยังไม่ได้ส่ง");
  await page.locator(".message-sending").waitFor();
  const cross = page.getByRole("button", { name: "Leave кухня" }).first();
  const question = page.getByRole("alert").filter({ hasText: "1 message is not sent yet, and would be lost." });
  await cross.click();
  await question.waitFor();
  assert.deepEqual(await findings(page), []);
  await question.getByRole("button", { name: "Stay" }).click();
  await question.waitFor({ state: "detached" });
  await cross.and(page.locator(":focus")).waitFor();
  await page.locator(".message-sending").waitFor();
  await cross.click();
  await question.getByRole("button", { name: "Leave кухня" }).click();
  await page.getByRole("heading", { level: 1, name: "general" }).waitFor();
  assert.equal(
    await page.evaluate(`Object.keys(localStorage).some((key) => key.startsWith("parlance-outbox:"))`),
    false,
  );

  await startTestServer(t, { data, ports });
  const reader = await RawClient.join(t, url, { room: "кухня", name: "reader" });
  await page.goto(`${url}/r/кухня`);
  await page.getByText("It is quiet here.").waitFor();
  await ann.say("вже тут");
  assert.equal((await reader.next("message")).text, "вже тут");
  // Without a server there is no service worker to be had.
  assert.deepEqual(
    ann.troubles.filter((trouble) => !/fetching the script/.test(trouble)),
    [],
  );
  await ann.leave();
});

test("on a phone the head tells what is unread elsewhere, as soon as one is in another room", async (t) => {
  const { url } = await startTestServer(t);
  const bob = await RawClient.join(t, url, { name: "Боб" });
  for (let number = 1; number <= 30; number++) await bob.say(`№${number}`);
  const visitor = await browser.visit(`${url}/r/general`, { viewport: { width: 390, height: 700 } });
  const { page, conversation } = visitor;
  await visitor.comeIn("น้อย");
  await page.getByRole("button", { name: "Show rooms", exact: true }).click();
  await page.getByRole("button", { name: "Add a room" }).click();
  await page.getByRole("textbox", { name: "Name of the room" }).fill("кухня");
  await page.keyboard.press("Enter");
  await page.getByText("It is quiet here.").waitFor();
  await page.goBack();
  await visitor.sees("№30");
  await conversation.evaluate((log) => log.scrollTo(0, 0));
  await page.getByRole("button", { name: "To the latest" }).waitFor();
  await bob.say("שלום");
  await page.getByRole("button", { name: "1 new message" }).waitFor();
  await page.goForward();
  await page.getByRole("button", { name: "Show rooms, 1 unread message", exact: true }).waitFor();
  assert.deepEqual(visitor.troubles, []);
  await visitor.leave();
});

test("[P3] how far one has read is the same on every device: the line stands where the other one stopped", async (t) => {
  const { url } = await startTestServer(t);
  const post = (text: string) => fetch(`${url}/rooms/general/messages`, { method: "POST", body: text });
  await post("прочитане");
  const ann = await browser.visit(`${url}/`);
  await ann.comeIn("Ann");
  // What a guest has read is kept once they have come back.
  await ann.page.reload();
  await ann.sees("прочитане");
  const state = await ann.page.context().storageState();
  const token = state.origins[0]?.localStorage.find(({ name }) => name === "parlance-token")?.value ?? "";
  const line = await RawClient.join(t, url, { token });
  if (line.joined.read !== 1) await line.next("read");
  await ann.leave();
  for (let number = 1; number <= 70; number++) await post(`№${number}`);
  // Another device knows who she is, but neither where she was nor how far she has read.
  const origins = state.origins.map(({ origin, localStorage }) => ({
    origin,
    localStorage: localStorage.filter(({ name }) => !/^parlance-(read|rooms)/.test(name)),
  }));
  const phone = await browser.visit(`${url}/r/sensors`, {
    storageState: { cookies: [], origins },
  });
  await phone.page.getByRole("button", { name: "All rooms" }).click();
  const list = phone.page.getByRole("dialog", { name: "All rooms" });
  await list.getByRole("link", { name: /^general.*70 unread messages/ }).click();
  await phone.page.getByText("New since you left").waitFor();
  await phone.leave();
});
