import { useComputed, useSignal } from "@preact/signals";
import { useLayoutEffect, useMemo } from "preact/hooks";
import type { Line } from "../logic/arrange.ts";
import { isEmojiOnly, isLong } from "../logic/names.ts";
import { follow } from "../parts/follow.ts";
import { Icon } from "../parts/icon.tsx";
import { lazily } from "../parts/lazily.tsx";
import type { RefusedChange } from "../state/changes.ts";
import type { Conversation } from "../state/conversation.ts";
import { useFormats, usePage, useSay } from "../state/page.ts";
import { pathOf } from "../state/place.ts";
import { Formatted } from "./formatted.tsx";
import { Quote } from "./quote.tsx";
import { Reactions } from "./reactions.tsx";

const MessageTools = lazily(async () => (await import("./message-tools.tsx")).MessageTools);

/** A moment: short to read, exact under the pointer and while the conversation has the focus. */
export function Moment({ at }: { readonly at: number }) {
  const formats = useFormats();
  const exact = formats.exact(at);
  return (
    <time class="moment" dateTime={new Date(at).toISOString()} title={exact} data-exact={exact}>
      {formats.time(at)}
    </time>
  );
}

/** When a message was said: a link to it. By keyboard the conversation leads from one to the next. */
export function MessageMoment({ line, room }: { readonly line: Line; readonly room: string }) {
  const { route } = usePage();
  const { seq } = line;
  if (seq === undefined) return <Moment at={line.at} />;
  const place = { at: "room", room, seq } as const;
  return (
    <a class="moment-link" href={pathOf(place)} tabIndex={-1} onClick={follow(() => route.go(place))}>
      <Moment at={line.at} />
    </a>
  );
}

interface MessageProps {
  readonly line: Line;
  readonly mine: boolean;
  readonly conversation: Conversation;
}

/** One message in its bubble, with what became of it if it is one's own. */
export function Message({ line, mine, conversation }: MessageProps) {
  const say = useSay();
  const isEmoji = isEmojiOnly(line.text);
  const at = line.state?.at ?? "sent";
  const isFresh = useMemo(() => conversation.latest.peek()?.id === line.id, []);
  const { people } = conversation;
  const isOfMe = !mine && line.text.includes("@") && people.mentions.value.isOfMe(line.text);
  const isMarked = useComputed(() => {
    const marked = conversation.marked.value;
    return marked?.at === "here" && marked.seq === line.seq;
  }).value;
  const kind = ["message", `message-${at}`, isFresh && "message-fresh", isOfMe && "message-of-me"];
  const isPicked = useComputed(() => conversation.picked.value?.id === line.id).value;
  const isEdited = useComputed(() => {
    const occasion = conversation.occasion.value;
    return occasion.is === "edit" && occasion.message.id === line.id;
  }).value;
  const refused = useComputed(() => conversation.changes.refused.value.get(line.id)).value;
  if (isEdited) kind.push("message-edited");
  if (line.isChanging) kind.push("message-changing");
  return (
    <div class={kind.filter(Boolean).join(" ")} id={`m-${line.id}`} aria-current={isMarked ? "true" : undefined}>
      <div class={isEmoji ? "bubble bubble-emoji" : "bubble"}>
        {isOfMe && <span class="aside">{say("message.of_you")}</span>}
        {line.reply && !line.isDeleted && <Quote reply={line.reply} conversation={conversation} />}
        {line.isDeleted ? (
          <p class="tombstone">{say("message.deleted")}</p>
        ) : isLong(line.text) ? (
          <Folded text={line.text} people={people} isMarked={isMarked} />
        ) : (
          <Formatted text={line.text} people={people} />
        )}
        {line.editedAt !== undefined && <Edited at={line.editedAt} />}
      </div>
      <span class="message-side">
        <MessageMoment line={line} room={conversation.name} />
        {mine && !line.isDeleted && <Fate at={line.isChanging ? "sending" : at} />}
        {isPicked && line.seq !== undefined && !line.isDeleted && (
          <MessageTools line={line} mine={mine} conversation={conversation} />
        )}
      </span>
      {line.reactions.length > 0 && <Reactions line={line} me={conversation.me.value} conversation={conversation} />}
      {line.state?.at === "refused" && <Refused line={line} conversation={conversation} reason={line.state.message} />}
      {refused && <Unchanged line={line} conversation={conversation} refused={refused} />}
    </div>
  );
}

/** Tells that a message was edited, and under the pointer when. */
function Edited({ at }: { readonly at: number }) {
  const say = useSay();
  const formats = useFormats();
  const exact = formats.exact(at);
  return (
    <time class="edited" dateTime={new Date(at).toISOString()} title={exact}>
      {say("message.edited")}
    </time>
  );
}

function Fate({ at }: { readonly at: "sending" | "sent" | "refused" }) {
  const say = useSay();
  if (at === "refused") return null;
  return (
    <span class="fate" title={say(`message.${at}`)}>
      <Icon of={at === "sent" ? "check" : "clock"} />
      <span class="aside">{say(`message.${at}`)}</span>
    </span>
  );
}

function Refused({
  line,
  conversation,
  reason,
}: {
  readonly line: Line;
  readonly conversation: Conversation;
  readonly reason: string;
}) {
  const say = useSay();
  return (
    <div class="refused" role="alert">
      <p>
        <Icon of="alert" />
        <strong>{say("message.not_sent")}</strong> {reason}
      </p>
      <button type="button" class="chip" onClick={() => conversation.retry(line)}>
        {say("message.retry")}
      </button>
      <button type="button" class="chip" onClick={() => conversation.discard(line)}>
        {say("message.discard")}
      </button>
    </div>
  );
}

interface UnchangedProps {
  readonly line: Line;
  readonly conversation: Conversation;
  readonly refused: RefusedChange;
}

/** A change that the server refused: the message is as it was, and the text of an edit is not lost. */
function Unchanged({ line, conversation, refused: { why, text } }: UnchangedProps) {
  const say = useSay();
  const forgive = () => conversation.changes.forgive(line.id);
  return (
    <div class="refused" role="alert">
      <p>
        <Icon of="alert" />
        <strong>{say("message.not_changed")}</strong> {why}
      </p>
      {text !== undefined && (
        <button
          type="button"
          class="chip"
          onClick={() => {
            forgive();
            conversation.edit(line.id, text);
          }}
        >
          {say("message.edit_again")}
        </button>
      )}
      <button type="button" class="chip" onClick={forgive}>
        {say("drawer.close")}
      </button>
    </div>
  );
}

interface FoldedProps {
  readonly text: string;
  readonly people: Conversation["people"];
  /** Somebody was led here: what they look for may be anywhere in it. */
  readonly isMarked: boolean;
}

function Folded({ text, people, isMarked }: FoldedProps) {
  const say = useSay();
  const isOpen = useSignal(isMarked);
  // Before the message is brought into sight.
  useLayoutEffect(() => {
    if (isMarked) isOpen.value = true;
  }, [isMarked]);
  return (
    <>
      <div class={isOpen.value ? "fold fold-open" : "fold"}>
        <Formatted text={text} people={people} />
      </div>
      <button
        type="button"
        class="unfold"
        aria-expanded={isOpen.value}
        onClick={() => {
          isOpen.value = !isOpen.value;
        }}
      >
        {say(isOpen.value ? "message.less" : "message.more")}
      </button>
    </>
  );
}
