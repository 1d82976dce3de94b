import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { dayOf } from "../logic/day.ts";
import { Icon } from "../parts/icon.tsx";
import { lazily } from "../parts/lazily.tsx";
import type { Conversation } from "../state/conversation.ts";
import { usePage, useSay } from "../state/page.ts";
import { Announcer } from "./announcer.tsx";
import { moveByKey } from "./messages-by-key.ts";
import { usePicking } from "./picking.ts";
import { Rows } from "./rows.tsx";
import { useScroll } from "./scroll.ts";
import { followToday } from "./today.ts";

const MessageSheet = lazily(async () => (await import("./message-sheet.tsx")).MessageSheet);

/** The conversation itself. */
export function ConversationLog({ conversation }: { readonly conversation: Conversation }) {
  const say = useSay();
  const isReady = conversation.isReady.value;
  // What one says there meanwhile is seen to wait.
  if (!isReady && !conversation.isRecalled.value && conversation.unsent.value === 0) {
    return (
      <div class="log log-waiting" role="status">
        <span class="aside">{say("conversation.loading")}</span>
        <Skeleton />
      </div>
    );
  }
  // What comes after what this device kept is another visit.
  return <ReadyLog key={`${isReady}`} conversation={conversation} />;
}

function ReadyLog({ conversation }: { readonly conversation: Conversation }) {
  const say = useSay();
  const { clock, isSeen, preferences, route } = usePage();
  const place = route.place.value;
  const seq = place.at === "room" && place.room === conversation.name ? place.seq : undefined;
  // Before the rows are read: the line *new since you left* is in their first drawing, and what is an earlier visit's, its
  // line and where a link led in it, is not.
  useMemo(() => {
    if (seq === undefined) void conversation.mark(undefined);
    conversation.come();
  }, [conversation]);
  const stretches = conversation.stretches.value;
  const scroll = useScroll(conversation, stretches);
  const held = usePicking(scroll.log, conversation);
  const unread = conversation.unread.value;
  const today = useSignal(dayOf(clock.now()));
  useEffect(() => followToday(today, clock, isSeen), []);

  const isReady = conversation.isReady.value;
  // Whoever follows a link again is led there again.
  useEffect(() => {
    if (isReady) void conversation.mark(seq);
  }, [conversation, seq && place]);
  const marked = conversation.marked.value;
  useEffect(() => {
    // Whoever is on the way to a message, or was when this was drawn, does not look at the end.
    const isOnTheWay = [marked, conversation.marked.peek()].some((one) => one?.at === "coming");
    if (!isSeen.value || !scroll.isAtEnd.value || isOnTheWay) return;
    // On a slow device before the next drawing, where somebody who went up by now was not noticed yet.
    scroll.stand.current?.settle();
    if (scroll.isAtEnd.peek()) conversation.read();
  }, [isSeen.value, scroll.isAtEnd.value, stretches, marked]);
  const returns = conversation.returns.value;
  const lastReturn = useRef(returns);
  useEffect(() => {
    const isBack = lastReturn.current !== returns;
    lastReturn.current = returns;
    if (isBack && seq !== undefined) route.go({ at: "room", room: conversation.name }, "replace");
  }, [returns]);
  useEscapeToLatest(conversation.return);

  return (
    <div class="log-place">
      {/* History that loads must not be read out: the announcer tells what is new. */}
      <div
        class="log"
        role="log"
        aria-label={say("conversation.label")}
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe: scrollable-region-focusable).
        tabIndex={0}
        ref={scroll.log}
        onKeyDown={(event) => moveByKey(event, conversation, preferences.keys.chosen.peek() === "on")}
      >
        <div class="log-body">
          {isReady && <Top conversation={conversation} />}
          {conversation.isRecalled.value && <p class="recalled">{say("conversation.recalled")}</p>}
          {stretches.map(({ key, rows }) => (
            <Rows key={key} rows={rows} today={today} conversation={conversation} />
          ))}
          {conversation.isEmpty.value && <Empty isDirect={conversation.other.value !== undefined} />}
          <Bottom conversation={conversation} />
        </div>
      </div>
      <Announcer conversation={conversation} />
      <Found conversation={conversation} />
      {held.value && (
        <MessageSheet
          {...held.value}
          conversation={conversation}
          onClose={() => {
            held.value = undefined;
          }}
        />
      )}
      {!scroll.isAtEnd.value && (
        <button type="button" class="pill" onClick={conversation.return}>
          {say(unread > 0 ? "conversation.below" : "conversation.to_latest", { count: unread })}
          <Icon of="arrow_down" />
        </button>
      )}
    </div>
  );
}

