import { type Signal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import type { Line } from "../logic/arrange.ts";
import type { Conversation } from "../state/conversation.ts";
import { usePage } from "../state/page.ts";
import { idOf, messageOf } from "./messages-by-key.ts";

/** A finger that stays this long asks what can be done with a message. */
const holdMs = 450;
/** A finger that moves further than this scrolls. */
const stillPx = 9;

/** A message that a finger was held on. */
interface Held {
  readonly line: Line;
  readonly mine: boolean;
}

/** Follows the mouse, the keyboard's focus, and fingers that are held, from message to message. */
export function usePicking(log: RefObject<HTMLElement | null>, conversation: Conversation): Signal<Held | undefined> {
  const { clock } = usePage();
  const held = useSignal<Held | undefined>(undefined);
  useEffect(() => {
    const { current: view } = log;
    if (!view) return;
    const { picked } = conversation;
    let cancelHold = () => {};
    let open = () => {};
    const pick = (message: HTMLElement | undefined) => {
      const id = idOf(message);
      // What is being chosen stays open while the mouse crosses other messages.
      if (picked.peek()?.doing === undefined && picked.peek()?.id !== id) picked.value = id && { id };
    };
    const focused = () =>
      document.activeElement?.matches(":focus-visible") ? messageOf(document.activeElement) : undefined;

    const onOver = (event: PointerEvent) => {
      if (event.pointerType !== "touch") pick(messageOf(event.target) ?? focused());
    };
    const onFocus = ({ target }: FocusEvent) => {
      if (target instanceof Element && target.matches(":focus-visible")) pick(messageOf(target));
    };
    const onAway = ({ relatedTarget }: FocusEvent | PointerEvent) => {
      if (!(relatedTarget instanceof Node && view.contains(relatedTarget))) pick(focused());
    };
    const onDown = (event: PointerEvent) => {
      cancelHold();
      const { target, clientX, clientY } = event;
      const id = idOf(messageOf(target));
      if (event.pointerType !== "touch" || !id || (target instanceof Element && target.closest("a, button"))) return;
      open = () => {
        cancelHold();
        held.value = find(conversation, id);
      };
      const cancel = clock.after(holdMs, open);
      const onMove = (move: PointerEvent) => {
        if (Math.hypot(move.clientX - clientX, move.clientY - clientY) > stillPx) cancelHold();
      };
      view.addEventListener("pointermove", onMove);
      cancelHold = () => {
        cancel();
        view.removeEventListener("pointermove", onMove);
        open = () => {};
        cancelHold = () => {};
      };
    };
    const onUp = () => cancelHold();
    // The browser may be the first to find that the finger is held; its own menu would come over the page's.
    const onMenu = (event: Event) => {
      open();
      if (event instanceof PointerEvent && event.pointerType === "touch" && held.peek()) event.preventDefault();
    };
    // Nor does the finger's leaving click on what has come under it.
    const onEnd = (event: Event) => {
      if (document.querySelector("dialog[open]")) event.preventDefault();
    };
    const listeners = {
      pointerover: onOver,
      pointerleave: onAway,
      pointerdown: onDown,
      pointerup: onUp,
      pointercancel: onUp,
      touchend: onEnd,
      focusin: onFocus,
      focusout: onAway,
      contextmenu: onMenu,
    };
    for (const [type, listener] of Object.entries(listeners)) view.addEventListener(type, listener as EventListener);
    return () => {
      cancelHold();
      picked.value = undefined;
      for (const [type, listener] of Object.entries(listeners))
        view.removeEventListener(type, listener as EventListener);
    };
  }, [conversation]);
  return held;
}

/** A message that something can be done with. */
function find(conversation: Conversation, id: Line["id"]): Held | undefined {
  for (const { rows } of conversation.stretches.peek()) {
    for (const row of rows) {
      const line = row.is === "group" ? row.lines.find((other) => other.id === id) : undefined;
      if (row.is === "group" && line && line.seq !== undefined && !line.isDeleted) return { line, mine: row.mine };
    }
  }
  return undefined;
}
