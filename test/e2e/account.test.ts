import assert from "node:assert/strict";
import { test } from "node:test";
import { useBrowser, type Visitor } from "../support/browser.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";

const browser = useBrowser();
/** The names of what a browser keeps for the page, and for the tab. */
const everythingKept = `Object.keys({ ...localStorage, ...sessionStorage })
  .filter((key) => key.startsWith("parlance-")).map((key) => key.slice(9)).toSorted()`;
const passphrase = "коти люблять молоко";

async function openAccount({ page }: Visitor, name: string, chip = "Keep this name…"): Promise<void> {
  await page.getByRole("button", { name, exact: true }).click();
  await page.getByRole("button", { name: chip }).click();
  await page.getByRole("dialog", { name: "Your name" }).waitFor();
}

test("[I2] [I3] a name is kept from one's own menu, brings its owner back elsewhere, and is signed out from afar", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await browser.visit(`${url}/`);
  await ann.comeIn("Зоя");
  await ann.say("before");
  await ann.sees("before");
  const { page } = ann;
  await openAccount(ann, "Зоя");
  await page.getByLabel("Passphrase").fill(passphrase);
  await page.getByLabel("The same once more").fill("щось інше зовсім");
  await page.getByRole("button", { name: "Keep this name", exact: true }).click();
  await page.getByText("The two are not the same.").waitFor();
  await page.getByLabel("The same once more").fill(passphrase);
  await page.getByRole("button", { name: "Keep this name", exact: true }).click();
  await page.getByText("is kept for you").waitFor();
  await page.getByText("This device, now").waitFor();

  const phone = await browser.visit(`${url}/`);
  await phone.comeIn("someone");
  await phone.page.getByRole("button", { name: "someone", exact: true }).click();
  await phone.page.getByRole("textbox", { name: "Your name" }).fill("Зоя");
  await phone.page.getByRole("button", { name: "Save", exact: true }).click();
  await phone.page.getByRole("button", { name: "This name is mine" }).click();
  assert.equal(await phone.page.getByRole("dialog").getByRole("textbox", { name: "Your name" }).inputValue(), "Зоя");
  await phone.page.keyboard.press("Escape");
  await openAccount(phone, "someone");
  await phone.page.getByRole("button", { name: "I have a name already" }).click();
  await phone.page.getByRole("textbox", { name: "Your name" }).fill("Зоя");
  await phone.page.getByLabel("Passphrase").fill("не та фраза зовсім");
  await phone.page.getByRole("button", { name: "Go on under this name" }).click();
  await phone.page.getByText("do not go together").waitFor();
  await phone.page.getByLabel("Passphrase").fill(passphrase);
  await phone.page.getByRole("button", { name: "Go on under this name" }).click();
  await phone.page.getByRole("button", { name: "Зоя", exact: true }).waitFor();
  const reader = await RawClient.join(t, url);
  await phone.say("after");
  await phone.sees("after");
  const said = await reader.next("message");
  assert.equal(said.user.name, "Зоя");
  await phone.page.reload();
  await phone.page.getByRole("button", { name: "Зоя", exact: true }).waitFor();

  await phone.page.getByRole("textbox", { name: "Message" }).fill("лише для себе");
  await page.keyboard.press("Escape");
  await openAccount(ann, "Зоя", "Name and devices…");
  const dialog = page.getByRole("dialog", { name: "Your name" });
  await dialog.getByRole("listitem").nth(1).getByRole("button").click();
  await dialog.getByRole("listitem").nth(1).waitFor({ state: "detached" });
  await phone.page.getByText("You were signed out here.").waitFor();
  assert.deepEqual(await phone.page.evaluate(everythingKept), ["name"]);
  await phone.page.reload();
  await phone.page.getByRole("button", { name: "Come in", exact: true }).click();
  await phone.page.getByText("This name is taken.").waitFor();

  await dialog.getByRole("button", { name: "Sign out: " }).click();
  await page.getByText("You were signed out here.").waitFor();
  assert.deepEqual([ann.troubles, phone.troubles.filter((trouble) => !/403/.test(trouble))], [[], []]);
  await ann.leave();
  await phone.leave();
});