/** Escape, where nothing else takes it, leads to the latest messages. */
function useEscapeToLatest(toLatest: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isTaken = event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]");
      if (event.key === "Escape" && !isTaken) toLatest();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [toLatest]);
}

/** What stands above the first message: the way to earlier ones, or the room's beginning. */
function Top({ conversation }: { readonly conversation: Conversation }) {
  const say = useSay();
  const older = conversation.history.older.value;
  if (older === "none") {
    return conversation.isEmpty.value ? null : (
      <p class="beginning">
        {conversation.other.value
          ? say("conversation.empty_direct")
          : say("conversation.beginning", { room: conversation.name })}
      </p>
    );
  }
  return (
    <div class="older">
      <Fetching isFailed={older === "failed"} onTry={() => void conversation.history.fetch("older")} />
    </div>
  );
}

/** What stands below an earlier part of the log: the way on. */
function Bottom({ conversation: { history } }: { readonly conversation: Conversation }) {
  const newer = history.newer.value;
  if (newer === "none") return null;
  return (
    <div class="newer">
      <Fetching isFailed={newer === "failed"} onTry={() => void history.fetch("newer")} />
    </div>
  );
}

function Fetching({ isFailed, onTry }: { readonly isFailed: boolean; readonly onTry: () => void }) {
  const say = useSay();
  return isFailed ? (
    <>
      {say("conversation.further_failed")}{" "}
      <button type="button" class="chip" onClick={onTry}>
        {say("conversation.try_again")}
      </button>
    </>
  ) : (
    <>
      <i class="spinner" aria-hidden="true" />
      <span>{say("conversation.further")}</span>
    </>
  );
}

/** What became of the message that a link leads to. */
function Found({ conversation }: { readonly conversation: Conversation }) {
  const say = useSay();
  const marked = conversation.marked.value;
  const isTold = marked?.at === "missing" || marked?.at === "failed";
  return (
    <div class="found" role="status">
      {marked?.at === "here" && <span class="aside">{say("message.found")}</span>}
      {isTold && (
        <p class="line">
          <Icon of="alert" />
          {say(marked.at === "missing" ? "message.missing" : "conversation.further_failed")}
          {marked.at === "failed" && (
            <button type="button" class="chip" onClick={() => void conversation.mark(marked.seq)}>
              {say("conversation.try_again")}
            </button>
          )}
          <button type="button" class="round" aria-label={say("drawer.close")} onClick={conversation.return}>
            <Icon of="close" />
          </button>
        </p>
      )}
    </div>
  );
}

function Empty({ isDirect }: { readonly isDirect: boolean }) {
  const say = useSay();
  return (
    <div class="empty">
      <svg class="empty-picture" viewBox="0 0 160 110" aria-hidden="true">
        <path class="empty-back" d="M66 12h56a26 26 0 0 1 0 52h-2v16c0 4-5 6-8 3L93 64H66a26 26 0 0 1 0-52z" />
        <path class="empty-front" d="M40 38h52a24 24 0 0 1 0 48H68L50 103c-3 3-8 1-8-3V86h-2a24 24 0 0 1 0-48z" />
        <circle class="empty-dot" cx="46" cy="62" r="5" />
        <circle class="empty-dot" cx="66" cy="62" r="5" />
        <circle class="empty-dot" cx="86" cy="62" r="5" />
      </svg>
      <h2>{say("conversation.empty_title")}</h2>
      <p>{say(isDirect ? "conversation.empty_direct" : "conversation.empty")}</p>
      {!isDirect && <p class="empty-address">{decodeURI(location.origin + location.pathname)}</p>}
    </div>
  );
}

function Skeleton() {
  return (
    <div class="log-body skeleton" aria-hidden="true">
      <i />
      <i />
      <i />
      <i />
    </div>
  );
}
