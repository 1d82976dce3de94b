import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Account } from "../../sdk/index.ts";
import { Dialog } from "../parts/dialog.tsx";
import type { Chat } from "../state/chat.ts";
import { useSay } from "../state/page.ts";
import { type Field, PassphraseForm } from "./passphrase-form.tsx";
import { Sessions } from "./sessions.tsx";
import "../styles/account.css";

interface AccountProps {
  readonly chat: Chat;
  /** A name that somebody was refused, and says is theirs. */
  readonly mine?: string | undefined;
  readonly onClose: () => void;
}

interface LoginProps {
  /** The name that is said to be one's own. */
  readonly name?: string | undefined;
  readonly onLogin: (name: string, passphrase: string) => Promise<void>;
}

/** A name that is kept for oneself already, and its passphrase. */
function Login({ name, onLogin }: LoginProps) {
  return (
    <PassphraseForm
      verb="account.login"
      fields={[
        { name: "name", label: "name.label", autocomplete: "username", ...(name !== undefined && { value: name }) },
        { name: "passphrase", label: "account.passphrase", autocomplete: "current-password" },
      ]}
      onAsk={(given) => onLogin(given("name"), given("passphrase"))}
    />
  );
}

/** Asks who says at the entrance that a name is theirs for its passphrase. */
export function LoginDialog({ onClose, ...login }: LoginProps & { readonly onClose: () => void }) {
  const say = useSay();
  return (
    <Dialog title={say("account.title")} onClose={onClose}>
      <Login {...login} />
    </Dialog>
  );
}

/** One's name: kept by a passphrase, or got back by one; and where one is signed in under it. */
export function AccountDialog({ chat, mine, onClose }: AccountProps) {
  const say = useSay();
  return (
    <Dialog title={say("account.title")} onClose={onClose}>
      {chat.claimed.value === undefined ? <Nameless chat={chat} mine={mine} onClose={onClose} /> : <Kept chat={chat} />}
    </Dialog>
  );
}

const again: Field = { name: "again", label: "account.again", autocomplete: "new-password" };

/** The name is nobody's yet; or the person has one and is not known by it here. */
function Nameless({ chat, mine, onClose }: AccountProps) {
  const say = useSay();
  const isBack = useSignal(mine !== undefined);
  const name = chat.me.value?.name ?? "";
  if (isBack.value) {
    return (
      <>
        <Login
          name={mine}
          onLogin={async (name, passphrase) => {
            await (await chat.account()).login(name, passphrase);
            onClose();
          }}
        />
        <Foot>
          <More word="account.back" onClick={() => (isBack.value = false)} />
        </Foot>
      </>
    );
  }
  return (
    <>
      <p class="account-note">{say("account.keep_note", { name })}</p>
      <PassphraseForm
        verb="account.keep"
        username={name}
        fields={[{ name: "passphrase", label: "account.passphrase", autocomplete: "new-password" }, again]}
        onAsk={async (given) => (await chat.account()).claim(name, given("passphrase"))}
      />
      <Foot>
        <More word="account.have" onClick={() => (isBack.value = true)} />
      </Foot>
    </>
  );
}

/** What can be done with a name that is kept. */
function Kept({ chat }: { readonly chat: Chat }) {
  const say = useSay();
  const asked = useSignal<"change" | "unclaim" | undefined>(undefined);
  const name = chat.claimed.value ?? "";
  const close = () => {
    asked.value = undefined;
  };
  const ask = (question: (account: Account, given: (field: string) => string) => Promise<void>) => {
    return async (given: (field: string) => string) => {
      await question(await chat.account(), given);
      close();
    };
  };
  const current: Field = { name: "current", label: "account.passphrase", autocomplete: "current-password" };
  if (asked.value === undefined) {
    return (
      <>
        <p class="account-note">{say("account.kept_note", { name })}</p>
        <Sessions chat={chat} />
        <Foot>
          <More word="account.change" onClick={() => (asked.value = "change")} />
          <More word="account.unclaim" onClick={() => (asked.value = "unclaim")} />
        </Foot>
      </>
    );
  }
  return (
    <>
      <p class="account-note">{say(`account.${asked.value}_note`, { name })}</p>
      {asked.value === "change" ? (
        <PassphraseForm
          verb="account.change"
          username={name}
          fields={[current, { name: "passphrase", label: "account.new", autocomplete: "new-password" }, again]}
          onAsk={ask((account, given) => account.changePassphrase(given("current"), given("passphrase")))}
        />
      ) : (
        <PassphraseForm
          verb="account.unclaim"
          username={name}
          fields={[current]}
          onAsk={ask((account, given) => account.unclaim(given("current")))}
        />
      )}
      <Foot>
        <More word="account.back" onClick={close} />
      </Foot>
    </>
  );
}

const Foot = ({ children }: { readonly children: ComponentChildren }) => <div class="sheet-foot">{children}</div>;

interface MoreProps {
  readonly word: "account.back" | "account.have" | "account.change" | "account.unclaim";
  readonly onClick: () => void;
}

function More({ word, onClick }: MoreProps) {
  const say = useSay();
  return (
    <button type="button" class="quiet" onClick={onClick}>
      {say(word)}
    </button>
  );
}
