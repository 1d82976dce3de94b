import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { topicLimit } from "../../protocol/events.ts";
import { codePoints } from "../../protocol/text.ts";
import type { Conversation } from "../state/conversation.ts";
import { useSay } from "../state/page.ts";

/** What the room is about. A click on it changes it. */
export function TopicLine({ conversation: { topic } }: { readonly conversation: Conversation }) {
  const say = useSay();
  const isEditing = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const wasEditing = useRef(false);
  // As it was drawn: it may have been closed since.
  const drawnEditing = isEditing.value;
  useEffect(() => {
    // Whoever left the field for another place is there by now.
    if (wasEditing.current && !drawnEditing && document.activeElement === document.body) button.current?.focus();
    wasEditing.current = drawnEditing;
  }, [drawnEditing]);

  const { value: text } = topic.text;
  const { value: problem } = topic.problem;
  if (drawnEditing) {
    return (
      <TopicField
        text={text}
        onChoose={(chosen) => {
          isEditing.value = false;
          if (chosen !== undefined) topic.choose(chosen);
        }}
      />
    );
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        class={text ? "topic" : "topic topic-none"}
        title={text || say("topic.change")}
        aria-label={text ? `${say("topic.change")}: ${text}` : undefined}
        onClick={() => {
          isEditing.value = true;
        }}
      >
        <bdi>{text || say("topic.add")}</bdi>
      </button>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}

interface TopicFieldProps {
  readonly text: string;
  /** Without a text it stays what it was. */
  readonly onChoose: (text: string | undefined) => void;
}

function TopicField({ text, onChoose }: TopicFieldProps) {
  const say = useSay();
  const written = useSignal(text);
  const input = useRef<HTMLInputElement>(null);
  const over = codePoints(written.value.trim()) - topicLimit;
  useEffect(() => input.current?.select(), []);
  return (
    <form
      class="topic-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (over <= 0) onChoose(written.peek().trim());
      }}
    >
      <input
        ref={input}
        dir="auto"
        autocomplete="off"
        enterkeyhint="done"
        aria-label={say("topic.label")}
        placeholder={say("topic.label")}
        aria-invalid={over > 0}
        aria-describedby="topic-problem"
        value={written}
        onInput={({ currentTarget }) => {
          written.value = currentTarget.value;
        }}
        onBlur={() => onChoose(undefined)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.preventDefault();
          onChoose(undefined);
        }}
      />
      <p class="problem" id="topic-problem" aria-live="polite">
        {over > 0 && say("composer.over", { count: over })}
      </p>
    </form>
  );
}
