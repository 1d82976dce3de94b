import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { type BegunMention, begunMention, namesFor } from "../logic/mentions.ts";
import { Avatar, Name } from "../parts/person.tsx";
import type { Conversation } from "../state/conversation.ts";
import { useSay } from "../state/page.ts";

/** How many names are offered at once. */
const mostOffered = 6;

interface Offer extends BegunMention {
  readonly names: readonly string[];
  readonly chosen: number;
}

interface Completion {
  readonly offer: Offer | undefined;
  /** What ties the field to the list, for a screen reader. */
  readonly attributes: { readonly "aria-controls"?: string; readonly "aria-activedescendant"?: string };
  /** Looks at what stands before the caret. */
  look(): void;
  close(): void;
  /** Whether a key is meant for the list; then it is dealt with. */
  takes(event: KeyboardEvent): boolean;
  take(name: string): void;
}

const listId = "completion";
const optionId = (index: number) => `completion-${index}`;

/** Completes the names of who is here while they are typed after an `@`. */
export function useCompletion(
  input: RefObject<HTMLTextAreaElement | null>,
  conversation: Conversation,
  write: (text: string) => void,
): Completion {
  const state = useSignal<Offer | undefined>(undefined);
  const offer = state.value;
  const close = () => {
    state.value = undefined;
  };

  function look(): void {
    const { current: area } = input;
    const begun =
      area && area.selectionStart === area.selectionEnd ? begunMention(area.value, area.selectionStart) : undefined;
    const names = begun ? namesFor(begun.begun, conversation.people.names.peek(), mostOffered) : [];
    const isSame = begun?.from === state.peek()?.from && begun?.begun === state.peek()?.begun;
    if (!isSame || names.length === 0)
      state.value = begun && names.length > 0 ? { ...begun, names, chosen: 0 } : undefined;
  }

  function take(name: string): void {
    const { current: area } = input;
    const { from, begun } = state.peek() ?? {};
    close();
    if (!area || from === undefined || begun === undefined) return;
    area.focus();
    area.setRangeText(`@${name} `, from, from + 1 + begun.length, "end");
    write(area.value);
  }

  const move = (by: number) => {
    if (!offer) return;
    const { names, chosen } = offer;
    state.value = { ...offer, chosen: (chosen + by + names.length) % names.length };
  };

  return {
    offer,
    attributes: offer ? { "aria-controls": listId, "aria-activedescendant": optionId(offer.chosen) } : {},
    look,
    close,
    take,
    takes(event) {
      if (!offer || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return false;
      const chosen = offer.names[offer.chosen] ?? "";
      const keys: Readonly<Record<string, () => void>> = {
        ArrowDown: () => move(1),
        ArrowUp: () => move(-1),
        Enter: () => take(chosen),
        Tab: () => take(chosen),
        Escape: close,
      };
      const act = keys[event.key];
      if (act) event.preventDefault();
      act?.();
      return act !== undefined;
    },
  };
}

/** The names that go on from what was typed. */
export function CompletionList({ completion: { offer, take } }: { readonly completion: Completion }) {
  const say = useSay();
  if (!offer) return null;
  return (
    <div class="completion" role="listbox" id={listId} aria-label={say("keys.mention")}>
      {offer.names.map((name, index) => (
        // By keyboard the field moves through the list, as a combobox does.
        <button
          type="button"
          key={name}
          id={optionId(index)}
          class="completion-name"
          role="option"
          tabIndex={-1}
          aria-selected={index === offer.chosen}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => take(name)}
        >
          <Avatar name={name} />
          <Name name={name} />
        </button>
      ))}
    </div>
  );
}
