import type { ClientFrame, Position } from "../protocol/client-frames.ts";
import { type ChatError, type CloseReason, type Result, refused } from "../protocol/codes.ts";
import type { DisplayName, RoomName } from "../protocol/ids.ts";
import { badFrameLimit, historyDefault, protocolVersion } from "../protocol/limits.ts";
import { defaultRoom } from "../protocol/names.ts";
import type { Seat } from "./audience.ts";
import type { Hub } from "./hub.ts";
import { InTurn } from "./in-turn.ts";
import { joinRoom } from "./join.ts";
import { messageFrame } from "./messages.ts";
import type { Introduction, Person } from "./people.ts";
import type { Connection, PersonalFrame } from "./ports.ts";
import type { Room } from "./room.ts";
import { welcomeFrame } from "./welcome.ts";

type FrameOf<T extends ClientFrame["type"]> = Extract<ClientFrame, { type: T }>;
/** What ties an answer to the frame that it answers. */
type Marks = { readonly ref?: string | null | undefined; readonly id?: string | null | undefined };

/** A session's place in one of its rooms. */
export interface Place {
  readonly room: Room;
  readonly seat: Seat;
}

type State = { readonly at: "greeting" } | { readonly at: "open"; readonly person: Person } | { readonly at: "ended" };

/**
 * One client's line, from greeting to goodbye: takes its commands one after the other, in the order
 * they came in, and refuses by name what cannot be done. [S2]
 */
export class Session {
  readonly connection: Connection;
  readonly places = new Map<RoomName, Place>();
  readonly #hub: Hub;
  #state: State = { at: "greeting" };
  #badFrames = 0;
  /** Messages of this client whose fate is not known yet. */
  #unsettled = 0;
  #allSettled = () => {};
  readonly #turns: InTurn;

  constructor(hub: Hub, connection: Connection) {
    this.#hub = hub;
    this.connection = connection;
    this.#turns = new InTurn(connection);
  }

  get person(): Person | undefined {
    return this.#state.at === "open" ? this.#state.person : undefined;
  }

  get ended(): boolean {
    return this.#state.at === "ended";
  }

  /** Takes a command of this client. */
  handle(command: ClientFrame): void {
    this.#turns.do(() => this.#answered(this.#carryOut(command), marksOf(command)));
  }

  /** Resolves once everything that this client said has been stored, or refused, and handed to the others. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#allSettled = resolve;
      this.#turns.do(() => (this.#unsettled === 0 ? resolve() : undefined));
    });
  }

  /** For clients that cannot ask again: one that is in no room by now is sent away, to come back by itself. [L3] */
  requirePlace(): void {
    this.#turns.do(() => (this.places.size === 0 ? this.close("overloaded") : undefined));
  }

