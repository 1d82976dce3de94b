import type { Choice } from "../state/choice.ts";
import { Icon, type IconName } from "./icon.tsx";

interface SegmentsProps<T extends string> {
  readonly name: string;
  readonly label: string;
  readonly choice: Choice<T>;
  readonly wordFor: (option: T) => string;
  /** Drawn instead of the words, which the option is still called by. */
  readonly icons?: Readonly<Record<T, IconName>>;
  /** Told once something was chosen, in place of choosing it. */
  readonly onChoose?: (option: T) => void;
}

/** A few options side by side, one of them chosen. */
export function Segments<T extends string>({ name, label, choice, wordFor, icons, onChoose }: SegmentsProps<T>) {
  return (
    <fieldset class="field field-small">
      <legend class="field-label">{label}</legend>
      <div class="segments">
        {choice.options.map((option) => (
          <label key={option} class="segment" title={wordFor(option)}>
            <input
              type="radio"
              name={name}
              value={option}
              checked={choice.chosen.value === option}
              onChange={() => (onChoose ?? choice.choose)(option)}
            />
            {icons && <Icon of={icons[option]} />}
            <span class={icons ? "aside" : "segment-word"}>{wordFor(option)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
