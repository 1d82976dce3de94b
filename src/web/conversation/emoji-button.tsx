import { useSignal } from "@preact/signals";
import { Icon } from "../parts/icon.tsx";
import { lazily } from "../parts/lazily.tsx";
import { useSay } from "../state/page.ts";

const EmojiPalette = lazily(async () => (await import("./emoji-palette.tsx")).EmojiPalette);

interface EmojiButtonProps {
  readonly onTake: (emoji: string) => void;
  /** Nothing was taken. */
  readonly onClose: () => void;
}

/** Opens the board of emoji, which is fetched only then. On a phone the keyboard has them. */
export function EmojiButton({ onTake, onClose }: EmojiButtonProps) {
  const say = useSay();
  const isOpen = useSignal(false);
  const shut = () => {
    isOpen.value = false;
  };
  return (
    <>
      {isOpen.value && (
        <EmojiPalette
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
        aria-expanded={isOpen.value}
        onClick={() => {
          isOpen.value = !isOpen.value;
        }}
      >
        <Icon of="smile" />
      </button>
    </>
  );
}
