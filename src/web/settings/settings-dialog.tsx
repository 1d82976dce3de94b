import { Dialog } from "../parts/dialog.tsx";
import { Icon } from "../parts/icon.tsx";
import { Looks } from "../parts/looks.tsx";
import { Segments } from "../parts/segments.tsx";
import { usePage, useSay } from "../state/page.ts";
import { Leaving } from "./leaving.tsx";
import { Telling } from "./telling.tsx";

interface SettingsProps {
  readonly onKeys: () => void;
  readonly onClose: () => void;
}

/** How the page looks, sounds and tells; all of it is kept on this device. */
export function SettingsDialog({ onKeys, onClose }: SettingsProps) {
  const say = useSay();
  const { preferences } = usePage();
  return (
    <Dialog title={say("settings.title")} onClose={onClose}>
      <div class="settings">
        <Looks />
        <Segments
          name="density"
          label={say("settings.density")}
          choice={preferences.density}
          wordFor={(density) => say(`settings.density_${density}`)}
        />
        <Segments
          name="hours"
          label={say("settings.hours")}
          choice={preferences.hours}
          wordFor={(hours) => say(`settings.hours_${hours}`)}
        />
        <Telling />
        <Segments
          name="keys"
          label={say("settings.keys")}
          choice={preferences.keys}
          wordFor={(keys) => say(`settings.keys_${keys}`)}
        />
      </div>
      <div class="sheet-foot">
        <button type="button" class="quiet" onClick={onKeys}>
          <Icon of="keys" />
          {say("keys.title")}
        </button>
        <Leaving />
      </div>
    </Dialog>
  );
}
