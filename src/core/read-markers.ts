import type { RoomName, UserId } from "../protocol/ids.ts";
import type { OwnLines } from "./own-lines.ts";
import type { People, Person } from "./people.ts";
import { type Clock, type Log, StoreError } from "./ports.ts";
import type { Room } from "./room.ts";
import type { ReadMarker, ReadState, RoomDirectory } from "./room-directory.ts";
import type { Session } from "./session.ts";

/** How often markers are written down, all that moved in one commit: so much of them a crash can lose. */
export const markEveryMs = 1_000;
/** A new guest's markers are written down once they have stayed so long. */
export const stayMs = 10_000;
/** How long a join waits for the store to say what was read. */
const patienceMs = 1_000;
/** Markers that wait to be written down; what would be more is told to one's lines, and forgotten. [B1] */
const waitingLimit = 20_000;
/** Rooms of which it is remembered how far one person has read them. */
const knownLimit = 1_000;

interface Waiting extends ReadMarker {
  readonly person: Person;
  /** When it may be written down, on the clock that never goes back. */
  readonly due: number;
}

interface Asked {
  readonly person: Person;
  readonly room: Room;
  readonly upTo: number;
  readonly answer: (state: ReadState | undefined) => void;
}

export interface ReadMarkersOptions {
  readonly directory: RoomDirectory;
  readonly clock: Clock;
  readonly log: Log;
  readonly people: () => People;
  readonly lines: OwnLines;
  /** Tells other nodes. */
  readonly tell: (marker: ReadMarker) => void;
}

/**
 * Up to where people have read rooms: told to all of one's lines at once, and written down behind them, many in one commit.
 * What the store is asked is gathered too, so that a thousand who come back at once are one question. [P3]
 */
export class ReadMarkers {
  readonly #options: ReadMarkersOptions;
  /** What is known of who is here, so that no marker is told to move back. */
  readonly #known = new WeakMap<Person, Map<RoomName, number>>();
  readonly #waiting = new Map<UserId, Map<RoomName, Waiting>>();
  #waitingCount = 0;
  #asked: Asked[] = [];
  #cancelWrite: (() => void) | undefined;

  constructor(options: ReadMarkersOptions) {
    this.#options = options;
  }

