import { type ReadonlySignal, useSignal, useSignalEffect } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Stretch } from "../logic/timeline.ts";
import type { Conversation } from "../state/conversation.ts";
import { usePage } from "../state/page.ts";
import { createStand, type Stand } from "./stand.ts";

/** Earlier messages are fetched before their absence is seen. */
const aheadPx = "900px 0px";

export interface Scroll {
  readonly log: RefObject<HTMLDivElement | null>;
  readonly isAtEnd: ReadonlySignal<boolean>;
  /** What keeps the view where its reader stands, once it is drawn. */
  readonly stand: RefObject<Stand | undefined>;
}

/** Stays at the end while the reader is there, and else keeps what they look at where it is. */
export function useScroll(conversation: Conversation, stretches: readonly Stretch[]): Scroll {
  const { isSeen, clock } = usePage();
  const log = useRef<HTMLDivElement>(null);
  const isAtEnd = useSignal(true);
  const stand = useRef<Stand>(undefined);

  const wasSeen = useRef(true);
  useSignalEffect(() => {
    if (isSeen.value && !wasSeen.current) conversation.come();
    wasSeen.current = isSeen.value;
  });

  useLayoutEffect(() => {
    const { current: view } = log;
    if (!view) return;
    const isEarlier = () => conversation.history.isEarlier.peek();
    const own = createStand(view, { isAtEnd, isEarlier, now: clock.now });
    stand.current = own;
    own.toEnd();
    const line = document.getElementById("new-line");
    const above = line ? line.getBoundingClientRect().top - view.getBoundingClientRect().top : 0;
    if (above < 0) {
      isAtEnd.value = false;
      view.scrollTop += above - view.clientHeight / 5;
      own.stay();
    }
    return () => {
      own.close();
      conversation.hold(false);
    };
  }, []);
  const firstKey = stretches[0]?.key;
  const shownFirstKey = useRef(firstKey);
  useLayoutEffect(() => {
    // What is gone at the top may have pushed the view up, which must not be taken for its reader's doing.
    if (firstKey === shownFirstKey.current) stand.current?.settleSoon();
    else stand.current?.settle();
    shownFirstKey.current = firstKey;
  }, [stretches]);
  useSignalEffect(() => conversation.hold(!isAtEnd.value));

  useFetchAhead(conversation, log, stretches);

  const { returns } = conversation;
  const lastReturn = useRef(returns.peek());
  useLayoutEffect(() => {
    if (returns.value === lastReturn.current) return;
    lastReturn.current = returns.value;
    stand.current?.toEnd();
  }, [returns.value]);

  const marked = conversation.marked.value;
  useEffect(() => {
    if (marked?.at !== "here") return;
    isAtEnd.value = false;
    const message = log.current?.querySelector(".message[aria-current]");
    // Of what is higher than the view, its beginning.
    const isHigh = message && log.current && message.clientHeight > log.current.clientHeight;
    message?.scrollIntoView({ block: isHigh ? "start" : "center" });
    stand.current?.stay();
  }, [marked]);

  return { log, isAtEnd, stand };
}

/** Fetches further messages before their absence is seen, upwards and, in an earlier part of the log, downwards. */
function useFetchAhead(
  { history }: Conversation,
  log: RefObject<HTMLDivElement | null>,
  stretches: readonly Stretch[],
): void {
  const older = history.older.value;
  const newer = history.newer.value;
  const firstKey = older === "there" ? stretches[0]?.key : undefined;
  const lastKey = newer === "there" ? stretches.at(-1)?.key : undefined;
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
  }, [firstKey, lastKey, older, newer]);
}
