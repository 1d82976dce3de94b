import { useEffect } from "preact/hooks";
import { Icon } from "../parts/icon.tsx";
import type { Conversation } from "../state/conversation.ts";
import { usePage, useSay } from "../state/page.ts";
import { Announcer } from "./announcer.tsx";
import { Rows } from "./rows.tsx";
import { useScroll } from "./scroll.ts";

/** The conversation itself. */
export function ConversationLog({ conversation }: { readonly conversation: Conversation }) {
  const say = useSay();
  if (!conversation.isReady.value) {
    return (
      <div class="log log-waiting" role="status">
        <span class="aside">{say("conversation.loading")}</span>
        <Skeleton />
      </div>
    );
  }
  return <ReadyLog conversation={conversation} />;
}

function ReadyLog({ conversation }: { readonly conversation: Conversation }) {
  const say = useSay();
  const { isSeen } = usePage();
  const stretches = conversation.stretches.value;
  const scroll = useScroll(conversation, stretches);
  const unread = conversation.unread.value;

  useEffect(() => {
    if (isSeen.value && scroll.isAtEnd.value) conversation.read();
  }, [isSeen.value, scroll.isAtEnd.value, stretches]);

  return (
    <div class="log-place">
      {/* History that loads must not be read out: the announcer tells what is new. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe: scrollable-region-focusable). */}
      <div class="log" role="log" aria-label={say("conversation.label")} aria-live="off" tabIndex={0} ref={scroll.log}>
        <div class="log-body" ref={scroll.body}>
          <Top conversation={conversation} mark={scroll.top} />
          {stretches.map(({ key, rows }) => (
            <Rows key={key} rows={rows} conversation={conversation} />
          ))}
          {conversation.isEmpty.value && <Empty />}
        </div>
      </div>
      <Announcer conversation={conversation} />
      {!scroll.isAtEnd.value && (
        <button type="button" class="pill" onClick={scroll.toEnd}>
          {say(unread > 0 ? "conversation.below" : "conversation.to_latest", { count: unread })}
          <Icon of="arrow_down" />
        </button>
      )}
    </div>
  );
}

/** What stands above the first message: the way to earlier ones, or the room's beginning. */
function Top({
  conversation,
  mark,
}: {
  readonly conversation: Conversation;
  readonly mark: (at: Element | null) => void;
}) {
  const say = useSay();
  const older = conversation.older.value;
  if (older === "none") {
    return conversation.isEmpty.value ? null : (
      <p class="beginning" dir="auto">
        {say("conversation.beginning", { room: conversation.name })}
      </p>
    );
  }
  return (
    <div class="older" ref={mark}>
      {older === "failed" ? (
        <>
          {say("conversation.older_failed")}{" "}
          <button type="button" class="chip" onClick={() => void conversation.fetchOlder()}>
            {say("conversation.try_again")}
          </button>
        </>
      ) : (
        <>
          <i class="spinner" aria-hidden="true" />
          <span>{say("conversation.older")}</span>
        </>
      )}
    </div>
  );
}

function Empty() {
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
      <p>{say("conversation.empty")}</p>
      <p class="empty-address">{decodeURI(location.origin + location.pathname)}</p>
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
