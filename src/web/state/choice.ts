import { type ReadonlySignal, signal } from "@preact/signals";
import type { Kept } from "./kept.ts";

/** One of a few options, kept on this device. */
export interface Choice<T extends string> {
  readonly options: readonly T[];
  readonly chosen: ReadonlySignal<T>;
  choose(option: T): void;
}

/** The kept option, else the usual one: the first, unless another is named. */
export function createChoice<T extends string>(
  kept: Kept,
  key: string,
  options: readonly [T, ...T[]],
  usual: T = options[0],
): Choice<T> {
  const last = kept.read(key);
  const chosen = signal<T>(options.find((option) => option === last) ?? usual);
  return {
    options,
    chosen,
    choose(option) {
      kept.write(key, option === usual ? undefined : option);
      chosen.value = option;
    },
  };
}
