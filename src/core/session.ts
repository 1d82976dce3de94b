import type { ClientFrame, Position } from "../protocol/client-frames.ts";
import { type ChatError, type CloseReason, isNoFrame } from "../protocol/codes.ts";
import type { RoomName, SessionId } from "../protocol/ids.ts";
import { badFrameLimit } from "../protocol/limits.ts";
import { isBlank } from "../protocol/text.ts";
import { mayEnter } from "./access.ts";
import type { Seat } from "./audience.ts";
import { partingMs } from "./bounds.ts";
import { carryOut, isForTheLog, marksOf } from "./commands.ts";
import type { Hub } from "./hub.ts";
import { InTurn } from "./in-turn.ts";
import { joinRoom } from "./join.ts";
import type { Introduction, Person } from "./people.ts";
import type { Connection, PersonalFrame } from "./ports.ts";
import type { Room } from "./room.ts";
import { Sends } from "./sends.ts";
import { type Soon, then } from "./soon.ts";
import { welcomeFrame } from "./welcome.ts";

/** What ties an answer to the frame that it answers. */
export type Marks = { readonly ref?: string | null | undefined; readonly id?: string | null | undefined };

/** A session's place in one of its rooms. */
export interface Place {
  readonly room: Room;
  readonly seat: Seat;
}

