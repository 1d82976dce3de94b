import { effect, type ReadonlySignal, untracked } from "@preact/signals";
import type { MessageFrame } from "../../sdk/index.ts";
import { beginningOf } from "../logic/names.ts";
import type { Clock } from "./clock.ts";
import type { Kept } from "./kept.ts";

/** Long enough for another tab, in which somebody is looking, to say that it has been read. */
const waitMs = 500;
/** One sound in this time, however much is said, and in however many tabs. */
const quietMs = 3_000;

/** How what came while nobody looks is told: by the system, and by a sound. */
export interface Teller {
  notify(notification: {
    readonly title: string;
    readonly text: string;
    readonly room: string;
    readonly onClick: () => void;
  }): void;
  chime(): void;
}

/** A conversation, as far as its alerts look at it. */
interface HeardRoom {
  readonly name: string;
  readonly other: ReadonlySignal<unknown>;
  readonly latest: ReadonlySignal<MessageFrame | undefined>;
  readonly readUpTo: ReadonlySignal<number>;
  readonly people: { readonly mentions: ReadonlySignal<{ isOfMe(text: string): boolean }> };
}

type Stage =
  | { readonly at: "outside" | "door" }
  | { readonly at: "inside"; readonly chat: { readonly conversations: ReadonlySignal<readonly HeardRoom[]> } };

interface AlertParts {
  readonly visit: { readonly stage: ReadonlySignal<Stage>; goTo(room: string): unknown };
  readonly preferences: {
    readonly told: { readonly chosen: ReadonlySignal<"off" | "mentions" | "all"> };
    readonly sound: { readonly chosen: ReadonlySignal<"off" | "on"> };
  };
  readonly isSeen: ReadonlySignal<boolean>;
  readonly clock: Clock;
  readonly kept: Kept;
  readonly teller: Teller;
}

/**
 * Tells of others' messages while nobody looks at the page, as the reader wants it: a sound of the same ones as the
 * notifications, and of all where those are off. It lives as long as the page.
 */
export function createAlerts({ visit, preferences, isSeen, clock, kept, teller }: AlertParts): void {
  const told = new WeakMap<HeardRoom, MessageFrame | undefined>();
  let chimedAt = 0;

  function tell(conversation: HeardRoom, message: MessageFrame): void {
    const isRead = conversation.readUpTo.peek() >= message.seq;
    if (isRead || isSeen.peek()) return;
    const { sound, told: wanted } = preferences;
    const isForMe = conversation.other.peek() || conversation.people.mentions.peek().isOfMe(message.text);
    if (wanted.chosen.peek() === "mentions" && !isForMe) return;
    if (wanted.chosen.peek() !== "off") {
      teller.notify({
        title: conversation.other.peek() ? message.user.name : `${message.user.name} · ${conversation.name}`,
        text: beginningOf(message.text),
        room: conversation.name,
        onClick: () => visit.goTo(conversation.name),
      });
    }
    const isQuiet = Math.abs(clock.now() - Number(kept.read("chimed") ?? chimedAt)) < quietMs;
    if (sound.chosen.peek() === "off" || isQuiet) return;
    chimedAt = clock.now();
    kept.write("chimed", `${chimedAt}`);
    teller.chime();
  }

  effect(() => {
    const stage = visit.stage.value;
    if (stage.at !== "inside") return;
    for (const conversation of stage.chat.conversations.value) {
      const message = conversation.latest.value;
      const isNews = told.has(conversation) && told.get(conversation) !== message;
      told.set(conversation, message);
      if (message && isNews && !untracked(() => isSeen.value)) clock.after(waitMs, () => tell(conversation, message));
    }
  });
}
