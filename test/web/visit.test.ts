import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { computed, effect } from "@preact/signals";
import { connect, type RoomName, webStorageOutbox } from "../../src/sdk/index.ts";
import { pageClock } from "../../src/web/state/clock.ts";
import { createIdentity } from "../../src/web/state/identity.ts";
import { keptIn } from "../../src/web/state/kept.ts";
import { keptPagesIn } from "../../src/web/state/kept-pages.ts";
import { createRoute } from "../../src/web/state/route.ts";
import { createVisit, type Visit } from "../../src/web/state/visit.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";

const passphrase = "коти люблять молоко";

/** What a browser keeps: as in one, its values are its own properties. */
function openStorage(): Storage {
  const storage: Storage = Object.create({
    getItem: (key: string): string | null => storage[key] ?? null,
    setItem(key: string, value: string): void {
      storage[key] = value;
    },
    removeItem(key: string): void {
      delete storage[key];
    },
    key: (index: number): string | null => Object.keys(storage)[index] ?? null,
    get length(): number {
      return Object.keys(storage).length;
    },
  });
  return storage;
}

interface TabParts {
  readonly storage: Storage;
  readonly path?: string;
  readonly transition?: (change: () => void) => void;
}

/** A tab of a browser that keeps `storage`. */
function openTab(t: TestContext, url: string, { storage, path = "/", transition = (change) => change() }: TabParts) {
  const window = {
    location: new URL(path, url),
    history: { pushState() {}, replaceState() {} },
    addEventListener() {},
    removeEventListener() {},
  };
  const inTab = openStorage();
  const kept = keptIn(() => storage, window);
  const identity = createIdentity(kept);
  const route = createRoute(window);
  const visit = createVisit({
    connect: (options) => connect(url, { ...options, lang: "en", outbox: webStorageOutbox(storage) }),
    identity,
    route,
    kept,
    keptInTab: keptIn(() => inTab, window),
    pages: keptPagesIn(undefined),
    clock: pageClock,
    transition,
    isApp: false,
  });
  t.after(() => {
    const now = visit.stage.peek();
    if (now.at !== "outside") now.chat.close();
  });
  return { visit, identity, route, kept };
}

/** Waits until something that signals tell of is so. */
const until = (isSo: () => boolean) =>
  new Promise<void>((resolve) => {
    const end = effect(() => {
      if (!isSo()) return;
      resolve();
      queueMicrotask(() => end());
    });
  });

const chatOf = (visit: Visit) => {
  const now = visit.stage.value;
  return now.at === "inside" ? now.chat : undefined;
};
/** Waits until somebody of this name is in a room, with a line to it. */
const isIn = (visit: Visit, name: string) =>
  until(
    () =>
      chatOf(visit)?.me.value?.name === name &&
      chatOf(visit)?.link.value.at === "open" &&
      visit.current.value?.conversation.isReady.value === true,
  );

/** Has the server welcome a tab anew, as it does whenever the line was lost. */
async function greetAgain(visit: Visit): Promise<void> {
  const chat = chatOf(visit);
  assert.ok(chat);
  chat.setLanguage("th");
  // What is asked after it is answered after it.
  await chat.listRooms(undefined);
}

async function claim(url: string, name: string): Promise<void> {
  const answer = await fetch(`${url}/api/v1/claim`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name, passphrase }),
  });
  assert.equal(answer.status, 200);
}

/** A guest in two tabs. */
async function openTwoTabs(t: TestContext, url: string) {
  const storage = openStorage();
  const first = openTab(t, url, { storage });
  first.visit.enter("Ann", "кухня");
  await isIn(first.visit, "Ann");
  const second = openTab(t, url, { storage, path: "/r/кухня" });
  await isIn(second.visit, "Ann");
  return { storage, first, second };
}

async function login({ visit }: { readonly visit: Visit }): Promise<void> {
  await (await chatOf(visit)?.account())?.login("Оля", passphrase);
  await isIn(visit, "Оля");
}

test("[I3] who signs in in one tab stays who they are, whatever another tab is welcomed as that is still a guest's", async (t) => {
  const { url } = await startTestServer(t);
  await claim(url, "Оля");
  const { storage, first, second } = await openTwoTabs(t, url);
  await login(first);
  await greetAgain(second.visit);
  assert.equal(chatOf(second.visit)?.me.peek()?.name, "Ann");
  const again = openTab(t, url, { storage, path: "/r/кухня" });
  await isIn(again.visit, "Оля");
});

test("[I3] a session that ends in one tab takes nothing of another that this browser keeps, but what is its own", async (t) => {
  const { url } = await startTestServer(t);
  await claim(url, "Оля");
  const { storage, first, second } = await openTwoTabs(t, url);
  await login(first);
  await login(second);
  second.visit.current.peek()?.conversation.write("чернетка");
  await (await chatOf(second.visit)?.account())?.endSession("others");
  await until(() => first.visit.stage.value.at === "outside");
  assert.equal(first.visit.obstacle.peek()?.field, "session");
  const again = openTab(t, url, { storage, path: "/r/кухня" });
  await isIn(again.visit, "Оля");
  assert.equal(again.visit.current.peek()?.conversation.text.peek(), "чернетка");

  // Two tabs of one session: whichever hears of its end forgets, whoever was welcomed last.
  const phone = await RawClient.join(t, url);
  phone.send({ type: "login", name: "Оля", passphrase });
  await phone.next("welcome");
  phone.send({ type: "end_session", session: "others" });
  await until(() => second.visit.stage.value.at === "outside" && again.visit.stage.value.at === "outside");
  assert.deepEqual(Object.keys(storage), ["parlance-name"]);
});

