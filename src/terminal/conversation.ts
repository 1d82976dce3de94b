import { serverWords } from "../locales/server.ts";
import { type TerminalSpeak, terminalWords } from "../locales/terminal.ts";
import { parseDisplayName, parseRoomName } from "../protocol/names.ts";
import { oneLine } from "../protocol/text.ts";
import type { Client, MessageFrame, MessageId, Outgoing, OutgoingMessage, RoomName, User } from "../sdk/index.ts";
import { asTyped } from "./as-typed.ts";
import type { Input } from "./commands.ts";
import type { Known } from "./completion.ts";
import type { Lines } from "./lines.ts";
import { Place, type PlaceListener } from "./place.ts";
import { explain } from "./reach.ts";
import type { Screen } from "./screen.ts";
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
  readonly #places = new Map<RoomName, Place>();
  readonly #visited = new Set<RoomName>();
  /** Own messages that were printed: as they were typed, acknowledged or came back, whichever was first. */
  readonly #printed = new Set<MessageId>();
  #current: Place | undefined;
  #name: string | undefined;
  #day: string;
  #lost: "no" | "told" | "told that writing waits" = "no";

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#speak = terminalWords[options.talk.language];
    this.#day = options.lines.day(options.now());
    const { client, screen, talk } = options;
    this.#name = client.user?.name;
    client.on("welcome", ({ user }) => this.#become(user.name));
    client.on("notice", ({ text }) => screen.print(this.#speak("notice", { text: oneLine(text) })));
    client.on("error", (refusal) => screen.print(this.#speak("problem", { text: explain(refusal, talk) })));
    client.on("state", ({ at }) => {
      if (at === "waiting") this.#lose();
      if (at === "open") this.#resume();
    });
  }

  /** What waits to be acknowledged, in all rooms. */
  get unsent(): readonly { readonly place: Place; readonly message: Outgoing }[] {
    return [...this.#places.values()].flatMap((place) => place.room.outgoing.map((message) => ({ place, message })));
  }

  /** The names and rooms that can be completed. */
  get known(): Known {
    const names = this.#current?.room.members?.map(({ name }) => oneLine(name)) ?? [];
    return { names: names.filter((name) => name !== this.#name), rooms: [...this.#visited] };
  }

  /** Enters a room, or goes to it; what is said from now on is said there. */
  enter(name: RoomName): Place {
    const here = this.#places.get(name);
    const place = here ?? new Place(this.#options.client.join(name), this);
    this.#places.set(name, place);
    this.#visited.add(name);
    this.#write(place);
    if (here) this.#print(this.#speak("room.current", { room: name }));
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
        return this.#tellWho();
      case "name":
        return this.#rename(input.name);
      case "history":
        return void this.#showHistory(input.count);
      case "incomplete":
        return this.#problem(this.#speak("command.incomplete", { usage: this.#options.lines.usage(input.command) }));
      case "unknown": {
        const command = oneLine(input.command);
        return this.#problem(this.#speak("command.unknown", { command, word: command.slice(1) }));
      }
      default:
        return input satisfies never;
    }
  }

  /** Says something in the room that is written to: now, or as soon as there is a line. */
  say(text: string): void {
    if (!this.#current) return this.#problem(this.#speak("room.none"));
    const message = this.#current.room.send(text);
    const user = { name: this.#name ?? "" };
    this.#printOwn(this.#current, message.id, { user, text, ts: this.#options.now() });
    if (this.#lost !== "told") return;
    this.#lost = "told that writing waits";
    this.#print(this.#speak("line.waits"));
  }

  /** Tells the others whether something is being written; a command is nothing to them. */
  write(text: string): void {
    this.#current?.room.typing(text.trim() !== "" && !/^\s*\/(?!\/)/.test(text));
  }

  end(): void {
    for (const place of this.#places.values()) place.end();
  }

  page(place: Place, messages: readonly MessageFrame[], first: boolean): void {
    if (!first) this.#print(this.#speak("room.reset", { room: place.room.name }));
    for (const message of messages) this.#printMessage(place, message, true);
    if (!first) return;
    const { name, count } = place.room;
    this.#print(this.#speak("room.entered", { room: name, name: oneLine(this.#name ?? ""), count }));
    if (this.#options.typed && this.#visited.size === 1) this.#print(this.#speak("room.help"));
  }

  message(place: Place, message: MessageFrame): void {
    if (this.#isMe(message.user)) this.#printOwn(place, message.id, message);
    else this.#printMessage(place, message, false);
  }

  sent(place: Place, message: OutgoingMessage, ts: string): void {
    this.#printOwn(place, message.id, { user: { name: this.#name ?? "" }, text: message.text, ts });
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

  refused(place: Place): void {
    this.#forget(place);
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
    place.room.leave();
    this.#print(this.#speak("room.left", { room: place.room.name }));
    this.#forget(place);
  }

  #forget(place: Place): void {
    place.end();
    this.#places.delete(place.room.name);
    if (place !== this.#current) return this.#write(this.#current);
    this.#write([...this.#places.values()].at(-1));
    if (this.#current) this.#print(this.#speak("room.current", { room: this.#current.room.name }));
    else this.#print(this.#speak("room.none"));
  }

  /** The room that is written to from now on. */
  #write(place: Place | undefined): void {
    this.#current = place;
    this.#options.screen.showRoom(place && this.#marked(place));
    this.#options.screen.showTyping(place ? this.#options.lines.typing(place.typists.names) : "");
  }

  #tellWho(): void {
    if (!this.#current) return this.#problem(this.#speak("room.none"));
    const { name: room, members, count } = this.#current.room;
    const { compare } = new Intl.Collator(this.#options.talk.language);
    const names = members?.map(({ name }) => oneLine(name)).sort(compare);
    if (names) this.#print(this.#speak("who.names", { count, room, names: names.join(", ") }));
    else this.#print(this.#speak("who.count", { count, room }));
  }

  #rename(text: string | undefined): void {
    if (text === undefined) return this.#print(this.#speak("name.yours", { name: oneLine(this.#name ?? "") }));
    const name = parseDisplayName(text);
    if (name.ok) this.#options.client.rename(name.value);
    else this.#problem(serverWords[this.#options.talk.language]("error.bad_name"));
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
    const before = place.oldest ?? 1;
    if (before <= 1) return this.#print(this.#speak("history.none"));
    // Taken at once, so that asking twice reads two pages and not one twice.
    place.oldest = Math.max(1, before - limit);
    try {
      const { messages } = await place.room.history({ before, limit });
      place.oldest = Math.min(place.oldest, messages[0]?.seq ?? 1);
      const [first] = messages;
      if (!first) return this.#print(this.#speak("history.none"));
      this.#day = this.#options.lines.day(first.ts);
      this.#print(this.#day);
      for (const message of messages) this.#printMessage(place, message, true);
    } catch {
      place.oldest = before;
      this.#problem(this.#speak("history.failed"));
    }
  }

  #lose(): void {
    for (const place of this.#places.values()) place.typists.clear();
    if (this.#lost !== "no") return;
    this.#lost = "told";
    this.#print(this.#speak("line.lost"));
  }

  #resume(): void {
    if (this.#lost === "no") return;
    this.#lost = "no";
    this.#print(this.#speak("line.back"));
  }

  #isMe(user: User): boolean {
    return user.id === this.#options.client.user?.id;
  }

  /** A room is named in its lines only where there are several. */
  #marked(place: Place): string | undefined {
    return this.#places.size > 1 ? place.room.name : undefined;
  }

  #printOwn(place: Place, id: MessageId, message: Parameters<Lines["message"]>[0]["message"]): void {
    if (this.#printed.has(id)) return;
    this.#printed.add(id);
    this.#printMessage(place, message, false, this.#options.typed);
  }

  #printMessage(
    place: Place,
    message: Parameters<Lines["message"]>[0]["message"] & { readonly id?: MessageId },
    old: boolean,
    own = false,
  ): void {
    const { lines } = this.#options;
    const day = lines.day(message.ts);
    if (day !== this.#day) this.#print(day);
    this.#day = day;
    this.#print(lines.message({ message, own, old, room: this.#marked(place) }));
  }

  #problem(text: string): void {
    this.#print(this.#speak("problem", { text }));
  }

  #print(line: string): void {
    this.#options.screen.print(line);
  }
}
