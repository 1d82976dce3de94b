import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../parts/icon.tsx";
import { lazily } from "../parts/lazily.tsx";
import { Avatar } from "../parts/person.tsx";
import { Problem } from "../parts/problem.tsx";
import type { Chat } from "../state/chat.ts";
import { useSay } from "../state/page.ts";

const AccountDialog = lazily(async () => (await import("../account/account-dialog.tsx")).AccountDialog);

interface MeProps {
  readonly chat: Chat;
  readonly onSettings: () => void;
}

/** Who one is here, how one's line stands, and the way to the settings. A click on the name changes it. */
export function Me({ chat, onSettings }: MeProps) {
  const say = useSay();
  const isEditing = useSignal(false);
  const nameButton = useRef<HTMLButtonElement>(null);
  const account = useSignal<{ readonly mine?: string } | undefined>(undefined);
  const name = chat.me.value?.name;
  const isRefused = chat.renaming.value?.at === "refused";
  const wasOpen = useRef(false);
  const isOpen = isEditing.value || isRefused;
  useEffect(() => {
    if (wasOpen.current && !isOpen) nameButton.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);

  return (
    <div class="me">
      {account.value && (
        <AccountDialog
          chat={chat}
          mine={account.value.mine}
          onClose={() => {
            account.value = undefined;
          }}
        />
      )}
      {isOpen && (
        <NameForm
          chat={chat}
          onClose={() => {
            isEditing.value = false;
            chat.stayNamed();
          }}
          onAccount={(mine) => {
            account.value = mine === undefined ? {} : { mine };
          }}
        />
      )}
      <div class="me-row">
        {name && <Avatar name={name} />}
        <div class="me-words">
          <button
            ref={nameButton}
            type="button"
            class="me-name"
            title={say("name.change")}
            aria-expanded={isOpen}
            onClick={() => {
              isEditing.value = true;
            }}
          >
            <bdi>{name}</bdi>
          </button>
          <LineState chat={chat} />
        </div>
        <button
          type="button"
          class="round"
          aria-label={say("settings.title")}
          title={say("settings.title")}
          onClick={onSettings}
        >
          <Icon of="sliders" />
        </button>
      </div>
    </div>
  );
}

/** Whether there is a line, and what carries it. */
function LineState({ chat }: { readonly chat: Chat }) {
  const say = useSay();
  const link = chat.link.value;
  return (
    <p class={`me-line me-line-${link.at}`}>
      {say(link.at === "open" ? `line.over_${link.over}` : link.at === "connecting" ? "line.connecting" : "line.none")}
    </p>
  );
}

interface NameFormProps {
  readonly chat: Chat;
  readonly onClose: () => void;
  readonly onAccount: (mine?: string) => void;
}

/** The field for another name. A refusal stands in it, with a name that is free. */
function NameForm({ chat, onClose, onAccount }: NameFormProps) {
  const say = useSay();
  const current = chat.me.value?.name ?? "";
  const text = useSignal(current);
  const input = useRef<HTMLInputElement>(null);
  const renaming = chat.renaming.value;
  const wasAsked = useRef(false);
  useEffect(() => {
    if (renaming?.at === "refused") input.current?.focus();
    if (wasAsked.current && !renaming) onClose();
    wasAsked.current = renaming?.at === "asked";
  }, [renaming]);
  useEffect(() => input.current?.select(), []);

  const ask = (name: string) => {
    text.value = name;
    if (name.trim() === "" || name.trim() === current) onClose();
    else chat.rename(name);
  };
  const openAccount = (mine?: string) => {
    onClose();
    onAccount(mine);
  };
  return (
    <form
      class="me-form"
      aria-label={say("name.change")}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        ask(text.peek());
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        // Only the field closes, not the drawer around it.
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
    >
      <div class="field">
        <label class="field-label" for="me-name">
          {say("name.label")}
        </label>
        <input
          id="me-name"
          ref={input}
          dir="auto"
          autocomplete="nickname"
          spellcheck={false}
          maxLength={64}
          enterkeyhint="done"
          value={text}
          aria-invalid={renaming?.at === "refused"}
          aria-describedby="me-name-problem"
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value;
            chat.stayNamed();
          }}
        />
      </div>
      <Problem
        id="me-name-problem"
        words={renaming?.at === "refused" ? (renaming.message ?? say("entrance.bad_name")) : undefined}
        suggestion={renaming?.at === "refused" ? renaming.suggestion : undefined}
        onTake={ask}
        {...(chat.claimed.value === undefined && { onMine: () => openAccount(text.peek().trim()) })}
      />
      <div class="me-buttons">
        <button type="submit" class="chip chip-main" aria-busy={renaming?.at === "asked"}>
          {say("name.save")}
        </button>
        <button type="button" class="chip" onClick={onClose}>
          {say("name.cancel")}
        </button>
        <button type="button" class="chip" onClick={() => openAccount()}>
          {say(chat.claimed.value === undefined ? "account.open" : "account.open_kept")}
        </button>
      </div>
    </form>
  );
}
