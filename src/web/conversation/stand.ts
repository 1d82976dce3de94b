import type { Signal } from "@preact/signals";

/** Nearer to the end than this is at the end, in pixels. */
const endPx = 48;
/** Whoever went up within this time, in ms, is on their way, however near to the end they still are. */
const leavingMs = 250;

/** Keeps a scrolled view where its reader stands: at its end, or else at the message that they look at. */
export interface Stand {
  /** What is in the view, or its size, has changed. */
  settle(): void;
  /** The same, at the next drawing: many changes are one. */
  settleSoon(): void;
  /** Goes to the end, and stays there. */
  toEnd(): void;
  /** Takes the place to which something has just scrolled the view. */
  stay(): void;
  close(): void;
}

interface StandParts {
  readonly isAtEnd: Signal<boolean>;
  /** Whether what is below is not in the view, so that its end is not the conversation's. */
  readonly isEarlier: () => boolean;
  /** Milliseconds. */
  readonly now: () => number;
}

/**
 * Nothing but its reader, and this, moves the view: the browser's own anchoring is off, and every height is a real
 * one. So a view that is higher up than it was left was scrolled by its reader, even before the browser has told of it.
 */
export function createStand(view: HTMLElement, { isAtEnd, isEarlier, now }: StandParts): Stand {
  let top = view.scrollTop;
  let anchor = topMessage(view);
  let wentUpAt = Number.NEGATIVE_INFINITY;
  let frame = 0;

  const left = () => view.scrollHeight - view.scrollTop - view.clientHeight;

  function stay(): void {
    top = view.scrollTop;
    anchor = topMessage(view);
  }

  /** How far the reader went since the last look. */
  function lookAtReader(): number {
    const moved = view.scrollTop - top;
    // A view whose end is in sight was pushed up, by what has become smaller.
    if (moved < 0 && left() <= 1) return 0;
    if (moved < 0) wentUpAt = now();
    return moved;
  }

  function settle(): void {
    cancelAnimationFrame(frame);
    frame = 0;
    const moved = lookAtReader();
    if (isAtEnd.peek() && now() - wentUpAt > leavingMs) view.scrollTop = view.scrollHeight;
    else {
      const message = anchor && document.getElementById(anchor.id);
      if (anchor && message) view.scrollTop += topIn(view, message) - anchor.top + moved;
      if (left() >= endPx) isAtEnd.value = false;
    }
    stay();
  }

  function onScroll(): void {
    // What was scrolled here is told of a frame later, when the messages may be laid out anew.
    if (view.scrollTop === top) return;
    if (frame !== 0) return settle();
    const moved = lookAtReader();
    // What grows below pushes nobody away from the end: only going up does.
    if (left() >= endPx) isAtEnd.value &&= moved >= 0;
    else if (moved > 0) isAtEnd.value = !isEarlier();
    stay();
  }

  const sizes = new ResizeObserver(settle);
  sizes.observe(view);
  for (const body of view.children) sizes.observe(body);
  view.addEventListener("scroll", onScroll, { passive: true });
  return {
    settle,
    settleSoon() {
      if (frame === 0) frame = requestAnimationFrame(settle);
    },
    toEnd() {
      isAtEnd.value = true;
      wentUpAt = Number.NEGATIVE_INFINITY;
      view.scrollTop = view.scrollHeight;
      stay();
    },
    stay,
    close() {
      cancelAnimationFrame(frame);
      sizes.disconnect();
      view.removeEventListener("scroll", onScroll);
    },
  };
}

const topIn = (view: HTMLElement, element: Element): number =>
  element.getBoundingClientRect().top - view.getBoundingClientRect().top;

/** The first message on the screen, and how far below the view's top it stands, in pixels. */
function topMessage(view: HTMLElement): { readonly id: string; readonly top: number } | undefined {
  const edge = view.getBoundingClientRect().top;
  const isSeen = (element: Element) => element.getBoundingClientRect().bottom > edge;
  for (const stretch of view.querySelectorAll(".stretch")) {
    if (!isSeen(stretch)) continue;
    for (const message of stretch.querySelectorAll(".message")) {
      if (isSeen(message)) return { id: message.id, top: topIn(view, message) };
    }
  }
  return undefined;
}
