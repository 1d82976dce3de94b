// The page's service worker: the page opens without a line, with what this device keeps of its rooms.
// docs/decisions/0015-offline-page.md

// The build puts in what the page consists of, and a name that changes with any of it.
const files: readonly string[] = ["__FILES__"];
const pageCache = "parlance-page-__VERSION__";
/** The prefix of everything that is kept; the rooms' pages are kept by the page itself (state/kept-pages.ts). */
const prefix = "parlance-";
/** A line that has brought nothing for so long is none. */
const patienceMs = 3_000;
/** What a proxy says of a server that is away. */
const awayStatuses: ReadonlySet<number> = new Set([502, 503, 504]);

interface LastingEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends LastingEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface NotificationEvent extends LastingEvent {
  readonly notification: Notification;
}
interface Tab {
  readonly url: string;
  navigate(url: string): Promise<unknown>;
  focus(): Promise<unknown>;
  postMessage(message: unknown): void;
}
/** What there is in a service worker and not in a page. https://w3c.github.io/ServiceWorker/#serviceworkerglobalscope-interface */
declare const clients: {
  matchAll(options: { readonly type: "window"; readonly includeUncontrolled?: true }): Promise<readonly Tab[]>;
  openWindow(path: string): Promise<unknown>;
};
declare const registration: ServiceWorkerRegistration;

async function deleteCaches(isMeant: (name: string) => boolean): Promise<void> {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith(prefix) && isMeant(name)).map((name) => caches.delete(name)),
  );
}

/** Who is asked for the access key may see nothing of what was kept for those who gave it. [D6] */
async function forgetEverything(): Promise<void> {
  await Promise.all([deleteCaches(() => true), registration.unregister()]);
}

/** The prompt came too late for a tab that shows the kept page by now. */
async function askTabs(): Promise<void> {
  const tabs = await clients.matchAll({ type: "window" });
  await Promise.all(tabs.map((tab) => tab.navigate(tab.url)));
}

/** The server's page, else the kept one. */
async function openPage(request: Request): Promise<Response> {
  const kept = await caches.match("/", { cacheName: pageCache });
  // Handed on as it is, a navigation from another site is no longer one to the server, which turns it away. [D1]
  const asked = new Request(request.url, { headers: request.headers, redirect: "manual" });
  let isTired = false;
  const answered = fetch(asked).then(async (answer) => {
    if (answer.status === 401) await forgetEverything();
    if (answer.status === 401 && isTired) await askTabs();
    return answer;
  });
  if (!kept) return answered;
  const tired = new Promise<Response>((resolve) =>
    setTimeout(() => {
      isTired = true;
      resolve(kept);
    }, patienceMs),
  );
  try {
    const answer = await Promise.race([answered, tired]);
    return awayStatuses.has(answer.status) ? kept : answer;
  } catch {
    return kept;
  }
}

/** A part of the page, whose name changes with what is in it. */
async function openFile(request: Request): Promise<Response> {
  return (await caches.match(request, { cacheName: pageCache })) ?? fetch(request);
}

async function showRoom(room: string): Promise<void> {
  const [tab] = await clients.matchAll({ type: "window", includeUncontrolled: true });
  if (!tab) return void (await clients.openWindow(`/r/${encodeURIComponent(room)}`));
  tab.postMessage({ room });
  await tab.focus();
}

addEventListener("install", (event) => {
  (event as LastingEvent).waitUntil(caches.open(pageCache).then((cache) => cache.addAll(files)));
});
// Only once no tab shows the page that the earlier worker kept.
addEventListener("activate", (event) => {
  const isEarlier = (name: string) => name.startsWith(`${prefix}page-`) && name !== pageCache;
  (event as LastingEvent).waitUntil(deleteCaches(isEarlier));
});
addEventListener("fetch", (event) => {
  const { request, respondWith } = event as FetchEvent;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  // What is said travels past this worker: only the page and its parts are its business.
  if (request.mode === "navigate") {
    if (pathname === "/" || pathname.startsWith("/r/")) respondWith.call(event, openPage(request));
  } else if (files.includes(pathname)) respondWith.call(event, openFile(request));
});
addEventListener("notificationclick", (event) => {
  const { notification } = event as NotificationEvent;
  notification.close();
  const { room } = notification.data as { readonly room: string };
  (event as NotificationEvent).waitUntil(showRoom(room));
});
