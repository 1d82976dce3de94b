import type { ReadonlySignal } from "@preact/signals";
import { type MessageFrame, parseServerFrame } from "../../protocol/server-frames.ts";
import type { RoomName } from "../../sdk/index.ts";
import type { Clock } from "./clock.ts";
import type { EarlyPage } from "./early-page.ts";

const cacheName = "parlance-rooms";
const roomsMost = 20;
/** Of one room. */
const charactersMost = 100_000;

/** The last page of each open room, for when there is no line. */
export interface KeptPages {
  /** Oldest first. */
  read(room: RoomName): Promise<readonly MessageFrame[]>;
  /** Keeps these, or the newest of them if they are too long; rooms that were not spoken in for longest go. */
  write(room: RoomName, messages: readonly MessageFrame[]): Promise<void>;
  /** One room's page, or all. */
  forget(room?: RoomName): Promise<void>;
}

/** What is needed of a browser's `Cache`. */
interface PageCache {
  match(address: string): Promise<Response | undefined>;
  put(address: string, page: Response): Promise<void>;
  delete(address: string | Request): Promise<boolean>;
  keys(): Promise<readonly Request[]>;
}

/** What is needed of a browser's `CacheStorage`. */
interface PageCaches {
  open(name: string): Promise<PageCache>;
  delete(name: string): Promise<boolean>;
}

/** A message of the room, if it is one. */
export function pageMessage(room: RoomName, json: string): MessageFrame[] {
  const frame = parseServerFrame(json);
  return frame?.type === "message" && frame.room === room ? [frame] : [];
}

/**
 * Keeps pages in a cache that the service worker can throw away. [D6] Without one, as everywhere without TLS, nothing
 * is kept: nothing would open without a line either.
 */
export function keptPagesIn(storage: PageCaches | undefined): KeptPages {
  const addressOf = (room: RoomName) => `/r/${encodeURIComponent(room)}`;

  /** A storage that refuses (private mode, full) keeps nothing. */
  async function attempt<T>(use: (cache: PageCache) => Promise<T>): Promise<T | undefined> {
    try {
      return storage && (await use(await storage.open(cacheName)));
    } catch {
      return undefined;
    }
  }

  return {
    async read(room) {
      const text = await attempt(async (cache) => (await cache.match(addressOf(room)))?.text());
      return (text ?? "").split("\n").flatMap((line) => pageMessage(room, line));
    },
    async write(room, messages) {
      const lines: string[] = [];
      let characters = 0;
      for (const message of messages.toReversed()) {
        const line = JSON.stringify(message);
        characters += line.length;
        if (characters > charactersMost) break;
        lines.unshift(line);
      }
      await attempt(async (cache) => {
        // Written anew it is the last of all.
        await cache.delete(addressOf(room));
        await cache.put(addressOf(room), new Response(lines.join("\n")));
        const rooms = await cache.keys();
        await Promise.all(rooms.slice(0, -roomsMost).map((oldest) => cache.delete(oldest)));
      });
    },
    async forget(room) {
      if (room === undefined) await storage?.delete(cacheName).catch(() => {});
      else await attempt((cache) => cache.delete(addressOf(room)));
    },
  };
}

/** Has a room's page be the one that was asked for early, until something is to be forgotten, or else what is kept. */
export function earlyOrKept(early: EarlyPage | undefined, pages: KeptPages): KeptPages {
  let asked = early;
  return {
    ...pages,
    async read(room) {
      const messages = room === asked?.room ? await asked.messages : [];
      if (messages.length === 0) return pages.read(room);
      return messages.flatMap((message) => pageMessage(room, JSON.stringify(message)));
    },
    forget(room) {
      asked = undefined;
      return pages.forget(room);
    },
  };
}

/** Between two writings of one room's page, in ms. */
const restMs = 2_000;

interface PagePlace {
  readonly pages: KeptPages;
  readonly clock: Clock;
}

/**
 * Hands `recall` what was kept of a room, and keeps its `page`, whenever that changes and is not empty. The answer
 * ends it.
 */
export function keepPage(
  room: RoomName,
  page: ReadonlySignal<readonly MessageFrame[]>,
  recall: (messages: readonly MessageFrame[]) => void,
  { pages, clock }: PagePlace,
): () => void {
  let written: readonly MessageFrame[] = [];
  let cancel: (() => void) | undefined;
  const write = () => {
    cancel = undefined;
    if (page.peek() === written || page.peek().length === 0) return;
    written = page.peek();
    void pages.write(room, written);
    cancel = clock.after(restMs, write);
  };
  void pages.read(room).then(recall);
  const end = page.subscribe(() => {
    if (!cancel) write();
  });
  return () => {
    end();
    cancel?.();
  };
}
