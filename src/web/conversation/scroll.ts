import { type ReadonlySignal, useSignal, useSignalEffect } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Stretch } from "../logic/timeline.ts";
import type { Conversation } from "../state/conversation.ts";
import { usePage } from "../state/page.ts";

/** Nearer to the end than this is at the end, in pixels. */
const endPx = 48;
/** Earlier messages are fetched before their absence is seen. */
const aheadPx = "900px 0px";
/** What tells that somebody scrolls by themself. */
const takings = ["wheel", "touchstart", "pointerdown", "keydown"];
/** Drawings after which heights are no longer guessed. */
const settlingTurns = 12;

export interface Scroll {
  readonly log: RefObject<HTMLDivElement | null>;
  readonly body: RefObject<HTMLDivElement | null>;
  readonly isAtEnd: ReadonlySignal<boolean>;
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
  const lastKey = stretches
    .at(-1)
    ?.rows.findLast((row) => row.is === "group")
    ?.lines.at(-1)?.id;

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
      if (left < endPx) isAtEnd.value = !conversation.history.isEarlier.peek();
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

  useFetchAhead(conversation, log, firstKey, lastKey);

  const { returns } = conversation;
  const lastReturn = useRef(returns.peek());
  useLayoutEffect(() => {
    if (returns.value === lastReturn.current) return;
    lastReturn.current = returns.value;
    isAtEnd.value = true;
    stay();
  }, [returns.value]);

  const marked = conversation.marked.value;
  useEffect(() => {
    if (marked?.at !== "here" || !log.current) return;
    isAtEnd.value = false;
    return showMarked(log.current);
  }, [marked]);

  return { log, body, isAtEnd };
}

/** Fetches further messages before their absence is seen, upwards and, in an earlier part of the log, downwards. */
function useFetchAhead(
  { history }: Conversation,
  log: RefObject<HTMLDivElement | null>,
  firstKey: string | undefined,
  lastKey: string | undefined,
): void {
  // A mark stays in sight when a page of short messages has come: each page has it looked for anew.
  useEffect(() => {
    const sight = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          const direction = target.classList.contains("older") ? "older" : "newer";
          if (isIntersecting && history[direction].peek() === "there") void history.fetch(direction);
        }
      },
      { root: log.current, rootMargin: aheadPx },
    );
    for (const mark of log.current?.querySelectorAll(".older, .newer") ?? []) sight.observe(mark);
    return () => sight.disconnect();
  }, [firstKey, lastKey, history.older.value, history.newer.value]);
}

/**
 * Keeps the marked message in the middle until it stands there: what is far off the screen has only a guessed
 * height, which is set right once it is drawn. Whoever scrolls by themself meanwhile goes where they want.
 */
function showMarked(log: HTMLElement): () => void {
  let turnsLeft = settlingTurns;
  let frame = 0;
  const stop = () => {
    cancelAnimationFrame(frame);
    for (const taking of takings) log.removeEventListener(taking, stop);
  };
  const centre = () => {
    log.querySelector(".message[aria-current]")?.scrollIntoView({ block: "center" });
    if (--turnsLeft > 0) frame = requestAnimationFrame(centre);
    else stop();
  };
  for (const taking of takings) log.addEventListener(taking, stop, { passive: true });
  centre();
  return stop;
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