  /** Lets this client read a room without being a member of it: nobody sees them, and they cannot speak. */
  listen(room: RoomName, request: { readonly since?: Position; readonly history: number }): void {
    const { since, history } = request;
    this.#turns.do(() =>
      this.#answered(joinRoom(this.#hub, this, this.person, room, { since, history, ref: undefined }), {}),
    );
  }

  /** Takes what was no command: says why, and ends the line at the fifth. */
  refuseFrame(error: ChatError, marks: Marks): void {
    this.#turns.do(() => {
      this.refuse(error, marks);
      if (++this.#badFrames >= badFrameLimit) this.close("not_this_protocol");
    });
  }

  /** Sends a frame meant for this client alone: in a room's order if it is about a room it is in. */
  send(frame: PersonalFrame, about?: RoomName | null): void {
    const bytes = this.connection.encode(frame);
    if (!bytes) return;
    const place = about ? this.places.get(about) : undefined;
    if (place) place.room.audience.sendTo(place.seat, bytes);
    else this.connection.write(bytes);
  }

  /** Sends several frames meant for this client alone, in one write. */
  sendAll(frames: readonly PersonalFrame[]): void {
    const bytes = frames.map((frame) => this.connection.encode(frame)).filter((encoded) => encoded !== undefined);
    if (bytes.length > 0) this.connection.write(Buffer.concat(bytes));
  }

  refuse(error: ChatError, { ref, id }: Marks = {}, about?: RoomName | null): void {
    this.send({ type: "error", error, ...(ref && { ref }), ...(id && { id }) }, about);
  }

  /** Tells where each joined room stands. [R5] */
  sendHeads(): void {
    if (this.places.size === 0) return;
    const rooms = [...this.places].map(
      ([name, { room }]) => [name, { epoch: room.epoch, seq: room.delivered }] as const,
    );
    this.send({ type: "heads", rooms: Object.fromEntries(rooms) });
  }

  /** Closes the line, and carries out nothing that still comes on it. */
  close(reason: CloseReason): void {
    this.#turns.end();
    this.connection.close(reason);
  }

  /**
   * Ends it when the line is gone. `left`: the client took its leave (close 1000); otherwise a person
   * who can prove who they are may come back within 10 s without having left. [K5]
   */
  end({ left }: { left: boolean }): void {
    const { person } = this;
    this.#state = { at: "ended" };
    this.#turns.end();
    for (const { room, seat } of this.places.values()) {
      this.#hub.vacate(room, person, seat, left);
    }
    this.places.clear();
    if (person) this.#hub.people.letGo(person);
    this.#hub.forget(this);
  }

  /** Answers with `unavailable` if the store could not do what a command needed. */
  #answered(underWay: void | Promise<void>, marks: Marks): void | Promise<void> {
    return underWay?.catch((error: unknown) => {
      this.#hub.reportTrouble(error, "a command could not be carried out");
      this.refuse({ code: "unavailable", retryAfterMs: 1000 }, marks);
    });
  }

  #carryOut(command: ClientFrame): void | Promise<void> {
    switch (command.type) {
      case "hello":
        return this.#greet(command);
      case "join":
        return this.#join(command);
      case "message":
        return this.#post(command);
      case "typing":
        return this.#type(command);
      case "rename":
        return this.#rename(command.name, command);
      case "history":
        return this.#showHistory(command);
      case "leave":
        return this.#leave(command);
      case "ping":
        return this.send({ type: "pong" });
      default:
        return unreachable(command);
    }
  }

  #greet(hello: FrameOf<"hello">): void {
    if (hello.v != null && hello.v !== protocolVersion) return this.close("version_not_served");
    if (hello.lang) this.connection.setLanguage(hello.lang);
    if (this.person) return this.#greetAgain(this.person, hello.name);
    this.#introduce(hello, {});
  }

  #greetAgain(person: Person, name: DisplayName | null | undefined): void {
    if (name) this.#rename(name, {});
    else this.#welcome(person);
  }

  /** Finds out who this is and says so; whether it went well. */
  #introduce(introduction: Introduction, marks: Marks): Person | undefined {
    const entered = this.#hub.people.enter(introduction);
    if (!entered.ok) {
      this.refuse(entered.error, marks);
      return undefined;
    }
    const person = entered.value;
    this.#hub.people.hold(person);
    this.#state = { at: "open", person };
    // Somebody who is here by another line already, and now asks for another name.
    if (introduction.name && introduction.name !== person.user.name) this.#hub.rename(person, introduction.name);
    this.#welcome(person);
    return person;
  }

  #welcome(person: Person): void {
    this.send(welcomeFrame(this.#hub, person));
  }

  #join(join: FrameOf<"join">): void | Promise<void> {
    const greeted = this.person;
    if (greeted && join.name && join.name !== greeted.user.name && !this.#renamed(join.name, join)) return;
    const person = greeted ?? this.#introduce(join, join);
    if (!person) return;
    const room = join.room ?? defaultRoom;
    const { maxJoins } = this.#hub.limits;
    if (maxJoins > 0 && this.places.size >= maxJoins && !this.places.has(room)) {
      return this.refuse({ code: "too_many_rooms", params: { max: maxJoins } }, join);
    }
    return joinRoom(this.#hub, this, person, room, {
      since: join.since ?? undefined,
      history: join.history ?? historyDefault,
      ref: join.ref ?? undefined,
    });
  }

  #post(message: FrameOf<"message">): void {
    const place = this.#placeFor(message.room);
    if (!place.ok) return this.refuse(place.error, message);
    const { room } = place.value;
    const { person } = this;
    if (!person) return this.refuse({ code: "not_joined" }, message);
    this.#unsettled++;
    this.#hub.post(
      { room: room.name, user: person.user, text: message.text, id: message.id, replyTo: message.reply_to },
      (outcome, id) => {
        if (--this.#unsettled === 0) this.#allSettled();
        if (this.ended) return;
        if (!outcome.ok) return this.refuse(outcome.error, { id }, room.name);
        const { event, dup } = outcome.value;
        const ts = messageFrame(event).ts;
        this.send({ type: "ack", id: event.id, room: room.name, seq: event.seq, ts, dup }, room.name);
      },
    );
  }

  #type(typing: FrameOf<"typing">): void {
    const place = this.#placeFor(typing.room);
    if (!place.ok) return this.refuse(place.error);
    if (!this.person) return;
    if (typing.active ?? true) place.value.room.typing.start(this.person);
    else place.value.room.typing.stop(this.person);
  }

  #rename(name: DisplayName, marks: Marks): void {
    if (!this.person) return this.refuse({ code: "not_joined" }, marks);
    if (this.#renamed(name, marks)) this.#welcome(this.person);
  }

  #renamed(name: DisplayName, marks: Marks): boolean {
    const renamed = this.person && this.#hub.rename(this.person, name);
    if (renamed && !renamed.ok) this.refuse(renamed.error, marks);
    return renamed?.ok ?? false;
  }

  async #showHistory(request: FrameOf<"history">): Promise<void> {
    const place = this.#placeFor(request.room);
    if (!place.ok) return this.refuse(place.error, request);
    const { room } = place.value;
    const limit = request.limit ?? historyDefault;
    const { events, more } = await (request.after != null
      ? room.pageAfter(request.after, limit)
      : room.pageBefore(request.before ?? room.delivered + 1, limit));
    if (this.ended) return;
    const messages = events.map(messageFrame);
    const { ref } = request;
    this.send({ type: "history", room: room.name, epoch: room.epoch, messages, more, ...(ref && { ref }) }, room.name);
    await this.connection.drained();
  }

  #leave(leave: FrameOf<"leave">): void {
    const place = this.#placeFor(leave.room);
    if (!place.ok) return this.refuse(place.error);
    if (!this.person) return;
    const { room, seat } = place.value;
    this.places.delete(room.name);
    this.#hub.vacate(room, this.person, seat, true);
    // Their own notice confirms it: nothing of the room follows.
    this.send({ type: "user_left", room: room.name, user: this.person.user, count: room.presence.count });
  }

  /** The room that a command is about: it may be left out while only one is joined. */
  #placeFor(name: RoomName | null | undefined): Result<Place> {
    const [only, another] = this.places.values();
    const place = name ? this.places.get(name) : another ? undefined : only;
    if (place) return { ok: true, value: place };
    return name || !another ? refused("not_joined") : refused("bad_frame", { params: { field: "room" } });
  }
}

const marksOf = (command: ClientFrame): Marks => ("ref" in command ? { ref: command.ref } : {});

function unreachable(command: never): never {
  throw new Error(`no such command: ${JSON.stringify(command)}`);
}
