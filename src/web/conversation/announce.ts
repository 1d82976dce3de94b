import type { ReadonlySignal, Signal } from "@preact/signals";
import type english from "../../locales/en/page.ts";
import type { Speak } from "../../locales/words.ts";
import type { MessageFrame, ServerFrameOf } from "../../sdk/index.ts";
import type { Clock } from "../state/clock.ts";

/** How long what is to be told is gathered before it is read out, in two halves. */
const halfMs = 400;

/** A conversation, as far as it is read out. */
interface Heard {
  readonly latest: ReadonlySignal<MessageFrame | undefined>;
  readonly latestReaction: ReadonlySignal<ServerFrameOf<"reacted"> | undefined>;
}

/** Puts into `words` what is new from now on, several messages at once as a number; the answer ends that. */
export function announce(
  heard: Heard,
  words: Signal<string>,
  clock: Clock,
  say: () => Speak<typeof english>,
): () => void {
  let messages: MessageFrame[] = [];
  let reactions: ServerFrameOf<"reacted">[] = [];
  let cancel: (() => void) | undefined;

  function tell(): void {
    cancel = undefined;
    const [first, ...others] = messages;
    const told = reactions.map(({ user: { name }, emoji }) => say()("conversation.announce_reaction", { name, emoji }));
    if (others.length > 0) told.unshift(say()("conversation.announce_many", { count: others.length + 1 }));
    else if (first) told.unshift(say()("conversation.announce", { name: first.user.name, text: first.text }));
    messages = [];
    reactions = [];
    words.value = told.join("\n");
  }

  // Words that stand there already are not read again: nothing stands there for half of the time, and they for the other.
  function gather(): void {
    cancel ??= clock.after(halfMs, () => {
      words.value = "";
      cancel = clock.after(halfMs, tell);
    });
  }

  // Not an effect of the drawing's, which looks once a frame: of all that came within one it would see the last.
  function each<T>(latest: ReadonlySignal<T | undefined>, take: (what: T) => void): () => void {
    const before = latest.peek();
    return latest.subscribe((what) => {
      if (!what || what === before) return;
      take(what);
      gather();
    });
  }

  const endings = [
    each(heard.latest, (message) => void messages.push(message)),
    each(heard.latestReaction, (reaction) => void reactions.push(reaction)),
    () => cancel?.(),
  ];
  return () => {
    for (const end of endings) end();
  };
}
