import { useEffect, useMemo } from "preact/hooks";
import type { Line } from "../logic/arrange.ts";
import { beginningOf } from "../logic/names.ts";
import { follow } from "../parts/follow.ts";
import { Icon } from "../parts/icon.tsx";
import type { Conversation } from "../state/conversation.ts";
import { usePage, useSay } from "../state/page.ts";
import { pathOf } from "../state/place.ts";

interface QuoteProps {
  readonly reply: NonNullable<Line["reply"]>;
  readonly conversation: Conversation;
}

/** What a message answers, in a line; it leads there. */
export function Quote({ reply, conversation }: QuoteProps) {
  const say = useSay();
  const { route } = usePage();
  const { quotes } = conversation;
  const found = useMemo(() => quotes.find(reply), [quotes, reply.id, reply.seq]);
  useEffect(() => quotes.want(reply), [quotes, reply.id, reply.seq]);
  const { value: message } = found;
  const seq = message?.seq ?? reply.seq;
  const place = { at: "room", room: conversation.name, seq } as const;
  return (
    <a class="quote" href={pathOf(place)} onClick={follow(() => route.go(place))}>
      <Icon of="reply" />
      <span class="aside">{say("message.answers")}</span>
      {message && <bdi class="quote-name">{message.user.name}</bdi>}
      <bdi class="quote-text">
        {message?.deleted ? say("message.deleted") : message ? beginningOf(message.text) : "…"}
      </bdi>
    </a>
  );
}
