import { effect } from "@preact/signals";
import { render } from "preact";
import { connect, memoryOutbox, type Outbox, webStorageOutbox } from "../sdk/index.ts";
import { App } from "./app.tsx";
import { chosenLanguage, firstPage, kept, words } from "./early.ts";
import { createAlerts } from "./state/alerts.ts";
import { pageClock } from "./state/clock.ts";
import { createIdentity } from "./state/identity.ts";
import { keptIn } from "./state/kept.ts";
import { earlyOrKept, keptPagesIn } from "./state/kept-pages.ts";
import { type Page, PageContext } from "./state/page.ts";
import { createPreferences } from "./state/preferences.ts";
import { createRoute } from "./state/route.ts";
import { createVisit } from "./state/visit.ts";
import { dressPage, fitAboveKeyboard, followLooking, followWidth, isApp, transition } from "./surroundings.ts";
import { teller } from "./teller.ts";
import { startWorker } from "./worker/start.ts";

const identity = createIdentity(kept);
const route = createRoute(window);
const isSeen = followLooking(pageClock);

/** Over a reload where the browser keeps anything for the page at all. */
function openOutbox(): Outbox {
  try {
    return webStorageOutbox(localStorage);
  } catch {
    return memoryOutbox();
  }
}

const visit = createVisit({
  connect: (options) =>
    connect(location.origin, {
      ...options,
      lang: chosenLanguage(),
      outbox: openOutbox(),
    }),
  identity,
  route,
  kept,
  keptInTab: keptIn(() => sessionStorage, window),
  pages: earlyOrKept(firstPage, keptPagesIn("caches" in window ? caches : undefined)),
  clock: pageClock,
  transition,
  isApp: isApp(),
});
startWorker(pageClock, (room) => visit.goTo(room));

/** What is about to come is worth more than a place for it, which would have to be laid out first. */
const patienceMs = 100;
const patience = new Promise<void>((resolve) => pageClock.after(patienceMs, resolve));
const [spoken] = await Promise.all([words, Promise.race([firstPage?.messages, patience])]);
const preferences = createPreferences(kept, chosenLanguage(), spoken);
const { language, theme, density } = preferences;
effect(() => dressPage(language.value, theme.chosen.value, density.chosen.value));
effect(() => {
  const spoken = language.value;
  const stage = visit.stage.peek();
  if (stage.at !== "outside") stage.chat.setLanguage(spoken);
});
fitAboveKeyboard();
createAlerts({ visit, preferences, isSeen, clock: pageClock, kept, teller });

const page: Page = {
  preferences,
  identity,
  route,
  visit,
  clock: pageClock,
  kept,
  isSeen,
  width: followWidth(),
};

const place = document.getElementById("page");
if (place) {
  render(
    <PageContext.Provider value={page}>
      <App />
    </PageContext.Provider>,
    place,
  );
}
