import { accepted, type Result, refused } from "../protocol/codes.ts";
import { directRoom, otherOf, pairOf } from "../protocol/direct.ts";
import { type DisplayName, type RoomName, type UserId, userIdForm } from "../protocol/ids.ts";
import { roomsLimit } from "../protocol/limits.ts";
import { parseDisplayName } from "../protocol/names.ts";
import type { ServerFrameOf, User } from "../protocol/server-frames.ts";
import type { Hub, HubOptions } from "./hub.ts";
import { OwnLines } from "./own-lines.ts";
import type { Person } from "./people.ts";
import type { Appends, Store } from "./ports.ts";
import { ReadMarkers } from "./read-markers.ts";
import type { Room } from "./room.ts";
import type { ListedRoom } from "./room-directory.ts";
import { isMessage } from "./tail.ts";

/** The fields of `joined` that are for one person alone. */
export type PersonalFields = Pick<ServerFrameOf<"joined">, "direct" | "read" | "unread">;

/** Where people find rooms, and each other: the list of rooms, what one has read of them, direct conversations. */
export class Lobby {
  readonly lines = new OwnLines();
  readonly markers: ReadMarkers;
  readonly #hub: Hub;
  readonly #store: Store;
  readonly #stops: readonly (() => void)[];
  /** The list is asked for one page at a time, so that many who ask keep no message waiting. */
  #listing: Promise<unknown> = Promise.resolve();

