import { Dialog } from "../parts/dialog.tsx";
import { usePage, useSay } from "../state/page.ts";

const map = [
  ["send", "Enter"],
  ["break", "Shift", "Enter"],
  ["mention", "@"],
  ["edit_last", "↑"],
  ["search", "Ctrl", "K"],
  ["room_before", "Alt", "↑"],
  ["room_after", "Alt", "↓"],
  ["latest", "Esc"],
  ["pick", "Enter"],
  ["reply", "R"],
  ["react", "+"],
  ["edit", "E"],
  ["delete", "Del"],
  ["map", "?"],
] as const;

/** What the reader can switch off. */
const singles: ReadonlySet<string> = new Set(["reply", "react", "edit", "delete", "map"]);

/** Which keys do what. */
export function KeysDialog({ onClose }: { readonly onClose: () => void }) {
  const say = useSay();
  const { keys: single } = usePage().preferences;
  const shown = map.filter(([what]) => single.chosen.value === "on" || !singles.has(what));
  return (
    <Dialog title={say("keys.title")} onClose={onClose}>
      <dl class="keys">
        {shown.map(([what, ...keys]) => (
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
