import { useEffect, useRef } from "preact/hooks";
import { commonEmoji } from "../logic/common-emoji.ts";
import { readList } from "../state/kept.ts";
import { usePage, useSay } from "../state/page.ts";
import "../styles/emoji.css";

const columns = 8;
const recentKept = columns;
const recentKey = "emoji";

const graphemes = (text: string): string[] =>
  Array.from(new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text), ({ segment }) => segment);

interface PaletteProps {
  readonly onTake: (emoji: string) => void;
  readonly onClose: () => void;
}

/** A small board of emoji, with those taken last before the others. Arrows move, Escape closes. */
export function EmojiPalette({ onTake, onClose }: PaletteProps) {
  const say = useSay();
  const { kept } = usePage();
  const board = useRef<HTMLDivElement>(null);
  const recent = readList(kept, recentKey).slice(0, recentKept);
  const emoji = [...new Set([...recent, ...graphemes(commonEmoji)])];
  const buttons = () => [...(board.current?.querySelectorAll("button") ?? [])];
  useEffect(() => {
    buttons()[0]?.focus();
    const onPointer = ({ target }: Event) => {
      if (target instanceof Element && !target.closest(".emoji, .emoji-button")) onClose();
    };
    document.addEventListener("pointerdown", onPointer);
    return () => document.removeEventListener("pointerdown", onPointer);
  }, []);

  const take = (one: string) => {
    kept.write(recentKey, JSON.stringify([...new Set([one, ...recent])].slice(0, recentKept)));
    onTake(one);
  };
  return (
    <div
      ref={board}
      class="emoji"
      role="toolbar"
      aria-label={say("composer.emoji")}
      onKeyDown={(event) => {
        const steps: Readonly<Record<string, number>> = {
          ArrowRight: 1,
          ArrowLeft: -1,
          ArrowDown: columns,
          ArrowUp: -columns,
        };
        const step = steps[event.key];
        const all = buttons();
        const at = all.indexOf(event.target as HTMLButtonElement);
        if (event.key === "Escape") onClose();
        else if (step) all[Math.min(all.length - 1, Math.max(0, at + step))]?.focus();
        else return;
        event.preventDefault();
      }}
    >
      {emoji.map((one, index) => (
        <button key={one} type="button" tabIndex={index === 0 ? 0 : -1} onClick={() => take(one)}>
          {one}
        </button>
      ))}
    </div>
  );
}
