import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../parts/icon.tsx";
import type { Chat } from "../state/chat.ts";
import { usePage, useSay } from "../state/page.ts";

/** A button that turns into a field for the name of a room. */
export function AddRoom({ chat, onGo }: { readonly chat: Chat; readonly onGo?: () => void }) {
  const say = useSay();
  const { visit } = usePage();
  const isOpen = useSignal(false);
  const name = useSignal("");
  const isBad = useSignal(false);
  const input = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  const refused = chat.refusal.value?.error.message;
  // As it was drawn: it may have been closed since.
  const drawnOpen = isOpen.value;
  useEffect(() => {
    if (drawnOpen) input.current?.focus();
    // Whoever has gone to another room writes there by now.
    else if (wasOpen.current && document.activeElement === document.body) button.current?.focus();
    wasOpen.current = drawnOpen;
  }, [drawnOpen]);

  const close = () => {
    isOpen.value = false;
    isBad.value = false;
    name.value = "";
  };
  if (!drawnOpen) {
    return (
      <div class="add-room">
        <button
          ref={button}
          type="button"
          class="quiet"
          onClick={() => {
            isOpen.value = true;
          }}
        >
          <Icon of="plus" />
          {say("rooms.add")}
        </button>
        {refused && (
          <p class="problem" role="alert">
            {refused}
          </p>
        )}
      </div>
    );
  }
  return (
    <form
      class="add-room"
      aria-label={say("rooms.add")}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (name.value.trim() === "") return close();
        isBad.value = !visit.goTo(name.value);
        if (isBad.value) return;
        close();
        onGo?.();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        // Only the field closes, not the drawer around it.
        event.preventDefault();
        event.stopPropagation();
        close();
      }}
    >
      <span class="room-input">
        <input
          ref={input}
          dir="auto"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          enterkeyhint="go"
          aria-label={say("rooms.add_label")}
          placeholder={say("rooms.add_label")}
          aria-invalid={isBad.value}
          aria-describedby="add-room-problem"
          value={name}
          onInput={({ currentTarget }) => {
            name.value = currentTarget.value;
            isBad.value = false;
          }}
        />
        <button type="submit" class="chip">
          {say("rooms.add_confirm")}
        </button>
      </span>
      <p class="problem" id="add-room-problem" aria-live="polite">
        {isBad.value && say("entrance.bad_room")}
      </p>
    </form>
  );
}
