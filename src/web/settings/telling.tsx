import { useSignal } from "@preact/signals";
import { Segments } from "../parts/segments.tsx";
import { usePage, useSay } from "../state/page.ts";
import type { Told } from "../state/preferences.ts";
import { askForNotifications, notificationPermission, teller } from "../teller.ts";

/** What tells of messages while nobody looks. The browser is asked for leave only here. */
export function Telling() {
  const say = useSay();
  const { preferences } = usePage();
  // Leave can be taken back at any time.
  const permission = useSignal(preferences.told.chosen.peek() === "off" ? "granted" : notificationPermission());

  async function choose(told: Told): Promise<void> {
    // Drawn anew, the options stand as they are chosen, also if leave is refused once more.
    permission.value = "granted";
    if (told !== "off") permission.value = await askForNotifications();
    preferences.told.choose(permission.value === "granted" ? told : "off");
  }

  return (
    <>
      <div>
        <Segments
          name="told"
          label={say("settings.told")}
          choice={preferences.told}
          wordFor={(told) => say(`settings.told_${told}`)}
          onChoose={(told) => void choose(told)}
        />
        <p class="settings-note" role="status">
          {permission.value !== "granted" && say(`settings.told_${permission.value}`)}
        </p>
      </div>
      <Segments
        name="sound"
        label={say("settings.sound")}
        choice={preferences.sound}
        wordFor={(sound) => say(`settings.sound_${sound}`)}
        onChoose={(sound) => {
          preferences.sound.choose(sound);
          if (sound === "on") teller.chime();
        }}
      />
    </>
  );
}
