import type { MessageFrame, MessageId } from "../sdk/index.ts";
import type { Lines, Said } from "./lines.ts";
import type { Place } from "./place.ts";

/** A message as it is printed: of the log, or on its way there. */
export type Printed = Said["message"] & Pick<MessageFrame, "id" | "reply_to" | "deleted">;

/** By so many further ones a message of one's own was acknowledged and has come back: a pipe may go on for months. */
const ownKnown = 1_000;

/** Prints what was said, with the day wherever another one begins. */
export class Printer {
  readonly #lines: Lines;
  readonly #print: (line: string) => void;
  /** Own messages that were printed: as they were typed, acknowledged or came back, whichever was first. */
  readonly #own = new Set<MessageId>();
  #day: string;

  /** `now`: the day that need not be told, in milliseconds since 1970. */
  constructor(lines: Lines, now: number, print: (line: string) => void) {
    this.#lines = lines;
    this.#print = print;
    this.#day = lines.day(now);
  }

  /** Prints the day of what follows, whatever it is. */
  day(ts: string | number): void {
    this.#day = this.#lines.day(ts);
    this.#print(this.#day);
  }

  /** Prints one's own message, once; `typed`: the reader knows that it is theirs. */
  own(place: Place, message: Printed, how: { readonly typed: boolean; readonly room: string | undefined }): void {
    if (this.#own.has(message.id)) return;
    this.#own.add(message.id);
    const [oldest] = this.#own;
    if (this.#own.size > ownKnown && oldest !== undefined) this.#own.delete(oldest);
    this.message(place, message, { old: false, own: how.typed, room: how.room });
  }

  /** Prints a message, unless it was deleted. */
  message(place: Place, message: Printed, how: Pick<Said, "old" | "own" | "room">): void {
    if (message.deleted) return;
    if (this.#lines.day(message.ts) !== this.#day) this.day(message.ts);
    const answered = message.reply_to ? (place.recent.find(message.reply_to) ?? "elsewhere") : undefined;
    this.#print(this.#lines.message({ message, answered, ...how }));
  }

  /** Prints a message that was looked for. */
  found(message: MessageFrame, words: readonly string[]): void {
    if (this.#lines.day(message.ts) !== this.#day) this.day(message.ts);
    this.#print(this.#lines.found(message, words));
  }
}
