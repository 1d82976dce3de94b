import { type ReadonlySignal, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { MessageFrame, ServerFrameOf } from "../../sdk/index.ts";
import type { Conversation } from "../state/conversation.ts";
import { usePage, useSay } from "../state/page.ts";

/** How long what is to be told is gathered before it is read out. */
const gatherMs = 800;

/** Tells a screen reader of new messages, several at once as a number, and of what one's own were given; never of history. */
export function Announcer({ conversation }: { readonly conversation: Conversation }) {
  const say = useSay();
  const { clock } = usePage();
  const words = useSignal("");
  const messages = useRef<MessageFrame[]>([]);
  const reactions = useRef<ServerFrameOf<"reacted">[]>([]);
  const cancel = useRef<() => void>(undefined);
  useEffect(() => () => cancel.current?.(), []);

  function tell(): void {
    cancel.current = undefined;
    const [first, ...others] = messages.current.splice(0);
    const told = reactions.current
      .splice(0)
      .map(({ user: { name }, emoji }) => say("conversation.announce_reaction", { name, emoji }));
    if (others.length > 0) told.unshift(say("conversation.announce_many", { count: others.length + 1 }));
    else if (first) told.unshift(say("conversation.announce", { name: first.user.name, text: first.text }));
    words.value = told.join("\n");
  }
  useTold(conversation.latest, (message) => {
    messages.current.push(message);
    cancel.current ??= clock.after(gatherMs, tell);
  });
  useTold(conversation.latestReaction, (reaction) => {
    reactions.current.push(reaction);
    cancel.current ??= clock.after(gatherMs, tell);
  });
  return (
    <p class="aside" aria-live="polite">
      {words}
    </p>
  );
}

/** Tells of each that comes from now on. */
function useTold<T>(latest: ReadonlySignal<T | undefined>, tell: (what: T) => void): void {
  const told = useRef(latest.peek());
  useSignalEffect(() => {
    const { value } = latest;
    if (!value || value === told.current) return;
    told.current = value;
    tell(value);
  });
}
