import { useSignal } from "@preact/signals";
import { Icon } from "../parts/icon.tsx";
import { useSay } from "../state/page.ts";
import { EmojiPalette } from "./emoji-palette.tsx";

interface EmojiButtonProps {
  readonly onTake: (emoji: string) => void;
  /** Nothing was taken. */
  readonly onClose: () => void;
}

/** Opens the board of emoji, which is fetched only then. On a phone the keyboard has them. */
export function EmojiButton({ onTake, onClose }: EmojiButtonProps) {
  const say = useSay();
  const emoji = useSignal<string | undefined>(undefined);
  const shut = () => {
    emoji.value = undefined;
  };
  return (
    <>
      {emoji.value !== undefined && (
        <EmojiPalette
          emoji={emoji.value}
          onTake={(taken) => {
            shut();
            onTake(taken);
          }}
          onClose={() => {
            shut();
            onClose();
          }}
        />
      )}
      <button
        type="button"
        class="round emoji-button"
        aria-label={say("composer.emoji")}
        title={say("composer.emoji")}
        aria-expanded={emoji.value !== undefined}
        onClick={() => {
          if (emoji.value !== undefined) return shut();
          import("../logic/common-emoji.ts").then(
            ({ commonEmoji }) => {
              emoji.value = commonEmoji;
            },
            // Without a line it cannot be fetched; a later click tries again.
            () => {},
          );
        }}
      >
        <Icon of="smile" />
      </button>
    </>
  );
}
