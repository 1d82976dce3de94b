import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "../parts/icon.tsx";
import { usePage, useSay } from "../state/page.ts";
import "../styles/tools.css";

/** Leaves the chat; asks once where something that was said would be lost by it. */
export function Leaving() {
  const say = useSay();
  const { visit } = usePage();
  const isAsked = useSignal(false);
  const foot = useRef<HTMLDivElement>(null);
  const leave = useRef<HTMLButtonElement>(null);
  const now = visit.stage.value;
  const rooms = now.at === "outside" ? [] : now.chat.conversations.value;
  const unsent = rooms.reduce((sum, room) => sum + room.unsent.value, 0);
  const asks = isAsked.value && unsent > 0;
  // What is asked pushes the buttons down, on a phone out of sight.
  useLayoutEffect(() => {
    if (asks) foot.current?.scrollIntoView({ block: "nearest" });
  }, [asks]);
  const onLeave = () => {
    if (unsent === 0 || asks) visit.leave();
    else isAsked.value = true;
  };
  const onStay = () => {
    // Before the button that has the focus goes.
    leave.current?.focus();
    isAsked.value = false;
  };
  return (
    <div class={asks ? "question" : undefined} ref={foot}>
      {asks && <p role="alert">{say("settings.unsent", { count: unsent })}</p>}
      <button type="button" class={asks ? "chip chip-bad" : "quiet"} ref={leave} onClick={onLeave}>
        {!asks && <Icon of="exit" />}
        {say("settings.sign_out")}
      </button>
      {asks && (
        <button type="button" class="chip" onClick={onStay}>
          {say("settings.stay")}
        </button>
      )}
    </div>
  );
}
