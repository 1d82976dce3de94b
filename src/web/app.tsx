import { useEffect } from "preact/hooks";
import { badge } from "./badge.ts";
import { ChatScreen } from "./chat-screen.tsx";
import { lazily } from "./parts/lazily.tsx";
import { unreadIn } from "./state/chat.ts";
import { usePage, useSay } from "./state/page.ts";

const Entrance = lazily(async () => (await import("./beside.tsx")).Entrance);

/** The entrance, or the chat. */
export function App() {
  const { visit } = usePage();
  const current = visit.current.value;
  return (
    <>
      <Title />
      {current ? <ChatScreen chat={current.chat} conversation={current.conversation} /> : <Entrance />}
    </>
  );
}

/** Keeps the tab's title and icon: the room, and how much waits while nobody looks. */
function Title() {
  const say = useSay();
  const { visit, isSeen } = usePage();
  const current = visit.current.value;
  const count = current && !isSeen.value ? unreadIn(current.chat).value : 0;
  const room = current?.conversation.title.value;
  useEffect(() => {
    if (!room) document.title = say("app.name");
    else document.title = count > 0 ? say("app.title_unread", { room, count }) : say("app.title", { room });
    badge(count);
  }, [say, room, count]);
  return null;
}
