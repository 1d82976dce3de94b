import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals";
import type { MessageFrame, User } from "../../src/sdk/index.ts";
import { createAlerts } from "../../src/web/state/alerts.ts";
import type { Kept } from "../../src/web/state/kept.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** What all tabs of a browser keep. */
function keptInBrowser(): Kept {
  const values = new Map<string, string | undefined>();
  const write = (key: string, value: string | undefined) => void values.set(key, value);
  return { read: (key) => values.get(key), write, forget() {}, watch: () => () => {} };
}

interface PageParts {
  readonly wanted: "off" | "mentions" | "all";
  readonly sound?: "on" | "off";
  readonly other?: User;
  readonly kept?: Kept;
  readonly clock?: FakeClock;
}

/** A page in one room, as far as its alerts look at it, and what the reader is told. */
function page({ wanted, sound = "off", other, kept = keptInBrowser(), clock = new FakeClock() }: PageParts) {
  const latest = signal<MessageFrame>();
  const readUpTo = signal(0);
  const isSeen = signal(false);
  const told: string[] = [];
  const mentions = signal({ isOfMe: (text: string) => text.includes("@Ann") });
  const conversation = { name: "кухня", other: signal(other), latest, readUpTo, people: { mentions } };
  const stage = signal({ at: "inside" as const, chat: { conversations: signal([conversation]) } });
  createAlerts({
    visit: { stage, goTo() {} },
    preferences: { told: { chosen: signal(wanted) }, sound: { chosen: signal(sound) } },
    isSeen,
    clock,
    kept,
    teller: {
      notify: ({ title, text }) => void told.push(`${title}: ${text}`),
      chime: () => void told.push("♪"),
    },
  });
  let seq = 0;
  const hear = (text: string) => {
    latest.value = { seq: ++seq, text, user: { name: "Боб" } } as MessageFrame;
  };
  return { clock, readUpTo, isSeen, told, hear };
}

test("what comes while nobody looks is told of, unless it is read in another tab within half a second", () => {
  const { clock, readUpTo, told, hear } = page({ wanted: "all" });
  hear("สวัสดี");
  clock.advance(499);
  assert.deepEqual(told, []);
  clock.advance(1);
  assert.deepEqual(told, ["Боб · кухня: สวัสดี"]);
  hear("read elsewhere");
  readUpTo.value = 2;
  clock.advance(1_000);
  assert.equal(told.length, 1);
});

test("of a long message the beginning is told, and no half of what people see as one character", () => {
  for (const one of ["👩‍👩‍👧", "น้ำ", "🇺🇦"]) {
    const { clock, told, hear } = page({ wanted: "all" });
    hear(`!${one.repeat(100)}`);
    clock.advance(500);
    const text = told[0]?.slice("Боб · кухня: !".length) ?? "";
    assert.ok(text.length > 180 && text.length < 200, `${text.length}`);
    assert.equal(text.replaceAll(one, ""), "");
  }
});

test("what is written to the reader alone is told of like a mention, without the room's name", () => {
  const { clock, told, hear } = page({ wanted: "mentions", other: { id: "u_bob", name: "Боб" } as User });
  hear("רק לך");
  clock.advance(500);
  assert.deepEqual(told, ["Боб: רק לך"]);
});

test("nobody is told of what they look at, nor of what does not mention them if they want mentions only", () => {
  const { clock, isSeen, told, hear } = page({ wanted: "mentions" });
  isSeen.value = true;
  hear("@Ann, here");
  clock.advance(1_000);
  isSeen.value = false;
  hear("to all");
  clock.advance(1_000);
  hear("@Ann, שלום");
  clock.advance(1_000);
  assert.deepEqual(told, ["Боб · кухня: @Ann, שלום"]);
});

test("a sound goes with the mentions for who wants to be told of those only, and with everything where nothing else tells", () => {
  for (const [wanted, expected] of [
    ["mentions", ["Боб · кухня: @Ann, שלום", "♪"]],
    ["all", ["Боб · кухня: to all", "♪", "Боб · кухня: @Ann, שלום", "♪"]],
    ["off", ["♪", "♪"]],
  ] as const) {
    const { clock, told, hear } = page({ wanted, sound: "on" });
    for (const text of ["to all", "@Ann, שלום"]) {
      hear(text);
      clock.advance(4_000);
    }
    assert.deepEqual(told, expected, wanted);
  }
});

test("a sound is heard once in a while, however much is said", () => {
  const { clock, told, hear } = page({ wanted: "off", sound: "on" });
  for (const text of ["1", "2", "3"]) {
    hear(text);
    clock.advance(600);
  }
  assert.deepEqual(told, ["♪"]);
  clock.advance(3_000);
  hear("4");
  clock.advance(600);
  assert.deepEqual(told, ["♪", "♪"]);
});

test("a sound is heard once, however many tabs there are, also where the browser keeps nothing or its clock was put back", () => {
  const shared = { clock: new FakeClock(), kept: keptInBrowser() };
  const tabs = [1, 2].map(() => page({ wanted: "off", sound: "on", ...shared }));
  const sounds = () => tabs.flatMap(({ told }) => told).length;
  for (const { hear } of tabs) hear("สวัสดี");
  shared.clock.advance(600);
  assert.equal(sounds(), 1);
  shared.kept.write("chimed", `${shared.clock.now() + 3_600_000}`);
  for (const { hear } of tabs) hear("ещё раз");
  shared.clock.advance(600);
  assert.equal(sounds(), 2);
  const forgetful = { ...keptInBrowser(), read: () => undefined };
  const { clock, told, hear } = page({ wanted: "off", sound: "on", kept: forgetful });
  for (const text of ["1", "2"]) {
    hear(text);
    clock.advance(600);
  }
  assert.deepEqual(told, ["♪"]);
});