  /** Moves somebody's marker forward, and tells their other lines than `by`. */
  move(person: Person, room: RoomName, seq: number, by?: Session): void {
    const user = person.user.id;
    if (!this.#learn(person, room, seq)) return;
    this.#show({ user, room, seq }, by);
    this.#options.tell({ user, room, seq });
    const due = this.#options.clock.monotonic() + (person.returned ? 0 : stayMs);
    this.#wait({ user, room, seq, person, due });
  }

  /** Somebody who has marked a room before said something in it: their marker goes up to there. */
  said({ user, room, seq }: ReadMarker): void {
    const person = this.#options.people().find(user);
    if (person && this.#known.get(person)?.has(room)) this.move(person, room, seq);
  }

  /** Somebody's marker has moved on another node, which writes it down. */
  hear(marker: ReadMarker): void {
    const person = this.#options.people().find(marker.user);
    if (person && this.#learn(person, marker.room, marker.seq)) this.#show(marker);
  }

  /** Forgets what its members have read of a room: its log is another one now. [N4] */
  forget(room: Room): void {
    for (const { id } of room.presence.members) {
      const person = this.#options.people().find(id);
      if (person) this.#known.get(person)?.delete(room.name);
    }
    // Not to be written down: in the new log it would be past what is there.
    this.#take([...this.#waiting.keys()], (marker) => marker.room === room.name);
  }

  /**
   * How far somebody who comes into a room has read it, and how much of what is delivered there now they have not; at once
   * for a new guest, who has read nothing. `undefined` too if the store does not say so in time.
   */
  stateOf(person: Person, room: Room): Promise<ReadState | undefined> | undefined {
    if (!person.returned && !this.#known.has(person)) return undefined;
    const upTo = room.delivered;
    return new Promise((resolve) => {
      if (this.#asked.length === 0) this.#options.clock.soon(() => void this.#askAll());
      const answer = (state: ReadState | undefined) => {
        if (!state) return resolve(undefined);
        this.#learn(person, room.name, state.seq);
        // Their marker may have moved on while the store was asked.
        const seq = this.#known.get(person)?.get(room.name) ?? state.seq;
        const unread = seq > state.seq ? room.messagesSince(seq) : state.unread + room.messagesSince(upTo);
        resolve({ seq, unread });
      };
      this.#asked.push({ person, room, upTo, answer });
    });
  }

  /** Has what somebody has read written down before anything else is asked of the store. */
  writeDown(user: UserId): void {
    void this.#write(this.#take([user], () => true));
  }

  /** Writes down what there is to write. */
  async close(): Promise<void> {
    await this.#write(this.#take([...this.#waiting.keys()], () => true));
    this.#cancelWrite?.();
  }

  #show({ user, room, seq }: ReadMarker, by?: Session): void {
    for (const line of this.#options.lines.of(user)) {
      if (line !== by) line.send({ type: "read", room, seq }, room);
    }
  }

  /** Whether this is news. */
  #learn(person: Person, room: RoomName, seq: number): boolean {
    const known = this.#known.get(person) ?? new Map<RoomName, number>();
    if ((known.get(room) ?? -1) >= seq) return false;
    this.#known.set(person, known);
    known.delete(room);
    known.set(room, seq);
    const [oldest] = known.keys();
    if (known.size > knownLimit && oldest !== undefined) known.delete(oldest);
    return true;
  }

  async #askAll(): Promise<void> {
    const asked = this.#asked;
    this.#asked = [];
    const { clock, directory } = this.#options;
    const cancel = clock.after(patienceMs, () => {
      for (const { answer } of asked) answer(undefined);
    });
    try {
      // What they have read meanwhile is asked for too: the store answers in its order.
      void this.#write(this.#take(new Set(asked.map(({ person }) => person.user.id)), () => true));
      const states = await directory.readStates(
        asked.map(({ person, room, upTo }) => ({ user: person.user.id, room: room.name, upTo })),
      );
      for (const [index, { answer }] of asked.entries()) answer(states[index]);
    } catch (error) {
      this.#report(error, "what people have read could not be looked up");
      for (const { answer } of asked) answer(undefined);
    } finally {
      cancel();
    }
  }

  #writeSoon(): void {
    const { clock } = this.#options;
    this.#cancelWrite ??= clock.after(markEveryMs, () => {
      this.#cancelWrite = undefined;
      const now = clock.monotonic();
      void this.#write(this.#take([...this.#waiting.keys()], ({ due }) => due <= now));
      if (this.#waitingCount > 0) this.#writeSoon();
    });
  }

  #wait(marker: Waiting): void {
    const { user, room } = marker;
    const own = this.#waiting.get(user) ?? new Map<RoomName, Waiting>();
    const before = own.get(room);
    if (!before && this.#waitingCount >= waitingLimit) return;
    own.set(room, before ? { ...marker, seq: Math.max(marker.seq, before.seq), due: before.due } : marker);
    this.#waiting.set(user, own);
    if (!before) this.#waitingCount++;
    this.#writeSoon();
  }

  #take(users: Iterable<UserId>, isWanted: (marker: Waiting) => boolean): readonly Waiting[] {
    const taken: Waiting[] = [];
    for (const user of users) {
      const own = this.#waiting.get(user);
      for (const [room, marker] of own ?? []) {
        if (!isWanted(marker)) continue;
        own?.delete(room);
        this.#waitingCount--;
        // A guest who was here for a moment only leaves nothing behind.
        if (marker.person.returned || this.#options.people().find(user) === marker.person) taken.push(marker);
      }
      if (own?.size === 0) this.#waiting.delete(user);
    }
    return taken;
  }

  async #write(markers: readonly Waiting[]): Promise<void> {
    if (markers.length === 0) return;
    try {
      await this.#options.directory.markRead(markers.map(({ user, room, seq }) => ({ user, room, seq })));
    } catch (error) {
      this.#report(error, "what people have read could not be written down");
      for (const marker of markers) this.#wait(marker);
    }
  }

  #report(error: unknown, text: string): void {
    if (!(error instanceof StoreError)) throw error;
    this.#options.log.warn({ error: error.message }, text);
  }
}
