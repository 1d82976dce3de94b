import type { Outgoing, Room } from "../../../src/sdk/index.ts";
import { next } from "./set-time.ts";

/** What a room's listeners were shown, as one line an event: `reset 1,2`, `message 3`. */
export class Recorder {
  readonly shown: string[] = [];
  readonly #room: Room;

  constructor(room: Room) {
    this.#room = room;
    room.on("reset", ({ messages }) => this.shown.push(`reset ${messages.map(({ seq }) => seq).join()}`));
    room.on("message", ({ seq }) => this.shown.push(`message ${seq}`));
  }

  /** Waits until the message at `seq` is shown. */
  async message(seq: number): Promise<void> {
    if (!this.shown.includes(`message ${seq}`)) await next(this.#room, "message", (message) => message.seq === seq);
  }

  /** Waits for the next `reset`, and gives back its page. */
  reset = () => next(this.#room, "reset");
}

/** What somebody said who is yet to be heard; of what has no text, what it is. */
export const textOf = (outgoing: Outgoing): string => ("text" in outgoing ? outgoing.text : outgoing.type);
