import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import { parseAnyRoomName } from "../../protocol/direct.ts";
import { parseDisplayName } from "../../protocol/names.ts";
import type { Client, ConnectOptions, RoomName, ServerFrameOf } from "../../sdk/index.ts";
import { type Chat, createChat, keptRooms } from "./chat.ts";
import type { Clock } from "./clock.ts";
import type { Conversation } from "./conversation.ts";
import type { Identity } from "./identity.ts";
import type { Kept } from "./kept.ts";
import type { KeptPages } from "./kept-pages.ts";
import type { Route } from "./route.ts";

/** Why one is not in. `message` is in the server's words; without it the page has its own for `field`. */
interface Obstacle {
  readonly field: "name" | "room" | "line" | "session";
  readonly message?: string;
  readonly suggestion?: string;
}

/** Where somebody stands between the door and a room. */
type Stage =
  | { readonly at: "outside" }
  /** On the way in. */
  | { readonly at: "door"; readonly chat: Chat }
  | { readonly at: "inside"; readonly chat: Chat };

export interface Visit {
  readonly stage: ReadonlySignal<Stage>;
  readonly obstacle: ReadonlySignal<Obstacle | undefined>;
  /** The conversation on the screen, once inside and in a room. */
  readonly current: ReadonlySignal<{ readonly chat: Chat; readonly conversation: Conversation } | undefined>;
  /** Comes in under a name (empty: without one). What stands in the way is told by `obstacle`. */
  enter(name: string, room: string): void;
  /** Comes in as whom a name is kept for. Rejects with the reason, in the reader's language. [I2] */
  login(name: string, passphrase: string, room: string): Promise<void>;
  /** Goes to a room of this visit, joining it first if need be. Whether the name can be one. */
  goTo(room: string): boolean;
  /** Leaves a room, for another one that is open or for the entrance. */
  leaveRoom(room: RoomName): void;
  /** Ends the visit: this browser asks for a name again. */
  leave(): void;
}

/** The close code of a session that was ended. */
const removed = 4003;

/**
 * What is one person's and not the device's: what they wrote and what of it is still to be sent, where they were, with
 * whom, how far they read.
 */
const isPersonal = (key: string) => /^(draft-|outbox:|read-|other-|rooms?$|emoji$)/.test(key);

export interface VisitParts {
  readonly connect: (options: ConnectOptions) => Client;
  readonly identity: Identity;
  readonly route: Route;
  readonly kept: Kept;
  readonly keptInTab: Kept;
  readonly pages: KeptPages;
  readonly clock: Clock;
  /** Shows a change of scene; calls `change` once. */
  readonly transition: (change: () => void) => void;
  /** Whether the page is installed, and was opened as a program of its own. */
  readonly isApp: boolean;
}

