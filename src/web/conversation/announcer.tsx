import { useSignal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import type { Conversation } from "../state/conversation.ts";
import { usePage } from "../state/page.ts";
import { announce } from "./announce.ts";

/** Tells a screen reader of new messages, several at once as a number, and of what one's own were given; never of history. */
export function Announcer({ conversation }: { readonly conversation: Conversation }) {
  const { clock, preferences } = usePage();
  const words = useSignal("");
  useLayoutEffect(() => announce(conversation, words, clock, () => preferences.say.peek()), [conversation]);
  return (
    <p class="aside" aria-live="polite">
      {words}
    </p>
  );
}
