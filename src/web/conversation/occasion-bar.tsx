import { beginningOf } from "../logic/names.ts";
import { Icon } from "../parts/icon.tsx";
import type { Conversation } from "../state/conversation.ts";
import { useSay } from "../state/page.ts";

/** Whom one answers, or that one edits; and the way out of it. */
export function OccasionBar({ conversation }: { readonly conversation: Conversation }) {
  const say = useSay();
  const occasion = conversation.occasion.value;
  if (occasion.is === "new") return null;
  const to = occasion.is === "reply" ? occasion.to : undefined;
  return (
    <div class="occasion">
      <Icon of={to ? "reply" : "pencil"} />
      <p id="occasion" class="occasion-words">
        <strong>{to ? say("composer.answering", { name: to.user.name }) : say("composer.editing")}</strong>{" "}
        {/* The style sheet cuts it where the line ends. */}
        {to && <bdi>{beginningOf(to.text)}</bdi>}
      </p>
      <button
        type="button"
        class="round"
        aria-label={say("name.cancel")}
        onClick={() => {
          // Before the button that has the focus goes.
          document.getElementById("message")?.focus();
          conversation.giveUp();
        }}
      >
        <Icon of="close" />
      </button>
    </div>
  );
}
