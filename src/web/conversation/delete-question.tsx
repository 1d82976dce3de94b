import { useSay } from "../state/page.ts";

/** Asks once. */
export function DeleteQuestion({ onDelete, onKeep }: { readonly onDelete: () => void; readonly onKeep: () => void }) {
  const say = useSay();
  return (
    <div class="question">
      <p>{say("message.delete_ask")}</p>
      <button type="button" class="chip chip-bad" onClick={onDelete}>
        {say("message.delete")}
      </button>
      <button type="button" class="chip" onClick={onKeep}>
        {say("message.keep")}
      </button>
    </div>
  );
}
