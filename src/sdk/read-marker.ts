import type { RoomName } from "../protocol/ids.ts";
import type { EventFrame, ServerFrameOf } from "../protocol/server-frames.ts";
import type { OpenLine } from "./sending.ts";
import type { Surroundings } from "./surroundings.ts";

/** The server is told at most once in this time. */
const tellEveryMs = 1_000;

/** Up to where one has read a room, on this device or another, and how much there is after that. [P3] */
export class ReadMarker {
  /** Unknown before the first join, and of a room that was never marked. */
  seq: number | undefined;
  unread: number | undefined;
  readonly #room: RoomName;
  readonly #surroundings: Surroundings;
  readonly #onMoved: () => void;
  /** The last event that was counted. */
  #head = 0;
  #line: OpenLine | undefined;
  #isTold = true;
  #cancelWait: (() => void) | undefined;

  constructor(room: RoomName, surroundings: Surroundings, onMoved: () => void) {
    this.#room = room;
    this.#surroundings = surroundings;
    this.#onMoved = onMoved;
  }

  /** Begins anew on a line, with what the server knows. */
  enter(line: OpenLine, { head, read, unread }: ServerFrameOf<"joined">): void {
    const seq = this.seq ?? -1;
    this.#line = line;
    this.#head = head;
    this.seq = read ?? undefined;
    this.unread = unread ?? undefined;
    this.mark(seq);
    this.#onMoved();
  }

  count({ type, seq }: EventFrame): void {
    if (seq <= this.#head) return;
    this.#head = seq;
    // The marker may come before the message.
    if (this.unread === undefined || type !== "message" || seq <= (this.seq ?? -1)) return;
    this.unread++;
    this.#onMoved();
  }

  /** One has read up to here; never back. */
  mark(seq: number): void {
    if (!this.hear(seq)) return;
    this.#isTold = false;
    this.#tell();
  }

  /** The same by another line. Whether that is news. */
  hear(seq: number): boolean {
    if (seq <= (this.seq ?? -1)) return false;
    this.seq = seq;
    // As many as there may be: not every event is a message.
    this.unread = Math.max(0, Math.min(this.unread ?? Number.POSITIVE_INFINITY, this.#head - seq));
    this.#onMoved();
    return true;
  }

  exit(): void {
    this.#line = undefined;
    this.#cancelWait?.();
    this.#cancelWait = undefined;
  }

  #tell(): void {
    if (this.#isTold || this.#cancelWait || this.seq === undefined) return;
    this.#isTold = true;
    this.#line?.send({ type: "read", room: this.#room, seq: this.seq });
    this.#cancelWait = this.#surroundings.after(tellEveryMs, () => {
      this.#cancelWait = undefined;
      this.#tell();
    });
  }
}
