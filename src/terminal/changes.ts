import { serverWords } from "../locales/server.ts";
import { type TerminalSpeak, terminalWords } from "../locales/terminal.ts";
import type { Language } from "../locales/words.ts";
import { unreachable } from "../protocol/codes.ts";
import { oneLine } from "../protocol/text.ts";
import type { ChangeFrame, Client, ServerFrameOf } from "../sdk/index.ts";
import type { ChangeInput } from "./commands.ts";
import type { Lines } from "./lines.ts";
import type { Place } from "./place.ts";
import type { Known } from "./recent.ts";

/** Changes what was said in a room, and tells what others change there. */
export class Changes {
  readonly #client: Client;
  readonly #language: Language;
  readonly #speak: TerminalSpeak;
  readonly #lines: Lines;

  constructor(options: { readonly client: Client; readonly language: Language; readonly lines: Lines }) {
    this.#client = options.client;
    this.#language = options.language;
    this.#speak = terminalWords[options.language];
    this.#lines = options.lines;
  }

  /** The message that is so far back, among one's own or all. */
  find({ recent }: Place, { back, own }: { readonly back: number; readonly own: boolean }): Known | undefined {
    return recent.of(this.#client.user, { own })[back - 1];
  }

  get nothingThere(): string {
    return this.#speak("problem", { text: serverWords[this.#language]("error.no_such_message") });
  }

  /** Makes a change: the line that says why it cannot be, or that answers a question; `undefined` when it is under way. */
  make(place: Place, input: Exclude<ChangeInput, { kind: "reply" }>): string | undefined {
    const { room } = place;
    const { user } = this.#client;
    if (input.kind === "topic") {
      if (input.text === undefined) return this.topic(place) ?? this.#noTopic();
      room.setTopic(input.text);
      return undefined;
    }
    const message = this.find(place, { back: input.back, own: input.kind !== "react" });
    if (!message) return this.nothingThere;
    switch (input.kind) {
      case "edit":
        room.edit(message.id, input.text);
        return undefined;
      case "delete":
        room.delete(message.id);
        return undefined;
      case "react": {
        const given = message.reactions?.find(({ emoji }) => emoji === input.emoji)?.users ?? [];
        room.react(message.id, input.emoji, !given.some(({ id }) => id === user?.id));
        return undefined;
      }
      default:
        return unreachable(input);
    }
  }

  /** What a change reads like; nothing for somebody else's reaction that is taken back. */
  line(place: Place, change: ChangeFrame | ServerFrameOf<"topic">, room: string | undefined): string | undefined {
    const words = serverWords[this.#language];
    const name = oneLine(change.user.name);
    if (change.type === "topic") {
      const topic = oneLine(change.text);
      return this.#lines.changed(words(topic ? "topic_set" : "topic_cleared", { name, topic }), undefined, room);
    }
    const message = place.recent.find(change.target);
    switch (change.type) {
      case "edited":
        // Nothing is left of it: the message is deleted further on.
        if (change.text === "") return undefined;
        return this.#lines.changed(words("edited", { name, text: oneLine(change.text) }), undefined, room);
      case "deleted": {
        const time = message ? ` (${this.#lines.time(message.ts)})` : "";
        return this.#lines.changed(words("deleted", { name }) + time, undefined, room);
      }
      case "reacted": {
        const emoji = oneLine(change.emoji);
        if (change.active) return this.#lines.changed(words("reacted", { name, emoji }), message, room);
        if (change.user.id !== this.#client.user?.id) return undefined;
        return this.#lines.changed(this.#speak("reaction.taken", { name, emoji }), message, room);
      }
      default:
        return unreachable(change);
    }
  }

  /** What a room is about, if that was said. */
  topic({ room: { topic } }: Place): string | undefined {
    return topic === undefined ? undefined : this.#speak("topic.is", { topic: oneLine(topic) });
  }

  #noTopic(): string {
    return this.#speak("topic.none", { usage: this.#speak("help.text") });
  }
}
