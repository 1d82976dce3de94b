import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../parts/icon.tsx";
import { isPartMissing } from "../parts/lazily.tsx";
import type { Chat } from "../state/chat.ts";
import { usePage, useSay } from "../state/page.ts";

const secondMs = 1_000;
/** How long *back online* stands. */
const backMs = 2_500;

/** How the line stands, while it does not stand well; and that a part of the page is missing, while it does. */
export function LineBar({ chat }: { readonly chat: Chat }) {
  const say = useSay();
  const { clock } = usePage();
  const link = chat.link.value;
  const wasAway = useRef(false);
  const isBack = useSignal(false);
  useEffect(() => {
    isBack.value = link.at === "open" && wasAway.current;
    if (link.at !== "connecting") wasAway.current = link.at === "waiting";
    if (!isBack.peek()) return;
    return clock.after(backMs, () => {
      isBack.value = false;
    });
  }, [link.at]);

  return (
    <div class="line-place" role="status">
      {link.at === "connecting" && (
        <p class="line line-connecting">
          <i class="spinner" />
          {say("line.connecting")}
        </p>
      )}
      {link.at === "waiting" && <Waiting chat={chat} retryAt={link.retryAt} />}
      {link.at === "open" && isBack.value && (
        <p class="line line-back">
          <Icon of="check" />
          {say("line.back")}
        </p>
      )}
      {(link.at === "closed" || (link.at === "open" && isPartMissing.value)) && (
        <p class="line line-closed">
          <Icon of="alert" />
          {say(link.at === "closed" ? "line.closed" : "line.missing")}
          <button type="button" class="chip" onClick={() => location.reload()}>
            {say("line.reload")}
          </button>
        </p>
      )}
    </div>
  );
}

/** Counts down to the next attempt. */
function Waiting({ chat, retryAt }: { readonly chat: Chat; readonly retryAt: number }) {
  const say = useSay();
  const { clock } = usePage();
  const secondsLeft = () => Math.max(1, Math.ceil((retryAt - clock.now()) / secondMs));
  const seconds = useSignal(secondsLeft());
  useEffect(() => {
    let cancel = () => {};
    const tick = () => {
      seconds.value = secondsLeft();
      cancel = clock.after(secondMs, tick);
    };
    tick();
    return () => cancel();
  }, [retryAt]);
  return (
    <p class="line line-waiting">
      <i class="pulse" />
      {/* A count that is read out every second would drown everything else. */}
      <span aria-live="off">{say("line.offline", { seconds: seconds.value })}</span>
      <button type="button" class="chip" onClick={() => chat.retryNow()}>
        {say("line.now")}
      </button>
    </p>
  );
}