  constructor(hub: Hub, { store, bus, clock, log }: Pick<HubOptions, "store" | "bus" | "clock" | "log">) {
    this.#hub = hub;
    this.#store = store;
    this.markers = new ReadMarkers({
      directory: store.directory,
      clock,
      log,
      people: () => hub.people,
      lines: this.lines,
      // Whoever has no line elsewhere needs nobody to be told.
      tell: (marker) => hub.elsewhere({ id: marker.user }) && bus.tell({ type: "read", ...marker }),
    });
    this.#stops = [
      bus.subscribe((appends) => {
        this.#invite(appends);
        this.#noteSaid(appends);
      }),
      bus.hear((hint) => hint.type === "read" && this.markers.hear(hint)),
    ];
  }

  /**
   * A page of the rooms that somebody may read, by latest message: the first, or what comes after the `next` of another
   * one. [P2] Rejects with a `StoreError`.
   */
  async list(
    user: UserId | undefined,
    next: string | undefined,
    limit = roomsLimit,
  ): Promise<Pick<ServerFrameOf<"rooms">, "rooms" | "next">> {
    const [active = 0, id = 0] = next?.split("-").map(Number) ?? [];
    const after = next === undefined ? undefined : { active, id };
    const before = this.#listing;
    const listing = before
      .catch(() => {})
      .then(() => {
        if (user) this.markers.writeDown(user);
        return this.#store.directory.list({ user, after, limit });
      });
    this.#listing = listing;
    const { rooms, more } = await listing;
    const last = rooms.at(-1);
    return {
      rooms: rooms.map((room) => this.#listed(room, user)),
      ...(more && last && { next: `${last.active}-${last.id}` }),
    };
  }

  /**
   * The room of a direct conversation with somebody, by their id or name, made if there is none: with who is here, whose
   * name is kept, who said something of late in a room that this person is in, or with whom they have one already.
   * Refused: `no_such_user`. [P1] Rejects with a `StoreError`.
   */
  async direct(person: Person, whom: string): Promise<Result<RoomName>> {
    const other = await this.#find(person, whom);
    if (!other) return refused("no_such_user");
    const room = directRoom(person.user.id, other.id);
    await this.#store.openRoom(room);
    await this.#store.directory.nameDirect(room, [person.user, other]);
    return accepted(room);
  }

  /** What somebody alone is told of an open room that they come into. Rejects with a `StoreError`. */
  async personalFields(person: Person, room: Room): Promise<PersonalFields> {
    const other = pairOf(room.name) && (await this.#otherIn(room.name, person));
    const read = await this.markers.stateOf(person, room);
    return { ...(other && { direct: { user: other } }), ...(read && { read: read.seq, unread: read.unread }) };
  }

  close(): Promise<void> {
    for (const stop of this.#stops) stop();
    return this.markers.close();
  }

  async #otherIn(room: RoomName, { user }: Person): Promise<User | undefined> {
    const other = otherOf(room, user.id);
    if (!other) return undefined;
    const noted = await this.#store.directory.nameDirect(room, [user]);
    return this.#named(other, noted.find(({ id }) => id === other)?.name);
  }

  async #find(person: Person, whom: string): Promise<User | undefined> {
    const isId = userIdForm.test(whom);
    const name = parseDisplayName(whom);
    const here = isId ? this.#somebody(whom as UserId) : name.ok ? this.#somebodyNamed(name.value) : undefined;
    if (here) return here;
    const { accounts } = this.#hub.identity;
    const owner = isId ? (whom as UserId) : name.ok ? accounts.ownerOf(name.value) : undefined;
    const kept = owner && accounts.nameOf(owner);
    if (kept) return { id: owner, name: kept };
    const wanted = name.ok ? name.value.toLowerCase() : undefined;
    const isWanted = (user: User) => (isId ? user.id === whom : user.name.toLowerCase() === wanted);
    for (const room of this.#hub.rooms.values()) {
      if (!room.presence.has(person.user.id)) continue;
      const known = room.presence.roll().members?.find(isWanted) ?? room.recentAuthor(isWanted);
      if (known) return { id: known.id, name: known.name };
    }
    if (!isId) return undefined;
    const room = directRoom(person.user.id, whom as UserId);
    return (await this.#store.directory.nameDirect(room, [])).find(({ id }) => id === whom);
  }

  #listed({ room, topic, head, active, otherName, read }: ListedRoom, user: UserId | undefined) {
    const other = user && otherOf(room, user);
    return {
      room,
      head,
      count: this.#hub.countIn(room),
      ...(topic && { topic }),
      ...(active > 0 && { last: { ts: new Date(active).toISOString() } }),
      ...(other && { direct: { user: this.#named(other, otherName) } }),
      ...(read && { read: read.seq, unread: read.unread }),
    };
  }

  #somebodyNamed(name: DisplayName): User | undefined {
    return this.#hub.people.named(name)?.user ?? this.#hub.elsewhere({ name });
  }

  #somebody(id: UserId): User | undefined {
    return this.#hub.people.find(id)?.user ?? this.#hub.elsewhere({ id });
  }

  /** Somebody by the name that they have now, or had last; where none was ever noted, by their id. */
  #named(id: UserId, noted: DisplayName | undefined): User {
    const name = this.#somebody(id)?.name ?? this.#hub.identity.accounts.nameOf(id) ?? noted;
    return { id, name: name ?? (id as string as DisplayName) };
  }

  /** Whoever said something, through whatever node, has read what was there, on all of their devices. [P3] */
  #noteSaid({ room, events }: Appends): void {
    const last = new Map<UserId, number>();
    for (const event of events) if (isMessage(event)) last.set(event.user.id, event.seq);
    for (const [user, seq] of last) this.markers.said({ user, room, seq });
  }

  /** Tells the two people of a direct conversation that something was said, on their lines that are not in it. */
  #invite({ room, events, head }: Appends): void {
    const pair = pairOf(room);
    if (!pair || (events.length > 0 && !events.some(isMessage))) return;
    for (const user of new Set(pair)) {
      const other = pair[0] === user ? pair[1] : pair[0];
      const said = events.findLast((event) => event.user.id === other);
      const direct = { user: this.#named(other, said?.user.name) };
      for (const line of this.lines.of(user)) {
        if (line.places.has(room)) continue;
        line.send({ type: "invited", room, head: events.at(-1)?.seq ?? head ?? 0, direct });
      }
    }
  }
}
