import { useEffect } from "preact/hooks";
import type { Conversation } from "../state/conversation.ts";
import { usePage } from "../state/page.ts";

const isField = (element: Element | null): boolean => element?.matches("input, textarea, select") ?? false;

/** The keys that work wherever the focus is; `KeysDialog` lists them. None does anything while a dialog is open. */
export function useKeys(openMap: () => void, openSearch: () => void): void {
  const { preferences, visit } = usePage();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
      const { activeElement } = document;
      if ((event.ctrlKey || event.metaKey) && event.code === "KeyK" && !event.altKey && !event.shiftKey) {
        event.preventDefault();
        openSearch();
        return;
      }
      if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
        event.preventDefault();
        const current = visit.current.peek();
        if (!current) return;
        const isDirect = ({ other }: Conversation) => other.peek() !== undefined;
        // As the list has them: those with one person last.
        const rooms = current.chat.conversations.peek().toSorted((a, b) => Number(isDirect(a)) - Number(isDirect(b)));
        const next = rooms.indexOf(current.conversation) + (event.key === "ArrowUp" ? -1 : 1);
        const room = rooms[(next + rooms.length) % rooms.length];
        if (room) visit.goTo(room.name);
        return;
      }
      const isSingle = !(event.ctrlKey || event.metaKey || event.altKey);
      if (!isSingle || preferences.keys.chosen.peek() === "off" || isField(activeElement)) return;
      if (event.key === "?") {
        event.preventDefault();
        openMap();
        return;
      }
      // What is typed where nothing takes it is meant for the room: the field has the focus before the letter comes.
      const isFree = activeElement === document.body || activeElement?.matches("[role=log]");
      if (isFree && [...event.key].length === 1 && event.key !== " ") document.getElementById("message")?.focus();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [openMap, openSearch]);
}
