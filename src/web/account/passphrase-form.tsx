import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ChatRefusal } from "../../sdk/index.ts";
import { Problem } from "../parts/problem.tsx";
import { useSay } from "../state/page.ts";

/** A field by which a password manager knows what belongs into it. */
export interface Field {
  readonly name: string;
  readonly label: "account.passphrase" | "account.again" | "account.new" | "name.label";
  readonly autocomplete: "username" | "current-password" | "new-password";
  /** What stands in it from the start. */
  readonly value?: string;
}

interface PassphraseFormProps {
  readonly verb: "account.keep" | "account.login" | "account.change" | "account.unclaim";
  readonly fields: readonly Field[];
  /** Under which name a password manager keeps it, where that is no field. */
  readonly username?: string;
  /** Does it; what it rejects with is told. `given` has what stands in a field. */
  readonly onAsk: (given: (field: string) => string) => Promise<void>;
}

/** Asks for a passphrase. One that is new is asked for twice, in `passphrase` and `again`. */
export function PassphraseForm({ verb, fields, username, onAsk }: PassphraseFormProps) {
  const say = useSay();
  const form = useRef<HTMLFormElement>(null);
  const isBusy = useSignal(false);
  const problem = useSignal<string | undefined>(undefined);
  useEffect(() => form.current?.querySelector<HTMLInputElement>(".field input:not([value])")?.focus(), []);

  async function ask(data: FormData): Promise<void> {
    const given = (field: string) => String(data.get(field) ?? "");
    if (data.has("again") && given("again") !== given("passphrase")) {
      problem.value = say("account.differs");
      return;
    }
    isBusy.value = true;
    problem.value = undefined;
    try {
      await onAsk(given);
    } catch (error) {
      problem.value = error instanceof ChatRefusal ? error.message : say("account.failed");
    }
    isBusy.value = false;
  }

  return (
    <form
      ref={form}
      class="account-form"
      aria-label={say(verb)}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBusy.peek()) void ask(new FormData(event.currentTarget));
      }}
    >
      {username !== undefined && <input hidden name="username" autocomplete="username" readOnly value={username} />}
      {fields.map(({ name, label, autocomplete, value }) => {
        const shared = {
          id: `account-${name}`,
          name,
          dir: "auto",
          autocomplete,
          autocapitalize: "none",
          spellcheck: false,
          required: true,
          defaultValue: value,
          "aria-invalid": problem.value !== undefined,
          "aria-describedby": "account-problem",
          onInput: () => {
            problem.value = undefined;
          },
        } as const;
        return (
          <div key={name} class="field">
            <label class="field-label" for={shared.id}>
              {say(label)}
            </label>
            {autocomplete === "username" ? <input type="text" {...shared} /> : <input type="password" {...shared} />}
          </div>
        );
      })}
      <Problem id="account-problem" words={problem.value} />
      <button type="submit" class="primary" aria-busy={isBusy.value}>
        {say(verb)}
      </button>
    </form>
  );
}