type State =
  | { readonly at: "greeting" }
  | { readonly at: "open"; readonly person: Person; readonly tokenSession: SessionId }
  | { readonly at: "ended" };

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
  /** Whether their first word is awaited, and what calls that off. [K2] */
  #isAwaited = false;
  #stopWaiting: (() => void) | undefined;
  /** Whether they came with a token that proves who they are. */
  #isProven = false;
  /** What is left to do for a line that is gone. */
  #finish: (() => void) | undefined;
  #stopParting: (() => void) | undefined;
  /** What they say, on its way into the log. */
  readonly sends: Sends;
  readonly #turns: InTurn;

  constructor(hub: Hub, connection: Connection) {
    this.#hub = hub;
    this.connection = connection;
    this.sends = new Sends(hub, !connection.acknowledges);
    this.#turns = new InTurn(connection, (text) => this.#carryOut({ type: "message", text }));
  }

  get person(): Person | undefined {
    return this.#state.at === "open" ? this.#state.person : undefined;
  }

  /** The session of the person that their token names: one of a device or a program, which may have several lines. [I3] */
  get tokenSession(): SessionId | undefined {
    return this.#state.at === "open" ? this.#state.tokenSession : undefined;
  }

  get ended(): boolean {
    return this.#state.at === "ended";
  }

  /** What the messages of this line are counted under: the person who has proved who they are, the address, or the line. */
  get countedAs(): unknown {
    return (this.#isProven ? this.person?.user.id : this.connection.address) ?? this;
  }

  /** Whether they have still to say who they are: until then they are told nothing but what they ask. */
  get isStranger(): boolean {
    return this.#isAwaited && this.person === undefined;
  }

  /** Takes a command of this client. Too many that are no messages end the line. */
  handle(command: ClientFrame): void {
    if (isForTheLog(command)) {
      this.#speak();
      this.#hub.metrics.received(this.connection.gateway);
    } else if (!this.mayAsk()) return;
    this.#turns.do(() => this.#carryOut(command));
  }

  /** Takes a text of a client that knows no frames: its message where it is. Those are many in one piece of input. */
  say(text: string): void {
    this.#speak();
    this.#hub.metrics.received(this.connection.gateway);
    // Refused at once, as it takes no time of the rate: nothing would wait its turn for nothing.
    if (isBlank(text)) this.refuse({ code: "empty" });
    else this.#turns.do(text);
  }

  /** Resolves once everything that this client said has been stored, or refused, and handed to the others. */
  settled(): Promise<void> {
    return new Promise((resolve) => this.#turns.do(() => resolve(this.sends.settled())));
  }

  /** Sends away, after 10 s, a client that has said nothing at all. [K2] */
  expectWord(): void {
    this.#isAwaited = true;
    this.#stopWaiting = this.#hub.bounds.silence.add(() => this.close("said_nothing"));
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

  /** Takes what was no command: says why, and ends the line at the fifth that was no frame of the protocol. */
  refuseFrame(error: ChatError, marks: Marks): void {
    if (!this.mayAsk()) return;
    this.#turns.do(() => {
      this.refuse(error, marks);
      // A name, room, text or id that cannot be is a person's mistake, of which they may make many.
      if (isNoFrame(error.code) && ++this.#badFrames >= badFrameLimit) this.close("not_this_protocol");
    });
  }

  /** Sends a frame meant for this client alone: in a room's order if it is about a room it is in. */
  send(frame: PersonalFrame, about?: RoomName | null): void {
    const bytes = this.connection.encode(frame);
    if (!bytes) return;
    const place = about ? this.places.get(about) : undefined;
    if (place) place.room.audience.sendTo(place.seat, bytes);
    else this.connection.writeSoon(bytes);
  }

  /** Tells this client who they are and by which token they come back, if they have come in. `ref`: of what they asked. */
  sendWelcome(ref?: string | null): void {
    if (this.#state.at !== "open") return;
    const { person, tokenSession } = this.#state;
    this.send(welcomeFrame(this.#hub, person, tokenSession, ref));
  }

  /** Sends a page of the log to this client alone; resolves once hardly any of it waits. [R2] */
  async sendPage(frames: readonly PersonalFrame[]): Promise<void> {
    const bytes = frames.map((frame) => this.connection.encode(frame)).filter((encoded) => encoded !== undefined);
    if (bytes.length > 0) await this.connection.writePage(Buffer.concat(bytes));
  }

  /** Sends a refusal, and counts it; `ref` and `id` as they came with what is refused. */
  refuse(error: ChatError, { ref, id }: Marks = {}, about?: RoomName | null): void {
    this.#hub.metrics.refused(error.code, this.connection.gateway);
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
    if (this.#finish) this.#finish();
    else this.connection.close(reason);
  }

  /** Closes the line of somebody who is not to come back: nothing that waits is said, and they have left. [K5] [D8] */
  expel(error: ChatError): void {
    this.refuse(error);
    this.#leaveAll(true);
    this.connection.close("removed");
  }

  /**
   * Ends it when the line is gone. `left`: the client took its leave (close 1000); otherwise a person
   * who can prove who they are may come back within 10 s without having left. [K5] What was read of
   * a client that cannot send it again is said first, at its pace, for a minute at the most. [B1]
   */
  end({ left }: { left: boolean }): void {
    if (this.#finish) return;
    const finish = () => this.#leaveAll(left);
    this.#finish = finish;
    const { bounds, clock } = this.#hub;
    const hasMore = this.#turns.isBusy && !this.connection.acknowledges && !this.ended;
    if (!hasMore || bounds.partings.take(this.connection.address ?? this) > 0) return finish();
    this.#stopParting = clock.after(partingMs, finish);
    this.#turns.do(() => this.sends.settled().then(finish));
  }

  #leaveAll(left: boolean): void {
    if (this.ended) return;
    const { person } = this;
    this.#state = { at: "ended" };
    this.#turns.end();
    this.sends.end();
    this.#speak();
    this.#stopParting?.();
    this.#hub.bounds.frames.forget(this);
    for (const { room, seat } of this.places.values()) {
      this.#hub.members.vacate(room, person, seat, left);
    }
    this.places.clear();
    if (person) {
      this.#hub.lobby.lines.remove(person.user.id, this);
      this.#hub.people.letGo(person);
    }
    this.#hub.forget(this);
  }

  /** Whether one more thing that is no message is within what a line may ask; past it the line is closed. */
  mayAsk(): boolean {
    this.#speak();
    if (this.#hub.bounds.frames.take(this) === 0) return true;
    this.close("too_many_frames");
    return false;
  }

  /** They have said something, or never will: their first word is not waited for any more. */
  #speak(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
  }

  #carryOut(command: ClientFrame): Soon<void> {
    return this.#answered(carryOut(this.#hub, this, command), marksOf(command));
  }

  /** Answers with `unavailable` if the store could not do what a command needed. */
  #answered(underWay: Soon<void>, marks: Marks): Soon<void> {
    return underWay?.catch((error: unknown) => {
      this.refuse(this.#hub.unavailable(error, "a command could not be carried out").error, marks);
    });
  }

  /** Finds out who this is and says so; nobody if it did not go well. */
  introduce(introduction: Introduction, marks: Marks): Soon<Person | undefined> {
    const { members, people, identity, lobby } = this.#hub;
    return then(members.names.enter(introduction), (entered) => {
      // Their session may have ended while their name was claimed. [I3]
      const proven = people.prove(introduction.token);
      const outcome = entered.ok && !proven.ok ? proven : entered;
      if (entered.ok && (this.ended || !outcome.ok)) people.letGo(entered.value);
      if (this.ended) return undefined;
      if (!outcome.ok) {
        this.refuse(outcome.error, marks);
        // To come back as somebody else is theirs to decide. [I3]
        if (outcome.error.code === "session_ended" || outcome.error.code === "banned") this.close("removed");
        return undefined;
      }
      const person = outcome.value;
      const bearer = proven.ok ? proven.value : undefined;
      const tokenSession = bearer?.session ?? identity.newSession();
      if (this.person) lobby.lines.remove(this.person.user.id, this);
      lobby.lines.add(person.user.id, this);
      this.#state = { at: "open", person, tokenSession };
      this.#isProven = bearer !== undefined;
      if (bearer) identity.saw(bearer);
      // Somebody who is here by another line already, and now asks for another name.
      const renamed = introduction.name ? members.rename(person, introduction.name) : undefined;
      return then(renamed, () => {
        this.sendWelcome(marks.ref);
        return person;
      });
    });
  }

  /** Goes on as who bears a token: they come into every room of this line that they may read, and who it was leaves. [I2] */
  become(token: string, marks: Marks): Soon<void> {
    const before = this.person;
    return then(this.introduce({ token }, marks), (person) => {
      if (!before || !person) return;
      const { members, people } = this.#hub;
      for (const [name, { room, seat }] of before === person ? [] : [...this.places]) {
        const stays = mayEnter(name, person.user.id);
        if (stays) members.enter(room, person, seat);
        else this.places.delete(name);
        members.vacate(room, before, seat, true);
        if (!stays) continue;
        room.audience.add(seat);
        this.send(room.presence.rollFrame(), name);
      }
      people.letGo(before);
    });
  }
}
