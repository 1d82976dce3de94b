/** The server's answer to a message: where it stands, and whether it stood there before. */
export interface Acknowledgement {
  readonly seq: number;
  /** Unknown where a client does not tell. */
  readonly dup?: boolean;
}

/** Something said. Without an acknowledgement nobody knows whether it was stored. */
export interface Sent {
  readonly sender: string;
  readonly id: string;
  readonly text: string;
  readonly acknowledgements: readonly Acknowledgement[];
}

export interface Delivery {
  readonly seq: number;
  readonly id: string;
}

/** What a reader got from where it began, or began anew, until it began anew. */
export interface Run {
  readonly reader: string;
  /** Unknown where a client does not tell. */
  readonly epoch: string | undefined;
  /** The head of the log when the run began; unknown where a client does not tell. */
  readonly head: number | undefined;
  /** Whether it begins with the newest page because the reader's place could not be gone on from. */
  readonly isReset: boolean;
  readonly deliveries: readonly Delivery[];
}

/** What happened, as the clients saw it. */
export interface History {
  /** In the order in which they were first sent. */
  readonly sent: readonly Sent[];
  readonly runs: readonly Run[];
}

interface OpenRun extends Run {
  readonly deliveries: Delivery[];
}

interface OpenSent extends Sent {
  readonly acknowledgements: Acknowledgement[];
}

/** Notes what clients send, what is acknowledged and what each reader gets. It judges nothing. */
export class Recorder implements History {
  readonly #sent = new Map<string, OpenSent>();
  readonly #runs: OpenRun[] = [];
  readonly #current = new Map<string, OpenRun>();
  readonly #watchers = new Set<() => void>();
  #acknowledged = 0;
  #greatest = 0;

  get sent(): readonly Sent[] {
    return [...this.#sent.values()];
  }

  get runs(): readonly Run[] {
    return this.#runs;
  }

  /** How many messages have been sent, and how many of them acknowledged. */
  get counts(): { readonly sent: number; readonly acknowledged: number } {
    return { sent: this.#sent.size, acknowledged: this.#acknowledged };
  }

  /** Sent, for the first time or again: it may be stored from now on. */
  sends(sender: string, { id, text }: { readonly id: string; readonly text: string }): void {
    if (!this.#sent.has(id)) this.#sent.set(id, { sender, id, text, acknowledgements: [] });
  }

  acknowledges(id: string, { seq, dup }: Acknowledgement): void {
    const sent = this.#sent.get(id);
    if (!sent) throw new Error(`an acknowledgement of ${id}, which was never sent`);
    if (sent.acknowledgements.length === 0) this.#acknowledged++;
    this.#greatest = Math.max(this.#greatest, seq);
    sent.acknowledgements.push({ seq, ...(dup !== undefined && { dup }) });
    this.#look();
  }

  /** A reader begins, or begins anew, with a page of the log: the newest, up to its head. */
  begins(
    reader: string,
    page: readonly Delivery[],
    log: { readonly epoch?: string; readonly head?: number } = {},
  ): void {
    const run: OpenRun = {
      reader,
      epoch: log.epoch,
      head: log.head ?? page.at(-1)?.seq,
      isReset: this.#current.has(reader),
      deliveries: page.map(({ seq, id }) => ({ seq, id })),
    };
    this.#runs.push(run);
    this.#current.set(reader, run);
    this.#look();
  }

  /** A reader gets one more. */
  reads(reader: string, { seq, id }: Delivery): void {
    const run = this.#current.get(reader);
    if (!run) throw new Error(`${reader} reads before it has begun`);
    run.deliveries.push({ seq, id });
    this.#look();
  }

  /** Where a reader stands: the `seq` of the last event it got. */
  position(reader: string): number {
    const run = this.#current.get(reader);
    return run?.deliveries.at(-1)?.seq ?? run?.head ?? 0;
  }

  /** Whether every reader stands at the greatest `seq` that was acknowledged, or beyond. */
  get isEverybodyThere(): boolean {
    return [...this.#current.keys()].every((reader) => this.position(reader) >= this.#greatest);
  }

  /** Waits until a condition holds after something that was noted; `false` if it does not within `ms`. */
  async until(condition: () => boolean, ms = 30_000): Promise<boolean> {
    if (condition()) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const watcher = () => condition() && resolve(true);
    const timer = setTimeout(() => resolve(false), ms);
    this.#watchers.add(watcher);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#watchers.delete(watcher);
    }
  }

  #look(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
