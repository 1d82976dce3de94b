import { serverWords } from "../locales/server.ts";
import { type TerminalSpeak, terminalWords } from "../locales/terminal.ts";
import { parseRoomName } from "../protocol/names.ts";
import { oneLine } from "../protocol/text.ts";
import type { Client, MessageFrame, Outgoing, OutgoingMessage, RoomName, User } from "../sdk/index.ts";
import { AccountTalk } from "./account.ts";
import { asTyped } from "./as-typed.ts";
import { Changes } from "./changes.ts";
import type { ChangeInput, Input } from "./commands.ts";
import { type Known, nothingKnown } from "./completion.ts";
import type { Lines } from "./lines.ts";
import { LobbyTalk, roomLabel } from "./lobby.ts";
import { Loss } from "./loss.ts";
import { Place, type PlaceListener } from "./place.ts";
import { type Printed, Printer } from "./printer.ts";
import { explain } from "./reach.ts";
import type { Screen } from "./screen.ts";
import { printFound, type SearchOptions } from "./search.ts";
import { part } from "./session.ts";
import type { Talk } from "./talk.ts";

export interface ConversationOptions {
  readonly client: Client;
  readonly talk: Talk;
  readonly lines: Lines;
  readonly screen: Screen;
  /** Whether somebody types here: own lines then stand there already and are theirs, not a name's. */
  readonly typed: boolean;
  readonly now: () => number;
}

