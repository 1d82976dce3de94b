import { Dialog } from "../parts/dialog.tsx";
import { useSay } from "../state/page.ts";

const map = [
  ["send", "Enter"],
  ["break", "Shift", "Enter"],
  ["mention", "@"],
  ["room_before", "Alt", "↑"],
  ["room_after", "Alt", "↓"],
  ["latest", "Esc"],
  ["pick", "Enter"],
  ["map", "?"],
] as const;

/** Which keys do what. */
export function KeysDialog({ onClose }: { readonly onClose: () => void }) {
  const say = useSay();
  return (
    <Dialog title={say("keys.title")} onClose={onClose}>
      <dl class="keys">
        {map.map(([what, ...keys]) => (
          <div key={what} class="keys-row">
            <dt>{say(`keys.${what}`)}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
