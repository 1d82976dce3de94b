import { useSay } from "../state/page.ts";

interface ProblemProps {
  readonly id: string;
  /** What is wrong; nothing is, without it. */
  readonly words: string | undefined;
  /** A name that is free. */
  readonly suggestion?: string | undefined;
  readonly onTake?: (suggestion: string) => void;
  /** Somebody has the name already, and may be who it is kept for. [I2] */
  readonly onMine?: () => void;
}

/** What is wrong with a field, and the way out if there is one. */
export function Problem({ id, words, suggestion, onTake, onMine }: ProblemProps) {
  const say = useSay();
  return (
    <div class="problem" id={id} aria-live="polite">
      {words && <p>{words}</p>}
      {suggestion && onTake && (
        <button type="button" class="chip" onClick={() => onTake(suggestion)}>
          {say("entrance.use_suggestion", { name: suggestion })}
        </button>
      )}
      {suggestion && onMine && (
        <button type="button" class="chip" onClick={onMine}>
          {say("account.mine")}
        </button>
      )}
    </div>
  );
}