/** What one person hears and does in the rooms they are in, told as lines. */
export class Conversation implements PlaceListener {
  readonly #options: ConversationOptions;
  readonly #speak: TerminalSpeak;
  readonly #changes: Changes;
  readonly #account: AccountTalk;
  readonly #lobby: LobbyTalk;
  readonly #places = new Map<RoomName, Place>();
  readonly #visited = new Set<RoomName>();
  readonly #printer: Printer;
  readonly #loss: Loss;
  readonly #search: SearchOptions;
  #current: Place | undefined;
  #name: string | undefined;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#speak = terminalWords[options.talk.language];
    const { client, screen, talk, lines } = options;
    this.#changes = new Changes({ client, lines, language: talk.language });
    const print = (line: string) => screen.print(line);
    this.#account = new AccountTalk({ client, lines, language: talk.language, print });
    const enter = (room: RoomName) => void this.enter(room);
    this.#lobby = new LobbyTalk({ client, language: talk.language, print, enter });
    this.#printer = new Printer(lines, options.now(), print);
    this.#loss = new Loss(this.#speak, print);
    this.#search = { client, printer: this.#printer, speak: this.#speak, print };
    this.#name = client.user?.name;
    client.on("welcome", ({ user }) => this.#become(user.name));
    client.on("notice", ({ text }) => screen.print(this.#speak("notice", { text: oneLine(text) })));
    client.on("error", (refusal) => screen.print(this.#speak("problem", { text: explain(refusal, talk) })));
    client.on("state", ({ at }) => {
      if (at === "waiting") this.#lose();
      if (at === "open") this.#loss.end();
    });
  }

  /** What waits to be acknowledged, in all rooms. */
  get unsent(): readonly { readonly place: Place; readonly message: Outgoing }[] {
    return [...this.#places.values()].flatMap((place) => place.room.outgoing.map((message) => ({ place, message })));
  }

  /** What can be completed. */
  get known(): Known {
    return { ...nothingKnown, ...this.#current?.known(this.#options.client.user), rooms: [...this.#visited] };
  }

  /** Enters a room, or goes to it; what is said from now on is said there. */
  enter(name: RoomName): Place {
    const here = this.#places.get(name);
    const place = here ?? new Place(this.#options.client.join(name), this, this.#options.typed);
    this.#places.set(name, place);
    this.#visited.add(name);
    this.#write(place);
    if (here) this.#print(this.#speak("room.current", { room: roomLabel(place.room) }));
    return place;
  }

  /** Does what somebody typed; `leave` is theirs to do. */
  do(input: Exclude<Input, { kind: "quit" }>): void {
    switch (input.kind) {
      case "nothing":
        return;
      case "text":
        return this.say(input.text);
      case "help":
        for (const line of this.#options.lines.help()) this.#print(line);
        return;
      case "join":
        return this.#join(input.room);
      case "leave":
        return this.#leave(input.room);
      case "who":
        return this.#current ? this.#lobby.who(this.#current.room) : this.#problem(this.#speak("room.none"));
      case "rooms":
        return void this.#lobby.list();
      case "direct":
        return void this.#lobby.direct(input.name);
      case "name":
        return this.#account.rename(input.name);
      case "history":
        return void this.#showHistory(input.count);
      case "search":
        return void printFound(input.text, this.#search);
      case "reply":
        return this.say(input.text, input.back);
      case "edit":
      case "delete":
      case "react":
      case "topic":
        return this.#change(input);
      case "incomplete":
      case "unknown":
        return this.#problem(this.#options.lines.wrong(input));
      default:
        return void this.#account.do(input);
    }
  }

  /** Says something in the room that is written to: now, or as soon as there is a line. `back`: what it answers. */
  say(text: string, back?: number): void {
    const place = this.#current;
    if (!place) return this.#problem(this.#speak("room.none"));
    const answered = back === undefined ? undefined : this.#changes.find(place, { back, own: false });
    if (back !== undefined && !answered) return this.#print(this.#changes.nothingThere);
    const message = place.room.send(text, answered && { replyTo: answered.id });
    this.#printOwn(place, this.#asSaid(message, this.#options.now()));
    this.#loss.write();
  }

  /** Tells the others whether something is being written; a command is nothing to them. */
  write(text: string): void {
    this.#current?.room.typing(text.trim() !== "" && !/^\s*\/(?!\/)/.test(text));
  }

  end(): void {
    for (const place of this.#places.values()) place.end();
  }

  page(place: Place, messages: readonly MessageFrame[], first: boolean): void {
    if (!first) this.#print(this.#speak("room.reset", { room: roomLabel(place.room) }));
    for (const message of messages) this.#printMessage(place, message, true);
    if (!first) return;
    // Only now it is known with whom a direct conversation is.
    if (place === this.#current) this.#write(place);
    const [room, name] = [roomLabel(place.room), oneLine(this.#name ?? "")];
    this.#print(this.#speak("room.entered", { room, name, count: place.room.count }));
    const topic = this.#changes.topic(place);
    if (topic !== undefined) this.#print(topic);
    if (this.#options.typed && this.#visited.size === 1) this.#print(this.#speak("room.help"));
  }

  message(place: Place, message: MessageFrame): void {
    if (this.#isMe(message.user)) this.#printOwn(place, message);
    else this.#printMessage(place, message, false);
  }

  sent(place: Place, message: OutgoingMessage, ts: string): void {
    this.#printOwn(place, this.#asSaid(message, ts));
  }

  changed(place: Place, change: Parameters<PlaceListener["changed"]>[1]): void {
    const line = this.#changes.line(place, change, this.#marked(place));
    if (line !== undefined) this.#print(line);
  }

  notSent(_place: Place, message: Outgoing, refusal: Parameters<PlaceListener["notSent"]>[2]): void {
    this.#print(
      this.#speak("message.refused", { text: asTyped(message), reason: explain(refusal, this.#options.talk) }),
    );
  }

  came(place: Place, user: User): void {
    if (!this.#isMe(user)) this.#print(this.#options.lines.happened("user.joined", user.name, this.#marked(place)));
  }

  went(place: Place, user: User): void {
    if (!this.#isMe(user)) this.#print(this.#options.lines.happened("user.left", user.name, this.#marked(place)));
  }

  renamed(place: Place, user: User, was: string): void {
    if (!this.#isMe(user)) this.#print(this.#options.lines.renamed(was, user.name, this.#marked(place)));
  }

  typing(place: Place): void {
    if (place === this.#current) this.#options.screen.showTyping(this.#options.lines.typing(place.typists.names));
  }

  gone(place: Place): void {
    place.end();
    this.#places.delete(place.room.name);
    if (place !== this.#current) return this.#write(this.#current);
    this.#write([...this.#places.values()].at(-1));
    if (this.#current) this.#print(this.#speak("room.current", { room: roomLabel(this.#current.room) }));
    else this.#print(this.#speak("room.none"));
  }

  #join(text: string): void {
    const name = parseRoomName(text);
    if (name.ok) this.enter(name.value);
    else this.#problem(serverWords[this.#options.talk.language]("error.bad_room"));
  }

  #leave(text: string | undefined): void {
    const name = text === undefined ? undefined : parseRoomName(text);
    const place = name === undefined ? this.#current : name.ok ? this.#places.get(name.value) : undefined;
    if (!place) return this.#problem(this.#speak("room.none"));
    const { room } = place;
    const leave = () => {
      for (const message of room.outgoing) this.#print(this.#speak("message.unsent", { text: asTyped(message) }));
      room.leave();
      this.#print(this.#speak("room.left", { room: roomLabel(room) }));
      this.gone(place);
    };
    const unsent = this.unsent.filter((one) => one.place === place);
    if (unsent.length === 0) leave();
    // What was said before is heard before they leave.
    else void part(this.#options.client, unsent).then(() => this.#places.get(room.name) === place && leave());
  }

  /** The room that is written to from now on. */
  #write(place: Place | undefined): void {
    this.#current = place;
    this.#options.screen.showRoom(place && this.#marked(place));
    this.#options.screen.showTyping(place ? this.#options.lines.typing(place.typists.names) : "");
  }

  #change(input: Exclude<ChangeInput, { kind: "reply" }>): void {
    if (!this.#current) return this.#problem(this.#speak("room.none"));
    const line = this.#changes.make(this.#current, input);
    if (line !== undefined) this.#print(line);
    else this.#loss.write();
  }

  #become(name: string): void {
    if (this.#name !== undefined && this.#name !== name) {
      this.#print(this.#speak("name.changed", { name: oneLine(name) }));
    }
    this.#name = name;
  }

  async #showHistory(limit: number): Promise<void> {
    const place = this.#current;
    if (!place) return this.#problem(this.#speak("room.none"));
    try {
      const messages = await place.earlier(limit);
      const [first] = messages;
      if (!first) return this.#print(this.#speak("history.none"));
      this.#printer.day(first.ts);
      for (const message of messages) this.#printMessage(place, message, true);
    } catch {
      this.#problem(this.#speak("history.failed"));
    }
  }

  #lose(): void {
    for (const place of this.#places.values()) place.typists.clear();
    this.#loss.begin();
  }

  #isMe(user: User): boolean {
    return user.id === this.#options.client.user?.id;
  }

  /** A room is named in its lines only where there are several. */
  #marked(place: Place): string | undefined {
    return this.#places.size > 1 ? roomLabel(place.room) : undefined;
  }

  #asSaid({ id, text, reply_to }: OutgoingMessage, ts: string | number): Printed {
    return { id, text, reply_to, ts, user: { name: this.#name ?? "" } };
  }

  #printOwn(place: Place, message: Printed): void {
    this.#printer.own(place, message, { typed: this.#options.typed, room: this.#marked(place) });
  }

  #printMessage(place: Place, message: MessageFrame, old: boolean): void {
    this.#printer.message(place, message, { old, own: false, room: this.#marked(place) });
  }

  #problem(text: string): void {
    this.#print(this.#speak("problem", { text }));
  }

  #print(line: string): void {
    this.#options.screen.print(line);
  }
}
