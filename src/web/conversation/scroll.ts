import { type ReadonlySignal, useSignal, useSignalEffect } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Stretch } from "../logic/timeline.ts";
import type { Conversation } from "../state/conversation.ts";
import { usePage } from "../state/page.ts";

/** Nearer to the end than this is at the end, in pixels. */
const endPx = 48;
/** Earlier messages are fetched before their absence is seen. */
const aheadPx = "900px 0px 0px";

export interface Scroll {
  readonly log: RefObject<HTMLDivElement | null>;
  readonly body: RefObject<HTMLDivElement | null>;
  /** Told of what stands above the first message. */
  readonly top: (element: Element | null) => void;
  readonly isAtEnd: ReadonlySignal<boolean>;
  toEnd(): void;
}

/** Stays at the end while the reader is there, and else keeps what they look at where it is. */
export function useScroll(conversation: Conversation, stretches: readonly Stretch[]): Scroll {
  const { isSeen } = usePage();
  const log = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const isAtEnd = useSignal(true);
  const lastTop = useRef(0);
  const firstKey = stretches[0]?.rows.find((row) => row.is === "group")?.key;
  const shownFirstKey = useRef(firstKey);

  // Before the first drawing, so that the line *new since you left* is in it.
  useMemo(() => conversation.come(), [conversation]);
  const wasSeen = useRef(true);
  useSignalEffect(() => {
    if (isSeen.value && !wasSeen.current) conversation.come();
    wasSeen.current = isSeen.value;
  });

  const stay = () => {
    if (log.current && isAtEnd.peek()) log.current.scrollTop = log.current.scrollHeight;
  };

  // The page still shows what it did: where the first message on the screen stands, before others come above it.
  const held = firstKey !== shownFirstKey.current && !isAtEnd.peek() ? topMessage(log.current) : undefined;
  useLayoutEffect(() => {
    shownFirstKey.current = firstKey;
    const message = held && document.getElementById(held.id);
    if (message && log.current) log.current.scrollTop += message.getBoundingClientRect().top - held.top;
    else stay();
  }, [stretches]);

  useLayoutEffect(() => {
    const line = document.getElementById("new-line");
    if (!line || !log.current) return;
    const above = line.getBoundingClientRect().top - log.current.getBoundingClientRect().top;
    if (above >= 0) return;
    isAtEnd.value = false;
    log.current.scrollTop += above - log.current.clientHeight / 5;
  }, []);

  useEffect(() => {
    const { current: view } = log;
    if (!view || !body.current) return;
    const onScroll = () => {
      const left = view.scrollHeight - view.scrollTop - view.clientHeight;
      // What grows below pushes nobody away from the end: only scrolling up does.
      if (left < endPx) isAtEnd.value = true;
      else if (view.scrollTop < lastTop.current) isAtEnd.value = false;
      lastTop.current = view.scrollTop;
    };
    const sizes = new ResizeObserver(stay);
    sizes.observe(view);
    sizes.observe(body.current);
    view.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      sizes.disconnect();
      view.removeEventListener("scroll", onScroll);
    };
  }, []);

  const sight = useRef<IntersectionObserver>(undefined);
  useEffect(() => () => sight.current?.disconnect(), []);
  const top = useMemo(
    () => (element: Element | null) => {
      sight.current?.disconnect();
      if (!element) return;
      sight.current = new IntersectionObserver(
        ([entry]) => {
          if (entry?.isIntersecting && conversation.older.peek() === "there") void conversation.fetchOlder();
        },
        { root: log.current, rootMargin: aheadPx },
      );
      sight.current.observe(element);
    },
    [conversation],
  );
  // The mark stays in sight when a page of short messages has come: that is no new sighting.
  useEffect(() => {
    const mark = log.current?.querySelector(".older");
    if (mark) top(mark);
  }, [firstKey, conversation.older.value]);

  return {
    log,
    body,
    top,
    isAtEnd,
    toEnd() {
      isAtEnd.value = true;
      stay();
    },
  };
}

/** The first message on the screen, and where it stands. */
function topMessage(log: HTMLElement | null): { readonly id: string; readonly top: number } | undefined {
  if (!log) return undefined;
  const edge = log.getBoundingClientRect().top;
  for (const message of log.querySelectorAll(".message")) {
    const { bottom, top } = message.getBoundingClientRect();
    if (bottom > edge) return { id: message.id, top };
  }
  return undefined;
}
