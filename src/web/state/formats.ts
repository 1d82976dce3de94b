import { once } from "../../locales/once.ts";
import type { Language } from "../../locales/words.ts";
import { dayOf } from "../logic/day.ts";

/** Times, days and order as a language has them. */
export interface Formats {
  /** The time of day: `14:05`. */
  time(at: number): string;
  /** Day and time to the second. */
  exact(at: number): string;
  /** *today*, *yesterday*, else the day in words. */
  day(at: number, now: number): string;
  compare(a: string, b: string): number;
  /** One after the other, with the word *and* before the last. */
  list(words: readonly string[]): string;
}

const dayMs = 86_400_000;

/** How hours are counted; `auto`: as the language does. */
export type Hours = "auto" | "12" | "24";

export function createFormats(language: Language, hours: Hours): Formats {
  const counted = hours === "auto" ? {} : { hourCycle: hours === "12" ? ("h12" as const) : ("h23" as const) };
  const time = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit", ...counted });
  const exact = once(() => new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "medium", ...counted }));
  const day = once(() => new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" }));
  const dayAndYear = once(() => new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric" }));
  const relative = once(() => new Intl.RelativeTimeFormat(language, { numeric: "auto" }));
  const collator = once(() => new Intl.Collator(language, { sensitivity: "base", numeric: true }));
  const list = once(() => new Intl.ListFormat(language));
  const capital = (text: string) => text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
  return {
    time: (at) => time.format(at),
    exact: (at) => exact().format(at),
    day(at, now) {
      // A day may have 23 or 25 hours.
      const ago = Math.round((dayOf(now) - dayOf(at)) / dayMs);
      if (ago === 0 || ago === 1) return capital(relative().format(-ago, "day"));
      const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
      return capital((isThisYear ? day : dayAndYear)().format(at));
    },
    list: (words) => list().format(words),
    compare: (a, b) => collator().compare(a, b),
  };
}
