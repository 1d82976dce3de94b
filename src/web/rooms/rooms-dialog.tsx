import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { fold } from "../../protocol/search-text.ts";
import type { RoomsPage } from "../../sdk/index.ts";
import { Dialog } from "../parts/dialog.tsx";
import { follow } from "../parts/follow.ts";
import { Icon } from "../parts/icon.tsx";
import { Avatar } from "../parts/person.tsx";
import type { Chat } from "../state/chat.ts";
import { useFormats, usePage, useSay } from "../state/page.ts";
import { pathOf } from "../state/place.ts";
import "./rooms-dialog.css";

interface RoomsDialogProps {
  readonly chat: Chat;
  readonly onClose: () => void;
}

type ListedRoom = RoomsPage["rooms"][number];

/** How the list stands: so much of it is here. */
interface Listing {
  readonly at: "coming" | "here" | "failed";
  readonly rooms: readonly ListedRoom[];
  readonly next?: string | undefined;
}

/** Every room that there is, by its latest message. */
export function RoomsDialog({ chat, onClose }: RoomsDialogProps) {
  const say = useSay();
  const listing = useSignal<Listing>({ at: "coming", rooms: [] });
  const wanted = useSignal("");
  const input = useRef<HTMLInputElement>(null);

  async function fetch(): Promise<void> {
    const { rooms, next } = listing.peek();
    listing.value = { at: "coming", rooms, next };
    try {
      const page = await chat.listRooms(next);
      const known = new Set(rooms.map(({ room }) => room));
      // A room that was spoken in meanwhile has gone up, and may come again.
      const added = page.rooms.filter(({ room }) => !known.has(room));
      listing.value = { at: "here", rooms: [...rooms, ...added], next: page.next };
    } catch {
      listing.value = { at: "failed", rooms, next };
    }
  }
  useEffect(() => {
    void fetch();
    input.current?.focus();
  }, []);

  const { at, rooms, next } = listing.value;
  const sought = fold(wanted.value.trim());
  const shown = rooms.filter(({ room, topic, direct }) =>
    [direct?.user.name ?? room, topic ?? ""].some((text) => fold(text).includes(sought)),
  );
  return (
    <Dialog title={say("rooms.all")} onClose={onClose}>
      <div class="all-rooms">
        <div class="room-input">
          <input
            ref={input}
            type="search"
            dir="auto"
            autocomplete="off"
            aria-label={say("rooms.filter")}
            placeholder={say("rooms.filter")}
            value={wanted}
            onInput={({ currentTarget }) => {
              wanted.value = currentTarget.value;
            }}
          />
        </div>
        <ul>
          {shown.map((room) => (
            <li key={room.room}>
              <Listed listed={room} onGo={onClose} />
            </li>
          ))}
        </ul>
        <p class="all-rooms-state" role="status">
          {at === "coming" && rooms.length === 0 && say("rooms.coming")}
          {at === "failed" && say("account.failed")}
          {at === "here" && !next && shown.length === 0 && say("rooms.none")}
        </p>
        {(at === "failed" || (at === "here" && next)) && (
          <button type="button" class="chip" onClick={() => void fetch()}>
            {say(at === "failed" ? "conversation.try_again" : "search.more")}
          </button>
        )}
      </div>
    </Dialog>
  );
}

/** One room of the list; it leads into it. */
function Listed({ listed, onGo }: { readonly listed: ListedRoom; readonly onGo: () => void }) {
  const say = useSay();
  const formats = useFormats();
  const { clock, visit } = usePage();
  const { room, topic, count, last, direct, unread } = listed;
  const at = last ? Date.parse(last.ts) : undefined;
  return (
    <a
      class="listed"
      href={pathOf({ at: "room", room })}
      onClick={follow(() => {
        onGo();
        visit.goTo(room);
      })}
    >
      {direct ? <Avatar name={direct.user.name} /> : <Icon of="hash" />}
      <span class="listed-words">
        <span class="listed-head">
          <bdi class="listed-name">{direct?.user.name ?? room}</bdi>
          {at !== undefined && (
            <time dateTime={last?.ts} title={formats.exact(at)}>
              {formats.day(at, clock.now())}
            </time>
          )}
        </span>
        <span class="listed-line">
          {!direct && count > 0 && <span class="listed-count">{say("members.count", { count })}</span>}
          {topic && <bdi class="listed-topic">{topic}</bdi>}
        </span>
      </span>
      {unread ? (
        <span class="badge">
          <span aria-hidden="true">{unread > 99 ? "99+" : unread}</span>
          <span class="aside">{say("rooms.unread", { count: unread })}</span>
        </span>
      ) : null}
    </a>
  );
}
