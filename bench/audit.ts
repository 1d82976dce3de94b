/** Steps of 10 µs up to 60 s; what is later counts as that. */
const stepsPerMs = 100;
const steps = 60_000 * stepsPerMs;

/** What stands before a message's number in its text, and nowhere else in a frame. */
const mark = "#".charCodeAt(0);
const digits = 8;
const zero = "0".charCodeAt(0);

interface Sent {
  readonly at: number;
  readonly room: number;
  /** For each seat of the room, whether it has the message; none once all have it. */
  seen: Uint8Array | undefined;
  /** Seats that do not have it yet. */
  left: number;
}

export interface Verdict {
  readonly messages: number;
  /** Deliveries of a message to a member that has to have it, each counted once. */
  readonly deliveries: number;
  readonly missing: number;
  /** Deliveries too many, or into a wrong room. */
  readonly doubled: number;
  /** Milliseconds from send to delivery, over all deliveries. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Keeps the account of who has which message, and of how long each delivery took. As `native/audit.c`. */
export class Audit {
  readonly #sent: Sent[] = [];
  readonly #times = new Uint32Array(steps);
  /** Called when every member has one more message. */
  onComplete: () => void = () => {};
  #incomplete = 0;
  #first = 0;
  #expected = 0;
  #deliveries = 0;
  #doubled = 0;
  #max = 0;

  /** Messages that not everybody has yet. */
  get incomplete(): number {
    return this.#incomplete;
  }

  /** Begins a count of its own; whatever was sent before belongs to the one before. */
  begin(): void {
    this.#first = this.#sent.length;
    this.#times.fill(0);
    this.#expected = this.#deliveries = this.#doubled = this.#max = 0;
  }

  /** Notes that a message is being sent into a room with so many seats, in milliseconds; its number, as its text has it. */
  send(room: number, seats: number, now: number): string {
    const number = this.#sent.length;
    this.#sent.push({ at: now, room, seen: new Uint8Array(seats), left: seats });
    this.#expected += seats;
    this.#incomplete++;
    return String(number).padStart(digits, "0");
  }

  /** Notes that a seat of a room read a frame; one without a message is passed over. */
  receive(room: number, seat: number, now: number, bytes: Buffer, start: number, end: number): void {
    let at = bytes.indexOf(mark, start);
    if (at < 0 || at + digits >= end) return;
    let number = 0;
    for (const last = at + digits; at < last; ) number = number * 10 + (bytes[++at] ?? 0) - zero;
    const sent = this.#sent[number];
    if (sent?.room !== room || sent.seen?.[seat] !== 0) {
      this.#doubled++;
      return;
    }
    sent.seen[seat] = 1;
    // What came late, of a count before this one, was missing there.
    if (number >= this.#first) {
      this.#deliveries++;
      const took = now - sent.at;
      this.#max = Math.max(this.#max, took);
      const step = Math.min(steps - 1, Math.floor(took * stepsPerMs));
      this.#times[step] = (this.#times[step] ?? 0) + 1;
    }
    if (--sent.left > 0) return;
    sent.seen = undefined;
    this.#incomplete--;
    this.onComplete();
  }

  verdict(): Verdict {
    return {
      messages: this.#sent.length - this.#first,
      deliveries: this.#deliveries,
      missing: this.#expected - this.#deliveries,
      doubled: this.#doubled,
      p50: this.#quantile(0.5),
      p99: this.#quantile(0.99),
      max: this.#max,
    };
  }

  /** The time that this share of all deliveries did not exceed, to 0.01 ms. */
  #quantile(share: number): number {
    let left = Math.ceil(this.#deliveries * share);
    for (const [step, count] of this.#times.entries()) {
      left -= count;
      if (left <= 0) return (step + 1) / stepsPerMs;
    }
    return 0;
  }
}
