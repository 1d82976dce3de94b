import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Composer } from "./conversation/composer.tsx";
import { ConversationHead } from "./conversation/head.tsx";
import { LineBar } from "./conversation/line-bar.tsx";
import { ConversationLog } from "./conversation/log.tsx";
import { Typing } from "./conversation/typing.tsx";
import { lazily } from "./parts/lazily.tsx";
import type { Searching } from "./search/searching.ts";
import { useKeys } from "./settings/keys.ts";
import type { Chat } from "./state/chat.ts";
import type { Conversation } from "./state/conversation.ts";
import { usePage, useSay } from "./state/page.ts";

const Drawer = lazily(async () => (await import("./beside.tsx")).Drawer);
const Members = lazily(async () => (await import("./beside.tsx")).Members);
const Rooms = lazily(async () => (await import("./beside.tsx")).Rooms);
const KeysDialog = lazily(async () => (await import("./settings/keys-dialog.tsx")).KeysDialog);
const RoomsDialog = lazily(async () => (await import("./rooms/rooms-dialog.tsx")).RoomsDialog);
const SearchDialog = lazily(async () => (await import("./search/search-dialog.tsx")).SearchDialog);
const SettingsDialog = lazily(async () => (await import("./settings/settings-dialog.tsx")).SettingsDialog);

/** The three regions; those that do not fit are drawers. */
export function ChatScreen({ chat, conversation }: { readonly chat: Chat; readonly conversation: Conversation }) {
  const say = useSay();
  const { width } = usePage();
  const drawer = useSignal<"rooms" | "members" | undefined>(undefined);
  const isSettings = useSignal(false);
  const isKeys = useSignal(false);
  const hasRooms = width.value !== "narrow";
  const hasMembers = width.value === "wide";
  useEffect(() => {
    // A region that has its place again needs no drawer.
    if ((drawer.value === "rooms" && hasRooms) || (drawer.value === "members" && hasMembers)) drawer.value = undefined;
  }, [hasRooms, hasMembers]);
  // On a phone it is fetched once the conversation is seen, and so is there before a drawer is opened.
  useEffect(() => {
    import("./beside.tsx").catch(() => {});
  }, []);
  const close = () => {
    drawer.value = undefined;
  };
  const openSettings = () => {
    isSettings.value = true;
  };
  const openKeys = () => {
    isKeys.value = true;
  };
  const isSearch = useSignal(false);
  const openSearch = () => {
    isSearch.value = true;
  };
  const isAllRooms = useSignal(false);
  const openAllRooms = () => {
    close();
    isAllRooms.value = true;
  };
  /** What was looked for last is still there when it is opened again. */
  const searching = useRef<Searching>(undefined);
  useKeys(openKeys, openSearch);

  return (
    <div class="chat">
      <button type="button" class="skip" onClick={() => document.getElementById("message")?.focus()}>
        {say("skip.to_message")}
      </button>
      {hasRooms && (
        <nav class="region region-rooms" aria-label={say("rooms.title")}>
          <Rooms chat={chat} current={conversation} onAll={openAllRooms} onSettings={openSettings} />
        </nav>
      )}
      <main class="region region-conversation">
        <ConversationHead
          chat={chat}
          conversation={conversation}
          onSearch={openSearch}
          onRooms={
            hasRooms
              ? undefined
              : () => {
                  drawer.value = "rooms";
                }
          }
          onMembers={
            hasMembers
              ? undefined
              : () => {
                  drawer.value = "members";
                }
          }
        />
        <LineBar chat={chat} />
        <ConversationLog key={conversation.name} conversation={conversation} />
        <div class="foot">
          <Typing conversation={conversation} />
          <Composer key={conversation.name} chat={chat} conversation={conversation} />
        </div>
      </main>
      {hasMembers && (
        <aside class="region region-members" aria-label={say("members.title")}>
          <Members chat={chat} conversation={conversation} />
        </aside>
      )}
      {drawer.value === "rooms" && (
        <Drawer side="start" label={say("rooms.title")} onClose={close}>
          <nav aria-label={say("rooms.title")}>
            <Rooms chat={chat} current={conversation} onGo={close} onAll={openAllRooms} onSettings={openSettings} />
          </nav>
        </Drawer>
      )}
      {drawer.value === "members" && (
        <Drawer side="end" label={say("members.title")} onClose={close}>
          <Members chat={chat} conversation={conversation} onGo={close} />
        </Drawer>
      )}
      {isSettings.value && (
        <SettingsDialog
          onKeys={openKeys}
          onClose={() => {
            isSettings.value = false;
          }}
        />
      )}
      {isAllRooms.value && (
        <RoomsDialog
          chat={chat}
          onClose={() => {
            isAllRooms.value = false;
          }}
        />
      )}
      {isSearch.value && (
        <SearchDialog
          kept={searching}
          chat={chat}
          conversation={conversation}
          onClose={() => {
            isSearch.value = false;
          }}
        />
      )}
      {isKeys.value && (
        <KeysDialog
          onClose={() => {
            isKeys.value = false;
          }}
        />
      )}
    </div>
  );
}
