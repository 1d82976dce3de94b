import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals";
import english from "../../src/locales/en/page.ts";
import { speaker } from "../../src/locales/words.ts";
import type { MessageFrame, ServerFrameOf } from "../../src/sdk/index.ts";
import { announce } from "../../src/web/conversation/announce.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** A conversation, and all that stood where a screen reader looks, one after the other. */
function listening() {
  const clock = new FakeClock();
  const latest = signal<MessageFrame | undefined>({ text: "before", user: { name: "Боб" } } as MessageFrame);
  const latestReaction = signal<ServerFrameOf<"reacted">>();
  const words = signal("");
  const stood: string[] = [];
  words.subscribe((text) => void stood.push(text));
  const say = speaker("en", english);
  const end = announce({ latest, latestReaction }, words, clock, () => say);
  const hear = (text: string) => {
    latest.value = { text, user: { name: "Боб" } } as MessageFrame;
  };
  const answer = (emoji: string) => {
    latestReaction.value = { emoji, user: { name: "น้อย" } } as ServerFrameOf<"reacted">;
  };
  return { clock, stood, end, hear, answer };
}

test("what is new is read out once it was gathered, and each message of a burst is counted", () => {
  const { clock, stood, end, hear, answer } = listening();
  clock.advance(2_000);
  assert.deepEqual(stood, [""], "what was there before is not new");
  for (const text of ["один", "два", "три"]) hear(text);
  answer("🎉");
  answer("❤️");
  clock.advance(799);
  assert.deepEqual(stood, [""]);
  clock.advance(1);
  assert.deepEqual(stood, ["", "3 new messages\nน้อย answers your message with 🎉\nน้อย answers your message with ❤️"]);
  hear("чотири");
  end();
  hear("п’ять");
  clock.advance(2_000);
  assert.deepEqual([stood.length, clock.pending], [2, 0]);
});

test("the same words are read again: nothing stands there before them, and each stands there long enough", () => {
  const { clock, stood, hear } = listening();
  hear("так");
  clock.advance(800);
  hear("так");
  clock.advance(399);
  assert.deepEqual(stood, ["", "Боб: так"]);
  clock.advance(1);
  assert.equal(stood.at(-1), "");
  clock.advance(399);
  assert.equal(stood.at(-1), "");
  clock.advance(1);
  assert.deepEqual(stood, ["", "Боб: так", "", "Боб: так"]);
});
