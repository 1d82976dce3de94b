import { useSignal } from "@preact/signals";
import type { Line } from "../logic/arrange.ts";
import { Icon } from "../parts/icon.tsx";
import type { Conversation } from "../state/conversation.ts";
import { useSay } from "../state/page.ts";
import { EmojiPalette } from "./emoji-palette.tsx";

/** What people answer with most. */
const quick = ["👍", "❤️", "😂", "🎉", "👀", "🙏"];

interface ReactionChoiceProps {
  readonly line: Line;
  readonly conversation: Conversation;
  readonly onDone: () => void;
}

/** A few emoji, and the way to the whole board. One that was given already is taken back. */
export function ReactionChoice({ line, conversation, onDone }: ReactionChoiceProps) {
  const say = useSay();
  const isBoard = useSignal(false);
  const me = conversation.me.value;
  const own = line.reactions.filter(({ users }) => users.some(({ id }) => id === me?.id)).map(({ emoji }) => emoji);
  const take = (emoji: string) => {
    onDone();
    conversation.react(line.id, emoji, !own.includes(emoji));
  };
  if (isBoard.value) return <EmojiPalette onTake={take} onClose={onDone} />;
  return (
    <div class="quick">
      {quick.map((emoji) => (
        <button key={emoji} type="button" aria-pressed={own.includes(emoji)} onClick={() => take(emoji)}>
          {emoji}
        </button>
      ))}
      <button
        type="button"
        aria-label={say("message.more_emoji")}
        title={say("message.more_emoji")}
        onClick={() => {
          isBoard.value = true;
        }}
      >
        <Icon of="plus" />
      </button>
    </div>
  );
}
