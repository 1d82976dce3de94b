import assert from "node:assert/strict";
import { test } from "node:test";
import { useBrowser } from "../support/browser.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";

const browser = useBrowser();

test("a name is changed where it stands: a refusal is told in the language chosen since, and the free name is one click", async (t) => {
  const { url } = await startTestServer(t);
  const bob = await RawClient.join(t, url, { name: "Bob" });
  const visitor = await browser.visit(`${url}/`);
  await visitor.comeIn("Ann");
  const { page } = visitor;
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("combobox", { name: "Language" }).selectOption("uk");
  await page.getByRole("dialog", { name: "Налаштування" }).waitFor();
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "Ann", exact: true }).click();
  const field = page.getByRole("textbox", { name: "Ваше ім’я" });
  await field.fill("a:b");
  await field.press("Enter");
  await page.getByText("без «:»").waitFor();
  await field.fill("bob");
  await field.press("Enter");
  await page.getByText("Це ім’я зайняте").waitFor();
  await page.getByRole("button", { name: "Узяти ім’я «bob2»" }).click();
  await page.getByRole("button", { name: "bob2", exact: true }).waitFor();
  await page.locator(".me-name:focus").waitFor();
  assert.equal((await bob.next("user_renamed")).user.name, "bob2");

  await page.getByRole("button", { name: "bob2", exact: true }).click();
  await field.fill("น้ำผึ้ง");
  await page.keyboard.press("Escape");
  await field.waitFor({ state: "detached" });
  await page.reload();
  await page.getByRole("button", { name: "bob2", exact: true }).waitFor();
  assert.deepEqual(visitor.troubles, []);
  await visitor.leave();
});

test("[K3] a name that is asked for without a line, and taken: one is back under the old name, and told so", async (t) => {
  const { url } = await startTestServer(t);
  const bob = await RawClient.join(t, url, { name: "Bob" });
  const visitor = await browser.visit(`${url}/`);
  await visitor.comeIn("Ann");
  const { page } = visitor;
  let isCut = false;
  let cut = async () => {};
  await page.routeWebSocket("**", async (line) => {
    if (isCut) return line.close({ code: 4105 });
    line.connectToServer();
    cut = () => line.close({ code: 4105 });
  });
  await page.reload();
  await page.getByText("WebSocket", { exact: true }).waitFor();
  isCut = true;
  await cut();
  await page.getByText("Offline", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Ann", exact: true }).click();
  const field = page.getByRole("textbox", { name: "Your name" });
  await field.fill("Bob");
  await field.press("Enter");
  await page.getByText("This name is taken.").waitFor();
  await visitor.say("still me");
  assert.equal((await bob.next("message")).user.name, "Ann");
  await page.getByRole("button", { name: "Be “Bob2” instead" }).click();
  await page.getByRole("button", { name: "Bob2", exact: true }).waitFor();
  await field.waitFor({ state: "detached" });
  await visitor.leave();
});

test("what is chosen in the settings is kept on the device, and ? shows the keys, each of which works", async (t) => {
  const { url } = await startTestServer(t);
  const visitor = await browser.visit(`${url}/r/second`, { timezoneId: "UTC" });
  await visitor.comeIn("Оля");
  const { page } = visitor;
  await visitor.say("22 o'clock?");
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("radio", { name: "24 h" }).check();
  await page.getByRole("radio", { name: "Compact" }).check();
  await page.getByRole("radio", { name: "Dark" }).check();
  await page.keyboard.press("Escape");
  await page.reload();
  await visitor.sees("22 o'clock?");
  assert.deepEqual(
    await page.evaluate("[document.documentElement.dataset.theme, document.documentElement.dataset.density]"),
    ["dark", "compact"],
  );
  assert.match((await visitor.conversation.locator("time").first().textContent()) ?? "", /^\d\d:\d\d$/);

  const composer = page.getByRole("textbox", { name: "Message" });
  await composer.pressSequentially("?");
  assert.equal(await composer.inputValue(), "?");
  await visitor.conversation.focus();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard" }).getByText("Room above").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("x");
  assert.equal(await composer.inputValue(), "?x");

  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("group", { name: "One-key shortcuts" }).getByRole("radio", { name: "Off" }).check();
  await page.keyboard.press("Escape");
  await visitor.conversation.focus();
  await page.keyboard.press("?");
  await page.keyboard.press("y");
  assert.deepEqual([await page.getByRole("dialog").count(), await composer.inputValue()], [0, "?x"]);

  await page.getByRole("button", { name: "Add a room" }).click();
  await page.getByRole("textbox", { name: "Name of the room" }).fill("кухня");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "кухня" }).waitFor();
  await page.keyboard.press("Alt+ArrowUp");
  await page.getByRole("heading", { name: "second" }).waitFor();
  await page.keyboard.press("Alt+ArrowUp");
  await page.getByRole("heading", { name: "кухня" }).waitFor();
  assert.deepEqual(visitor.troubles, []);
  await visitor.leave();
});
