import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { MessageFrame } from "../../sdk/index.ts";
import type { Conversation } from "../state/conversation.ts";
import { usePage, useSay } from "../state/page.ts";

/** How long messages are gathered before they are read out. */
const gatherMs = 800;

/** Tells a screen reader of new messages, several at once as a number, and of what one's own were given; never of history. */
export function Announcer({ conversation }: { readonly conversation: Conversation }) {
  const say = useSay();
  const { clock } = usePage();
  const words = useSignal("");
  const gathered = useRef<MessageFrame[]>([]);
  const told = useRef(conversation.latest.peek());
  const cancel = useRef(() => {});
  useEffect(() => () => cancel.current(), []);
  useSignalEffect(() => {
    const message = conversation.latest.value;
    if (!message || message === told.current) return;
    told.current = message;
    gathered.current.push(message);
    if (gathered.current.length > 1) return;
    cancel.current = clock.after(gatherMs, () => {
      const [first, ...others] = gathered.current;
      gathered.current = [];
      if (!first) return;
      words.value =
        others.length > 0
          ? say("conversation.announce_many", { count: others.length + 1 })
          : say("conversation.announce", { name: first.user.name, text: first.text });
    });
  });
  const reaction = conversation.latestReaction.value;
  const seenReaction = useRef(reaction);
  useEffect(() => {
    if (!reaction || reaction === seenReaction.current) return;
    seenReaction.current = reaction;
    words.value = say("conversation.announce_reaction", { name: reaction.user.name, emoji: reaction.emoji });
  }, [reaction]);
  return (
    <p class="aside" aria-live="polite" dir="auto">
      {words}
    </p>
  );
}