test("[I2] who meets their own kept name at the entrance comes in by its passphrase, at once and in the room that was asked for", async (t) => {
  const { url } = await startTestServer(t);
  const claimed = await fetch(`${url}/api/v1/claim`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "สมชาย", passphrase }),
  });
  assert.equal(claimed.status, 200);
  const owner = (await claimed.json()) as { user: { id: string } };
  const visitor = await browser.visit(`${url}/r/кухня`);
  const { page } = visitor;
  const reader = await RawClient.join(t, url, { room: "кухня", name: "reader" });
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("สมชาย");
  await page.getByRole("button", { name: "Come in", exact: true }).click();
  await page.getByRole("button", { name: "This name is mine" }).click();
  const dialog = page.getByRole("dialog", { name: "Your name" });
  await dialog.getByLabel("Passphrase").and(page.locator(":focus")).waitFor();
  await page.keyboard.type("не та фраза зовсім");
  await page.keyboard.press("Enter");
  await dialog.getByText("do not go together").waitFor();
  await dialog.getByLabel("Passphrase").fill(passphrase);
  await dialog.getByRole("button", { name: "Go on under this name" }).click();
  await page.getByRole("button", { name: "สมชาย", exact: true }).waitFor();
  await visitor.say("я вдома");
  assert.equal((await reader.next("message")).user.id, owner.user.id);
  await page.reload();
  await visitor.sees("я вдома");
  assert.deepEqual(
    visitor.troubles.filter((trouble) => !/403|401/.test(trouble)),
    [],
  );
  await visitor.leave();
});

test("who leaves the chat is asked while something is not sent, and takes along what they wrote, sent or not, in every tab: the next one there finds nothing of it", async (t) => {
  const first = await startTestServer(t);
  const ann = await browser.visit(`${first.url}/r/кухня`);
  await ann.comeIn("Ann");
  const { page } = ann;
  const second = await page.context().newPage();
  await second.goto(`${first.url}/r/general`);
  await second.getByRole("textbox", { name: "Message" }).fill("טיוטה פרטית");
  // Without a server there is only what was fetched before.
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("button", { name: "Leave the chat" }).waitFor();
  await page.keyboard.press("Escape");
  await first.stop();
  await page.getByText(/^Offline, trying/).waitFor();
  await ann.say("never sent");
  await page.locator(".message-sending").waitFor();
  await page.getByRole("textbox", { name: "Message" }).fill("ส่วนตัว");
  await page.getByRole("button", { name: "Settings" }).click();
  const leave = page.getByRole("button", { name: "Leave the chat" });
  await leave.click();
  await page.getByText("1 message is not sent yet, and would be lost.").waitFor();
  await page.getByRole("button", { name: "Stay" }).click();
  await leave.click();
  await page.getByText("1 message is not sent yet, and would be lost.").waitFor();
  await leave.click();
  for (const tab of [page, second]) {
    await tab.getByRole("button", { name: "Come in", exact: true }).waitFor();
    assert.deepEqual(await tab.evaluate(everythingKept), ["away", "id", "name", "session", "token"]);
  }
  await startTestServer(t, { data: first.data, ports: first.ports });
  const reader = await RawClient.join(t, first.url, { room: "кухня", name: "reader" });
  await page.goto(`${first.url}/r/кухня`);
  await ann.comeIn("Боб");
  assert.equal(await page.getByRole("textbox", { name: "Message" }).inputValue(), "");
  await ann.say("вперше тут");
  assert.deepEqual([(await reader.next("message")).text, await page.locator(".bubble").count()], ["вперше тут", 1]);
  await page.getByRole("link", { name: "кухня" }).waitFor();
  assert.equal(await page.locator(".room-link").count(), 1, "in no room of hers");
  await ann.leave();
});
