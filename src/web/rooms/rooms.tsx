import { Brand } from "../parts/brand.tsx";
import { Icon } from "../parts/icon.tsx";
import type { Chat } from "../state/chat.ts";
import type { Conversation } from "../state/conversation.ts";
import { usePage, useSay } from "../state/page.ts";
import { pathOf } from "../state/route.ts";
import { AddRoom } from "./add-room.tsx";
import { Me } from "./me.tsx";

interface RoomsProps {
  readonly chat: Chat;
  readonly current: Conversation;
  /** Called when a room was gone to. */
  readonly onGo?: () => void;
  readonly onSettings: () => void;
}

/** The rooms that are open in this browser, and who one is. */
export function Rooms({ chat, current, onGo, onSettings }: RoomsProps) {
  const say = useSay();
  const { visit } = usePage();
  return (
    <div class="rooms">
      <Brand />
      <h2 class="region-title">{say("rooms.title")}</h2>
      <ul class="room-list">
        {chat.conversations.value.map((conversation) => (
          <li key={conversation.name} class="room-item">
            <a
              class="room-link"
              href={pathOf({ at: "room", room: conversation.name })}
              aria-current={conversation === current ? "page" : undefined}
              onClick={(event) => {
                if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
                event.preventDefault();
                visit.goTo(conversation.name);
                onGo?.();
              }}
            >
              <Icon of="hash" />
              <bdi class="room-name">{conversation.name}</bdi>
              <Unread conversation={conversation} isCurrent={conversation === current} />
            </a>
            <button
              type="button"
              class="round room-leave"
              aria-label={say("rooms.leave", { room: conversation.name })}
              title={say("rooms.leave", { room: conversation.name })}
              onClick={() => visit.leaveRoom(conversation.name)}
            >
              <Icon of="close" />
            </button>
          </li>
        ))}
      </ul>
      <AddRoom chat={chat} {...(onGo && { onGo })} />
      <Me chat={chat} onSettings={onSettings} />
    </div>
  );
}

function Unread({ conversation, isCurrent }: { readonly conversation: Conversation; readonly isCurrent: boolean }) {
  const say = useSay();
  const unread = conversation.unread.value;
  const mentions = conversation.unreadMentions.value;
  if (unread === 0 || isCurrent) return null;
  return (
    <span class={mentions > 0 ? "badge badge-mention" : "badge"}>
      <span aria-hidden="true">
        {mentions > 0 && "@"}
        {unread > 99 ? "99+" : unread}
      </span>
      <span class="aside">
        {say("rooms.unread", { count: unread })}
        {mentions > 0 && `, ${say("message.of_you")}`}
      </span>
    </span>
  );
}