test("a name that is asked for in one tab is kept, also while this browser keeps another session of the same person", async (t) => {
  const { url } = await startTestServer(t);
  await claim(url, "Оля");
  const { storage, first, second } = await openTwoTabs(t, url);
  await login(first);
  await login(second);
  chatOf(second.visit)?.close();
  chatOf(first.visit)?.rename("น้อย");
  await isIn(first.visit, "น้อย");
  const again = openTab(t, url, { storage, path: "/r/кухня" });
  await isIn(again.visit, "น้อย");
});

for (const way of ["under another name", "with a passphrase"] as const) {
  test(`who comes in ${way} where somebody else was finds and sends nothing of theirs, which a name that is refused leaves alone`, async (t) => {
    const server = await startTestServer(t);
    const { url, data, ports } = server;
    await claim(url, "Оля");
    const storage = openStorage();
    const first = openTab(t, url, { storage });
    first.visit.enter("Ann", "кухня");
    await isIn(first.visit, "Ann");
    chatOf(first.visit)?.open("сад" as RoomName);
    const { conversation } = first.visit.current.peek() ?? {};
    await server.stop();
    conversation?.send("не надіслано");
    conversation?.write("чернетка");
    chatOf(first.visit)?.close();

    await startTestServer(t, { data, ports });
    const reader = await RawClient.join(t, url, { room: "кухня", name: "reader" });
    const { visit } = openTab(t, url, { storage });
    const kept = JSON.stringify(storage);
    visit.enter("Оля", "кухня");
    await until(() => visit.obstacle.value?.field === "name");
    assert.equal(JSON.stringify(storage), kept);
    if (way === "under another name") visit.enter("Боб", "кухня");
    else await visit.login("Оля", passphrase, "кухня");
    await isIn(visit, way === "under another name" ? "Боб" : "Оля");
    assert.equal(visit.current.peek()?.conversation.text.peek(), "");
    assert.deepEqual(
      chatOf(visit)
        ?.conversations.peek()
        .map(({ name }) => name),
      ["кухня"],
    );
    visit.current.peek()?.conversation.send("вперше тут");
    assert.equal((await reader.next("message")).text, "вперше тут");
  });
}

test("what waits to be sent is sent for who signs in within their visit, or comes back", async (t) => {
  const server = await startTestServer(t);
  const { url, data, ports } = server;
  await claim(url, "Оля");
  const storage = openStorage();
  const first = openTab(t, url, { storage });
  first.visit.enter("Ann", "кухня");
  await isIn(first.visit, "Ann");
  await server.stop();
  first.visit.current.peek()?.conversation.send("ще не надіслано");
  chatOf(first.visit)?.close();
  await startTestServer(t, { data, ports });
  const reader = await RawClient.join(t, url, { room: "кухня", name: "reader" });
  const second = openTab(t, url, { storage });
  second.visit.enter("Ann", "кухня");
  await isIn(second.visit, "Ann");
  assert.equal((await reader.next("message")).text, "ще не надіслано");
  second.visit.current.peek()?.conversation.write("чернетка");
  await login(second);
  assert.equal(second.visit.current.peek()?.conversation.text.peek(), "чернетка");
  assert.ok(Object.keys(storage).includes("parlance-draft-кухня"));
});

test("who leaves the room that is on the screen sees the next one after it, and never the entrance between", async (t) => {
  const { url } = await startTestServer(t);
  const changes: (() => void)[] = [];
  const { visit, route } = openTab(t, url, {
    storage: openStorage(),
    transition(change) {
      if (visit.stage.peek().at === "inside") changes.push(change);
      else change();
    },
  });
  visit.enter("Ann", "кухня");
  await isIn(visit, "Ann");
  visit.goTo("сад");
  await isIn(visit, "Ann");
  const seen: (string | undefined)[] = [];
  const shown = computed(() => visit.current.value?.conversation.name);
  t.after(shown.subscribe((name) => void seen.push(name)));
  visit.leaveRoom("сад" as RoomName);
  assert.deepEqual(seen, ["сад"], "until the browser changes the scene");
  for (const change of changes.splice(0)) change();
  assert.deepEqual(seen, ["сад", "кухня"]);
  visit.leaveRoom("кухня" as RoomName);
  for (const change of changes.splice(0)) change();
  assert.deepEqual([seen.at(-1), route.place.peek().at], [undefined, "entrance"]);
  assert.equal(chatOf(visit)?.conversations.peek().length, 0);
});

test("[K3] what waits in a room is sent by whoever comes back, though another tab has opened and left other rooms since", async (t) => {
  const { url } = await startTestServer(t);
  const { storage, first, second } = await openTwoTabs(t, url);
  first.visit.goTo("сад");
  second.visit.goTo("ліс");
  second.visit.goTo("ห้อง");
  second.visit.leaveRoom("ห้อง" as RoomName);
  const again = openTab(t, url, { storage, path: "/r/кухня" });
  await isIn(again.visit, "Ann");
  const rooms = chatOf(again.visit)?.conversations.peek() ?? [];
  assert.deepEqual(rooms.map(({ name }) => name).toSorted(), ["кухня", "ліс", "сад"]);
});