export function createVisit(parts: VisitParts): Visit {
  const { connect, identity, route, kept, keptInTab, pages, clock, transition } = parts;
  const stage = signal<Stage>({ at: "outside" });
  const obstacle = signal<Obstacle>();

  function end(): void {
    const now = stage.peek();
    if (now.at !== "outside") now.chat.close();
  }

  function turnBack(why: Obstacle): void {
    end();
    stage.value = { at: "outside" };
    obstacle.value = why;
  }

  const forgetPerson = () => {
    for (const { forget } of [kept, keptInTab]) forget(isPersonal);
  };

  /** Not while a room is open, which might be kept anew. */
  const forgetVisit = () => {
    forgetPerson();
    void pages.forget();
  };

  function depart(): void {
    transition(() => {
      end();
      stage.value = { at: "outside" };
      forgetVisit();
      route.go({ at: "entrance" });
    });
  }

  /** Connects, and opens `room` with the rooms of the last time; for who may be somebody else, once that is known. */
  function setOut(introduction: ConnectOptions, room: RoomName): { client: Client; chat: Chat } {
    end();
    obstacle.value = undefined;
    const client = connect(introduction);
    const keeping = identity.keepFor(introduction);
    const { user: before } = identity;
    // Signed out from elsewhere, or here. [I3]
    const expel = () => {
      const isKept = keeping.isOwn();
      if (isKept) identity.forget();
      transition(() => {
        turnBack({ field: "session" });
        // Another tab is in by a session that goes on.
        if (isKept) forgetVisit();
      });
    };
    client.on("state", (state) => {
      if (state.at === "closed" && state.code === removed) expel();
    });
    client.on("error", ({ code, message, suggestion }) => {
      if (code === "session_ended") return expel();
      if (code === "banned") return turnBack({ field: "line", message });
      // The key has changed since the page was loaded: loading it again asks for it. [D6]
      if (code === "key_required") void pages.forget();
      if (code === "key_required" && stage.peek().at === "door") turnBack({ field: "line", message });
      const now = stage.peek();
      // Whoever is in stays who they were.
      const isIn = now.at === "inside" && now.chat.me.peek() !== undefined;
      if (isIn || (code !== "name_taken" && code !== "bad_name")) return;
      turnBack({ field: "name", message, ...(suggestion && { suggestion }) });
    });
    const me = keeping.isBack ? before : undefined;
    const chat = createChat(client, { clock, kept, keptInTab, pages, me });
    const openRooms = () => {
      const others = keptRooms(kept);
      for (const other of others.includes(room) ? others : [room, ...others]) chat.open(other);
    };
    let mayBeAnother = before !== undefined && !keeping.isBack;
    client.on("welcome", (welcome) => {
      keeping.remember(welcome);
      if (!mayBeAnother) return;
      mayBeAnother = false;
      // What the last person wrote, sent or not, is not to become somebody else's.
      if (welcome.user.id !== before?.id) forgetVisit();
      openRooms();
    });
    chat.refusal.subscribe((refused) => {
      const place = route.place.peek();
      if (!refused || place.at !== "room" || place.room !== refused.room || stage.peek().at !== "inside") return;
      const [next] = chat.conversations.peek();
      route.go(next ? { at: "room", room: next.name } : { at: "entrance" }, "replace");
    });
    if (!mayBeAnother) openRooms();
    return { client, chat };
  }

  function goTo(name: string): boolean {
    const room = parseAnyRoomName(name.trim());
    const now = stage.peek();
    if (!room.ok || now.at !== "inside") return false;
    now.chat.open(room.value);
    route.go({ at: "room", room: room.value });
    return true;
  }

  /** Which room is asked for at the entrance. */
  function roomAt(place: string): RoomName | undefined {
    const room = parseAnyRoomName(place.trim());
    if (room.ok) return room.value;
    obstacle.value = { field: "room" };
    return undefined;
  }

  function enter(asked: string, place: string): void {
    const room = roomAt(place);
    if (room === undefined) return;
    const name = asked.trim() === "" ? undefined : parseDisplayName(asked);
    if (name?.ok === false) {
      obstacle.value = { field: "name" };
      return;
    }
    const now = stage.peek();
    if (now.at === "inside" && now.chat.link.peek().at !== "closed" && (name?.value ?? "") === identity.name) {
      transition(() => goTo(room));
      return;
    }
    comeIn(identity.introduce(name?.value ?? ""), room);
  }

  function comeIn(introduction: ConnectOptions, room: RoomName): void {
    const { client, chat } = setOut(introduction, room);
    stage.value = { at: "door", chat };
    const isHere = () => stage.peek().at === "door";
    const first = computed(() => chat.conversations.value.find(({ name }) => name === room));
    // Whoever comes back while there is no line finds what this device kept.
    const isAway = computed(() => introduction.token !== undefined && chat.link.value.at === "waiting");
    const isOpen = computed(() => first.value?.isReady.value || (isAway.value && first.value?.isRecalled.value));
    const ended = isOpen.subscribe((isNow) => {
      if (!isNow || !isHere()) return;
      transition(() => {
        stage.value = { at: "inside", chat };
        const place = route.place.peek();
        const isThere = place.at === "room" && place.room === room;
        route.go(isThere ? place : { at: "room", room });
      });
    });
    chat.refusal.subscribe((refused) => {
      if (refused?.room === room && isHere()) turnBack({ field: "room", message: refused.error.message });
    });
    client.on("state", ({ at }) => {
      if (at === "closed") ended();
      if (at === "waiting" && isHere()) obstacle.value = { field: "line" };
      if (at === "open" && isHere()) obstacle.value = undefined;
    });
  }

  async function login(name: string, passphrase: string, place: string): Promise<void> {
    const room = roomAt(place);
    if (room === undefined) return;
    // In no room, so that nobody hears of it.
    const client = connect({});
    try {
      await (await client.account()).login(name, passphrase);
      const welcome = Promise.withResolvers<ServerFrameOf<"welcome">>();
      client.on("welcome", welcome.resolve);
      client.on("state", ({ at }) => {
        if (at === "waiting" || at === "closed") welcome.reject(new Error("the line was lost"));
      });
      const { user, token } = await welcome.promise;
      comeIn({ name: user.name, token }, room);
    } finally {
      client.close();
    }
  }

  // A tab that was closed or asleep while its person left may come back with what they wrote in it.
  if (!identity.isKnown) forgetPerson();
  identity.onLeave(depart);

  // An app opens where it was closed.
  const lastRoom = kept.read("room");
  if (parts.isApp && route.place.peek().at === "entrance" && lastRoom)
    route.go({ at: "room", room: lastRoom }, "replace");
  effect(() => {
    if (stage.value.at === "inside" && route.place.value.at === "room") kept.write("room", route.place.value.room);
  });

  // Somebody who was here before and opens a room's address goes straight in.
  const start = route.place.peek();
  const startRoom = start.at === "room" ? parseAnyRoomName(start.room) : undefined;
  if (startRoom?.ok && identity.isKnown) {
    stage.value = { at: "inside", chat: setOut(identity.comeBack(), startRoom.value).chat };
  }

  // Back, forward, or a link lead to a room that is not open yet.
  effect(() => {
    const now = stage.value;
    const place = route.place.value;
    const room = place.at === "room" ? parseAnyRoomName(place.room) : undefined;
    if (now.at === "inside" && room?.ok) untracked(() => now.chat.open(room.value));
  });

  return {
    stage,
    obstacle,
    current: computed(() => {
      const { value: now } = stage;
      const { value: place } = route.place;
      if (now.at !== "inside" || place.at !== "room") return undefined;
      const conversation = now.chat.conversations.value.find(({ name }) => name === place.room);
      return conversation && { chat: now.chat, conversation };
    }),
    enter,
    login,
    goTo,
    leaveRoom(room) {
      const now = stage.peek();
      if (now.at === "outside") return;
      const { chat } = now;
      const rooms = chat.conversations.peek().map(({ name }) => name);
      const place = route.place.peek();
      if (place.at !== "room" || place.room !== room) return chat.leave(room);
      const next = rooms.filter((name) => name !== room)[Math.max(0, rooms.indexOf(room) - 1)];
      transition(() => {
        route.go(next ? { at: "room", room: next } : { at: "entrance" }, "replace");
        chat.leave(room);
      });
    },
    leave() {
      identity.leave();
      depart();
    },
  };
}
