import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Line } from "../logic/arrange.ts";
import { Icon, type IconName } from "../parts/icon.tsx";
import type { Conversation } from "../state/conversation.ts";
import { useSay } from "../state/page.ts";
import { DeleteQuestion } from "./delete-question.tsx";
import { messageOf, momentOf } from "./messages-by-key.ts";
import { Panel } from "./panel.tsx";
import { ReactionChoice } from "./reaction-choice.tsx";
import "../styles/tools.css";

interface MessageToolsProps {
  readonly line: Line;
  readonly mine: boolean;
  readonly conversation: Conversation;
}

/** The scroll bar's. */
const edgePx = 14;

/** What can be done with the message that the pointer or the keyboard is at. */
export function MessageTools({ line, mine, conversation }: MessageToolsProps) {
  const say = useSay();
  const bar = useRef<HTMLDivElement>(null);
  const { id } = line;
  const { picked } = conversation;
  const doing = picked.value?.doing;
  const start = (what: "react" | "delete") => {
    picked.value = { id, doing: doing === what ? undefined : what };
  };
  const shut = () => {
    picked.value = { id };
  };
  const isAbove = useSignal(false);
  useLayoutEffect(() => {
    const { current: tools } = bar;
    const log = tools?.closest(".log");
    if (!tools || !log) return;
    const place = tools.getBoundingClientRect();
    const room = log.getBoundingClientRect();
    isAbove.value = place.left < room.left || place.right > room.right - edgePx;
  }, []);
  useEffect(
    () => () => {
      if (picked.peek()?.id === id) picked.value = undefined;
    },
    [id],
  );
  const hasFocus = () => bar.current?.parentElement?.contains(document.activeElement);
  /** Back to where the keyboard was. */
  const giveUp = () => {
    const hadFocus = hasFocus();
    shut();
    if (hadFocus) bar.current?.querySelector("button")?.focus({ preventScroll: true });
  };

  return (
    <>
      <div
        ref={bar}
        class={isAbove.value ? "tools tools-above" : "tools"}
        role="toolbar"
        aria-label={say("message.tools")}
        onKeyDown={moveAlong}
      >
        <Tool icon="smile" name={say("message.react")} isOpen={doing === "react"} onUse={() => start("react")} />
        <Tool icon="reply" name={say("message.reply")} onUse={() => conversation.reply(id)} />
        {mine && (
          <>
            <Tool icon="pencil" name={say("message.edit")} onUse={() => conversation.edit(id)} />
            <Tool icon="bin" name={say("message.delete")} isOpen={doing === "delete"} onUse={() => start("delete")} />
          </>
        )}
      </div>
      {doing === "react" && (
        <Panel anchor={bar} label={say("message.react")} onClose={giveUp}>
          <ReactionChoice line={line} conversation={conversation} onDone={giveUp} />
        </Panel>
      )}
      {doing === "delete" && (
        <Panel anchor={bar} label={say("message.delete")} onClose={giveUp}>
          <DeleteQuestion
            onDelete={() => {
              // The tools go with what was said; its time stays.
              if (hasFocus()) focusMoment(bar.current);
              shut();
              conversation.delete(id);
            }}
            onKeep={giveUp}
          />
        </Panel>
      )}
    </>
  );
}

interface ToolProps {
  readonly icon: IconName;
  readonly name: string;
  readonly isOpen?: boolean;
  readonly onUse: () => void;
}

function Tool({ icon, name, isOpen, onUse }: ToolProps) {
  return (
    <button
      type="button"
      aria-label={name}
      title={name}
      {...(isOpen !== undefined && { "aria-expanded": isOpen })}
      onClick={onUse}
    >
      <Icon of={icon} />
    </button>
  );
}

/** The arrows lead along the tools, Escape back to the message. */
function moveAlong(event: KeyboardEvent): void {
  const { currentTarget: bar, target, key } = event;
  if (!(bar instanceof HTMLElement) || !(target instanceof HTMLButtonElement)) return;
  const step = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
  const tools = [...bar.querySelectorAll("button")];
  tools[tools.indexOf(target) + step * (getComputedStyle(bar).direction === "rtl" ? -1 : 1)]?.focus();
  if (key !== "Escape") return;
  event.preventDefault();
  focusMoment(bar);
}

/** Has the keyboard go on from the message that these tools are of. */
function focusMoment(bar: HTMLElement | null): void {
  const message = messageOf(bar);
  // In a narrow column not every message has one.
  const place = (message && momentOf(message)) ?? message?.closest<HTMLElement>(".log");
  place?.focus({ preventScroll: true });
}
