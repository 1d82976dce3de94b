import { type ReadonlySignal, signal } from "@preact/signals";
import type { Language } from "../locales/words.ts";
import type { Clock } from "./state/clock.ts";
import type { Density, Theme } from "./state/preferences.ts";
import { middle, narrow } from "./widths.ts";

const grounds = { light: "#f6f0e8", dark: "#181411" } as const;

/** Tells the browser the page's language and looks: line breaking, scroll bars and its own bars follow. */
export function dressPage(language: Language, theme: Theme, density: Density): void {
  document.documentElement.lang = language;
  document.documentElement.dataset["theme"] = theme;
  document.documentElement.dataset["density"] = density;
  for (const meta of document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")) {
    const own = meta.media.includes("dark") ? "dark" : "light";
    meta.content = grounds[theme === "auto" ? own : theme];
  }
}

/** Shows a change of scene as one movement, where the browser can and the reader wants movement. */
export function transition(change: () => void): void {
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (isStill || document.hidden || !("startViewTransition" in document)) {
    change();
    return;
  }
  const { finished, ready } = document.startViewTransition(async () => {
    change();
    // Drawing waits for the end of the turn.
    await new Promise((drawn) => setTimeout(drawn));
  });
  // A transition that is skipped has still changed the scene.
  ready.catch(() => {});
  finished.catch(() => {});
}

/** Whether the page is installed, and was opened as a program of its own. */
export const isApp = (): boolean => matchMedia("(display-mode: standalone)").matches;

/**
 * Whether the page is looked at: it is in sight, and its window has the focus. Who has another program in front or beside
 * it looks elsewhere. It follows as long as the page lives.
 */
export function followLooking(clock: Clock): ReadonlySignal<boolean> {
  const look = () => !document.hidden && document.hasFocus();
  const isSeen = signal(look());
  const update = () => {
    isSeen.value = look();
  };
  // Some browsers tell a window that it loses the focus before the document knows.
  const settle = () => void clock.after(0, update);
  document.addEventListener("visibilitychange", update);
  window.addEventListener("focus", settle);
  window.addEventListener("blur", settle);
  return isSeen;
}

/** `narrow` under 640 px, `middle` under 900 px, in usual letters. It follows as long as the page lives. */
export function followWidth(): ReadonlySignal<"narrow" | "middle" | "wide"> {
  const isNarrow = matchMedia(narrow);
  const isMiddle = matchMedia(middle);
  const measure = () => (isNarrow.matches ? "narrow" : isMiddle.matches ? "middle" : "wide");
  const width = signal<"narrow" | "middle" | "wide">(measure());
  const update = () => {
    width.value = measure();
  };
  isNarrow.addEventListener("change", update);
  isMiddle.addEventListener("change", update);
  return width;
}

/** Keeps the page as high as what an on-screen keyboard leaves free, where the browser does not do so by itself. */
export function fitAboveKeyboard(): void {
  const { visualViewport: view } = window;
  if (!view) return;
  const fit = () => {
    // Someone who zooms in looks at a part of the page: that is no keyboard.
    const isCovered = view.scale === 1 && window.innerHeight - view.height > 80;
    const style = document.documentElement.style;
    if (isCovered) style.setProperty("--page-height", `${view.height}px`);
    else style.removeProperty("--page-height");
  };
  view.addEventListener("resize", fit);
}
