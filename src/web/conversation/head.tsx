import { Icon } from "../parts/icon.tsx";
import { type Chat, unreadIn } from "../state/chat.ts";
import type { Conversation } from "../state/conversation.ts";
import { useSay } from "../state/page.ts";
import { TopicLine } from "./topic-line.tsx";

interface HeadProps {
  readonly chat: Chat;
  readonly conversation: Conversation;
  readonly onSearch: () => void;
  /** Opens the drawer of a region that does not fit. */
  readonly onRooms: (() => void) | undefined;
  readonly onMembers: (() => void) | undefined;
}

/** The room's name, what it is about, how many are in it, and the way to what does not fit. */
export function ConversationHead({ chat, conversation, onSearch, onRooms, onMembers }: HeadProps) {
  const say = useSay();
  const count = conversation.count.value;
  const elsewhere = unreadIn(chat).value - conversation.unread.value;
  const unread = elsewhere > 0 ? `, ${say("rooms.unread", { count: elsewhere })}` : "";
  return (
    <header class="head">
      {onRooms && (
        <button type="button" class="round" aria-label={`${say("rooms.open")}${unread}`} onClick={onRooms}>
          <Icon of="menu" />
          {unread && <span class="dot" />}
        </button>
      )}
      <div class="head-words">
        <h1 class="head-room">
          <Icon of={conversation.other.value ? "people" : "hash"} />
          <bdi>{conversation.title}</bdi>
        </h1>
        <div class="head-line">
          {onMembers && count > 0 && <p class="head-count">{say("members.count", { count })}</p>}
          <TopicLine key={conversation.name} conversation={conversation} />
        </div>
      </div>
      <button
        type="button"
        class="round"
        aria-label={say("search.title")}
        title={say("search.title")}
        onClick={onSearch}
      >
        <Icon of="search" />
      </button>
      {onMembers && (
        <button type="button" class="round" aria-label={say("members.open")} onClick={onMembers}>
          <Icon of="people" />
        </button>
      )}
    </header>
  );
}
