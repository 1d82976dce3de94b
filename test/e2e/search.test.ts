import assert from "node:assert/strict";
import { test } from "node:test";
import { findings } from "../../scripts/findings.ts";
import { useBrowser } from "../support/browser.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";

const browser = useBrowser();

test("[Q1] what was said is found in this room and in all, with its words marked, and leads to its place", async (t) => {
  const { url } = await startTestServer(t);
  const post = (room: string, text: string) => fetch(`${url}/rooms/${room}/messages`, { method: "POST", body: text });
  await post("general", "Їжак спить біля води");
  for (let number = 1; number <= 120; number++) await post("general", `№${number}`);
  await post("кухня", "ЇЖАК п’є чай");
  const visitor = await browser.visit(`${url}/`);
  await visitor.comeIn("Оля");
  const guest = await RawClient.join(t, url, { name: "Тарас" });
  const { page, conversation } = visitor;
  await page.keyboard.press("Control+k");
  const dialog = page.getByRole("dialog", { name: "Search" });
  const field = dialog.getByRole("searchbox").and(page.locator(":focus"));
  await field.fill("№1");
  await dialog.getByRole("button", { name: "Show more" }).waitFor();
  const below = await dialog.evaluate((sheet) => {
    const card = sheet.querySelector(".sheet-card");
    return card && card.getBoundingClientRect().bottom - sheet.clientHeight;
  });
  assert.ok(below !== null && below < 0, `a card of many results ends ${below} pixels below the window`);
  await field.fill("їжак вод");
  await dialog.getByRole("link", { name: "Їжак спить біля води" }).waitFor();
  assert.deepEqual(await dialog.locator("mark").allTextContents(), ["Їжак", "вод"]);
  await field.fill("їжак");
  await dialog.getByRole("radio", { name: "All rooms" }).check();
  await dialog.getByText("2 messages").waitFor();
  assert.deepEqual(await dialog.locator("mark").allTextContents(), ["ЇЖАК", "Їжак"], "the newest first");
  assert.deepEqual(await findings(page), []);
  await dialog.getByRole("searchbox").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  await conversation.locator(".message[aria-current]", { hasText: "Їжак спить" }).waitFor();

  // What was looked for is still there, and looked for anew: what is deleted is gone, before the dialog opens and after.
  const early = await guest.say("їжак: раніше");
  const late = [await guest.say("їжак: пізніше"), await guest.say("їжак: ще пізніше")];
  guest.send({ type: "delete", target: early.id });
  await guest.next("deleted");
  await page.getByRole("button", { name: "Search" }).click();
  await dialog.getByText("4 messages").waitFor();
  assert.equal(await dialog.getByText("раніше").count(), 0);
  for (const { id } of late) guest.send({ type: "delete", target: id });
  await dialog.getByText("2 messages").waitFor();
  assert.equal(await dialog.getByText("пізніше").count(), 0);
  await dialog.getByRole("button", { name: "Close" }).click();
  await dialog.waitFor({ state: "detached" });

  // The other one is in a room that opens.
  await page.getByRole("button", { name: "Search" }).click();
  await dialog.getByText("2 messages").waitFor();
  // What was found by other words is not what Enter means, and one that an input method has taken means nothing.
  // At once: a slow machine would take longer for two steps than the page waits.
  await page.evaluate(`{
    const field = document.querySelector("[type=search]");
    const press = (keyCode) =>
      field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", keyCode, bubbles: true, cancelable: true }));
    press(229);
    field.value = "№120";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    press(13);
  }`);
  await dialog.getByText("1 message", { exact: true }).waitFor();
  await dialog.getByRole("searchbox").fill("їжак");
  await dialog.getByText("2 messages").waitFor();
  await dialog.getByRole("searchbox").press("Enter");
  await page.getByRole("heading", { level: 1, name: "кухня" }).waitFor();
  await conversation.locator(".message[aria-current]", { hasText: "ЇЖАК" }).waitFor();
  assert.deepEqual(visitor.troubles, []);
  await visitor.leave();
});
