import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Brand } from "../parts/brand.tsx";
import { follow } from "../parts/follow.ts";
import { Icon } from "../parts/icon.tsx";
import { Avatar } from "../parts/person.tsx";
import type { Chat } from "../state/chat.ts";
import type { Conversation } from "../state/conversation.ts";
import { usePage, useSay } from "../state/page.ts";
import { pathOf } from "../state/place.ts";
import { AddRoom } from "./add-room.tsx";
import { Me } from "./me.tsx";

interface RoomsProps {
  readonly chat: Chat;
  readonly current: Conversation;
  /** Called when a room was gone to. */
  readonly onGo?: () => void;
  /** Opens the list of all rooms. */
  readonly onAll: () => void;
  readonly onSettings: () => void;
}

/** The rooms and the direct conversations that are open in this browser, the way to all others, and who one is. */
export function Rooms({ chat, current, onGo, onAll, onSettings }: RoomsProps) {
  const say = useSay();
  const all = chat.conversations.value;
  const parts = [
    [say("rooms.title"), all.filter(({ other }) => !other.value)],
    [say("rooms.direct"), all.filter(({ other }) => other.value)],
  ] as const;
  return (
    <div class="rooms">
      <Brand />
      {parts.map(
        ([title, conversations], index) =>
          (index === 0 || conversations.length > 0) && (
            <section key={index} class="room-part" aria-label={title}>
              <h2 class="region-title">{title}</h2>
              <ul class="room-list">
                {conversations.map((conversation) => (
                  <OpenRoom
                    key={conversation.name}
                    conversation={conversation}
                    isCurrent={conversation === current}
                    onGo={onGo}
                  />
                ))}
              </ul>
            </section>
          ),
      )}
      <button type="button" class="quiet" onClick={onAll}>
        <Icon of="search" />
        {say("rooms.all")}
      </button>
      <AddRoom chat={chat} {...(onGo && { onGo })} />
      <Me chat={chat} onSettings={onSettings} />
    </div>
  );
}

interface OpenRoomProps {
  readonly conversation: Conversation;
  readonly isCurrent: boolean;
  readonly onGo: (() => void) | undefined;
}

function OpenRoom({ conversation, isCurrent, onGo }: OpenRoomProps) {
  const say = useSay();
  const { visit } = usePage();
  const isAsked = useSignal(false);
  const cross = useRef<HTMLButtonElement>(null);
  const { name } = conversation;
  const unsent = conversation.unsent.value;
  const other = conversation.other.value;
  const leave = say("rooms.leave", { room: conversation.title.value });
  return (
    <li class="room-item">
      <a
        class="room-link"
        href={pathOf({ at: "room", room: name })}
        aria-current={isCurrent ? "page" : undefined}
        onClick={follow(() => {
          visit.goTo(name);
          onGo?.();
        })}
      >
        {other ? <Avatar name={other.name} /> : <Icon of="hash" />}
        <bdi class="room-name">{conversation.title}</bdi>
        <Unread conversation={conversation} isCurrent={isCurrent} />
      </a>
      <button
        type="button"
        class="round room-leave"
        ref={cross}
        aria-label={leave}
        title={leave}
        onClick={() => {
          if (unsent === 0) visit.leaveRoom(name);
          else isAsked.value = true;
        }}
      >
        <Icon of="close" />
      </button>
      {isAsked.value && unsent > 0 && (
        <div class="problem" role="alert">
          <p>{say("settings.unsent", { count: unsent })}</p>
          <button type="button" class="chip" onClick={() => visit.leaveRoom(name)}>
            {leave}
          </button>
          <button
            type="button"
            class="chip"
            onClick={() => {
              // Before the button that has the focus goes.
              cross.current?.focus();
              isAsked.value = false;
            }}
          >
            {say("settings.stay")}
          </button>
        </div>
      )}
    </li>
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
