/** Steps of 10 µs up to 60 s; what is later counts as that. */
const stepsPerMs = 100;
const steps = 60_000 * stepsPerMs;

/** What stands before a message's number in its text, and nowhere else in a frame. */
const mark = "#".charCodeAt(0);
const digits = 8;
const zero = "0".charCodeAt(0);

interface Sent {
  readonly at: number;
  /** For each member, whether it has the message. */
  seen: Uint8Array;
  /** Members that do not have it yet. */
  left: number;
}

export interface Verdict {
  /** Deliveries of a message to a member that has to have it, each counted once. */
  readonly deliveries: number;
  readonly missing: number;
  readonly doubled: number;
  /** Members whose line broke. */
  readonly lost: number;
  /** Bytes of the frames that messages came in. */
  readonly bytes: number;
  /** Milliseconds from send to delivery, over all deliveries. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Keeps the account of who has which message, and of how long each delivery took. */
export class Audit {
  readonly #members: number;
  readonly #everybody: Uint8Array;
  readonly #sent: Sent[] = [];
  readonly #times = new Uint32Array(steps);
  /** Called when every member has one more message. */
  onComplete: () => void = () => {};
  #incomplete = 0;
  #first = 0;
  #deliveries = 0;
  #doubled = 0;
  #lost = 0;
  #bytes = 0;
  #max = 0;

  constructor(members: number) {
    this.#members = members;
    this.#everybody = new Uint8Array(members).fill(1);
  }

  /** Messages that not everybody has yet. */
  get incomplete(): number {
    return this.#incomplete;
  }

  /** Begins a count of its own; whatever was sent before belongs to the one before. */
  begin(): void {
    this.#first = this.#sent.length;
    this.#times.fill(0);
    this.#deliveries = this.#doubled = this.#bytes = this.#max = 0;
  }

  /** Notes that a message is being sent now, in milliseconds; what its text must begin with. */
  send(now: number): string {
    const number = this.#sent.length;
    this.#sent.push({ at: now, seen: new Uint8Array(this.#members), left: this.#members });
    this.#incomplete++;
    return `#${String(number).padStart(digits, "0")}`;
  }

  /** Notes that a member read a frame; one without a message is passed over. */
  receive(member: number, now: number, bytes: Buffer, start: number, end: number): void {
    let at = bytes.indexOf(mark, start);
    if (at < 0 || at + digits >= end) return;
    let number = 0;
    for (const last = at + digits; at < last; ) number = number * 10 + (bytes[++at] ?? 0) - zero;
    const sent = this.#sent[number];
    if (sent?.seen[member] !== 0) {
      this.#doubled++;
      return;
    }
    sent.seen[member] = 1;
    this.#deliveries++;
    this.#bytes += end - start;
    const took = now - sent.at;
    this.#max = Math.max(this.#max, took);
    const step = Math.min(steps - 1, Math.floor(took * stepsPerMs));
    this.#times[step] = (this.#times[step] ?? 0) + 1;
    if (--sent.left > 0) return;
    sent.seen = this.#everybody;
    this.#incomplete--;
    this.onComplete();
  }

  lose(): void {
    this.#lost++;
  }

  verdict(): Verdict {
    const missing = (this.#sent.length - this.#first) * this.#members - this.#deliveries;
    return {
      deliveries: this.#deliveries,
      missing,
      doubled: this.#doubled,
      lost: this.#lost,
      bytes: this.#bytes,
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
