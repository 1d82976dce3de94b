import type { RefObject } from "preact";
import { useCallback, useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { codePoints, isBlank } from "../../protocol/text.ts";
import { Icon } from "../parts/icon.tsx";
import type { Chat } from "../state/chat.ts";
import type { Conversation } from "../state/conversation.ts";
import { useSay } from "../state/page.ts";
import { aboutOf } from "../state/writing.ts";
import { useBroughtText } from "./bring.ts";
import { CompletionList, useCompletion } from "./completion.tsx";
import { EmojiButton } from "./emoji-button.tsx";
import { OccasionBar } from "./occasion-bar.tsx";

/** How much may be left before it is told. */
const fewLeft = 200;

/** Where one writes. */
export function Composer({ chat, conversation }: { readonly chat: Chat; readonly conversation: Conversation }) {
  const say = useSay();
  const occasion = conversation.occasion.value;
  const text = conversation.text.value;
  const input = useRef<HTMLTextAreaElement>(null);
  const max = chat.maxText.value;
  const left = max > 0 ? max - codePoints(text.trim()) : Number.POSITIVE_INFINITY;
  const canSend = !isBlank(text) && left >= 0;

  useGrowth(input, text);
  useEffect(() => {
    // On a phone this would open the keyboard unasked.
    if (matchMedia("(pointer: fine)").matches) input.current?.focus({ preventScroll: true });
  }, []);

  // Whoever begins to answer or to edit goes on typing.
  const about = aboutOf(occasion);
  const begun = useRef(about?.id);
  useEffect(() => {
    if (about && about.id !== begun.current) input.current?.focus({ preventScroll: true });
    begun.current = undefined;
  }, [about?.id, occasion.is]);

  const { write } = conversation;
  /** In place of what is selected, or at the caret. */
  const put = (more: string) => {
    const { current: area } = input;
    if (!area) return;
    area.focus();
    area.setRangeText(more, area.selectionStart, area.selectionEnd, "end");
    write(area.value);
  };
  const putLatest = useRef(put);
  putLatest.current = put;
  useBroughtText(useCallback((more) => putLatest.current(more), []));
  const completion = useCompletion(input, conversation, write);
  const send = () => {
    if (!canSend) return;
    conversation.send(text.trim());
    input.current?.focus();
  };

  /** Keys of the empty field, and of one that is of another message. Whether one was taken. */
  const actByKey = ({ key, shiftKey, altKey, ctrlKey, metaKey }: KeyboardEvent): boolean => {
    if (shiftKey || altKey || ctrlKey || metaKey) return false;
    if (key === "Escape" && about) conversation.giveUp();
    else return key === "ArrowUp" && text === "" && occasion.is === "new" && conversation.edit();
    return true;
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <CompletionList completion={completion} />
      <OccasionBar conversation={conversation} />
      <textarea
        ref={input}
        id="message"
        class="composer-text"
        rows={1}
        dir="auto"
        enterkeyhint="send"
        autocapitalize="sentences"
        aria-label={say("composer.label")}
        aria-invalid={left < 0}
        aria-describedby="occasion composer-left"
        aria-autocomplete="list"
        aria-haspopup="listbox"
        {...completion.attributes}
        placeholder={say("composer.placeholder", { room: conversation.title.value })}
        value={text}
        onInput={({ currentTarget }) => {
          write(currentTarget.value);
          completion.look();
          conversation.type(!isBlank(currentTarget.value));
        }}
        onSelect={completion.look}
        onBlur={completion.close}
        onKeyDown={(event) => {
          // 229: a key that an input method (Thai, Chinese, Japanese) has taken, where `isComposing` comes too late.
          const isTaken = event.isComposing || event.keyCode === 229;
          if (isTaken || completion.takes(event)) return;
          const isSent = event.key === "Enter" && !event.shiftKey;
          if (!isSent && !actByKey(event)) return;
          event.preventDefault();
          if (isSent) send();
        }}
      />
      <p class="composer-left" id="composer-left" aria-live="polite">
        {left < 0 ? say("composer.over", { count: -left }) : left <= fewLeft && say("composer.left", { count: left })}
      </p>
      <EmojiButton
        onTake={put}
        onClose={() => {
          input.current?.focus();
        }}
      />
      <button
        type="submit"
        class="send"
        aria-label={say(occasion.is === "edit" ? "name.save" : "composer.send")}
        title={say(occasion.is === "edit" ? "name.save" : "composer.send")}
        disabled={!canSend}
      >
        <Icon of={occasion.is === "edit" ? "check" : "send"} />
      </button>
    </form>
  );
}

/** Keeps the field as high as its text. */
function useGrowth(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  const grow = () => {
    const { current: area } = field;
    const form = area?.form;
    if (!form) return;
    // A form that is lower meanwhile would let the log be higher, whose end would then not be in sight.
    form.style.minHeight = `${form.offsetHeight}px`;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
    form.style.minHeight = "";
  };
  useLayoutEffect(grow, [text]);
  useEffect(() => {
    // It may have become wider or narrower. In the same frame a change of its height would be a loop.
    const sizes = new ResizeObserver(() => void requestAnimationFrame(grow));
    if (field.current) sizes.observe(field.current);
    return () => sizes.disconnect();
  }, []);
}
