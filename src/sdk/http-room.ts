import type { ClientFrameInput } from "../protocol/client-frames.ts";
import type { Epoch, RoomName } from "../protocol/ids.ts";
import type { EventFrame, ServerFrame, ServerFrameOf } from "../protocol/server-frames.ts";
import { readEvents } from "./event-stream.ts";
import type { Answer, HttpRequests } from "./http-requests.ts";
import type { Surroundings } from "./surroundings.ts";

/** How long the first block of a stream may take: longer, and something on the way holds it back. */
const firstBlockMs = 5_000;
/** The server says something every 25 s. */
const silenceMs = 33_000;
/** A stream that held this long was no failed one. */
const stableMs = 10_000;
/** How long the server is asked to keep a poll. */
const pollMs = 25_000;
/** What a room reads by that is given no connection of its own, and what keeps polls from spinning. */
const pauseMs = 3_000;
const shortestPollMs = 1_000;

export type Join = Extract<ClientFrameInput, { type: "join" }>;

/** How a stream ended: it never said anything, broke soon, or had held for long. */
export type StreamEnd = "mute" | "short" | "long";

export interface HttpRoomOptions {
  readonly room: RoomName;
  readonly requests: HttpRequests;
  readonly surroundings: Surroundings;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** `pause`: asks now and then, because browsers open six connections a host at most. */
  readonly by: "events" | "poll" | "pause";
  take(frame: ServerFrame): void;
  streamEnded(end: StreamEnd): void;
}

interface Page {
  readonly history: ServerFrameOf<"history">;
  /** The messages, and what was changed among them, by `seq`. */
  readonly events: readonly EventFrame[];
  readonly topic: unknown;
  readonly seq: number;
  readonly reset: boolean;
}

const isEvent = (frame: ServerFrame | undefined): frame is EventFrame =>
  frame !== undefined && "seq" in frame && frame.type !== "ack";

/** The log is not the one that this room was read from. */
export class PositionLost extends Error {}

/**
 * Reads one room over HTTP, as the frames that a native line would have carried: `joined`, the page
 * or what was missed, then what is live, in order and without a hole. [R1] [R2] [R4]
 */
export class HttpRoom {
  readonly #options: HttpRoomOptions;
  readonly #path: string;
  #epoch = "" as Epoch;
  #seq = 0;

  constructor(options: HttpRoomOptions) {
    this.#options = options;
    // Half a character has no place in an address; the server refuses what stands for it.
    this.#path = `/rooms/${encodeURIComponent(options.room.toWellFormed())}`;
  }

  /** Enters and reads on until the signal. Rejects when the line is broken. */
  async read(join: Join): Promise<void> {
    const { requests, signal, room } = this.#options;
    const entered = await requests.ask(this.#path, { body: {}, signal });
    if (!entered.ok) return this.#refuse(join, entered);
    const missed = join.since ? await this.#pageSince(join.since) : undefined;
    const page = missed ?? (await this.#lastPage(join.history ?? 50));
    const { epoch } = page.history;
    const head = page.seq;
    this.#epoch = epoch;
    this.#seq = head;
    const lost = join.since && !missed && { reason: "epoch" };
    const { ref } = join;
    const { topic } = page;
    const joined = { ...entered.value, room, epoch, head, recovered: missed !== undefined, topic, ref, ...lost };
    this.#options.take(requests.frame("joined", joined));
    if (missed) for (const event of missed.events) this.#options.take(event);
    else this.#options.take({ ...page.history, ...(ref && { ref }) });
    if (missed?.history.more) await this.#catchUp();
    await this.#follow();
  }

  /** Tells where the log stands and how many are here. [R5] */
  async look(): Promise<void> {
    const { requests, signal, room } = this.#options;
    const entered = await requests.ask(this.#path, { body: {}, signal });
    if (!entered.ok) return;
    const { epoch, head, count } = requests.frame("joined", { ...entered.value, recovered: true });
    this.#options.take({ type: "presence", room, count });
    this.#options.take({ type: "heads", rooms: { [room]: { epoch, seq: head } } });
  }

  async #follow(): Promise<void> {
    const { by, surroundings, signal } = this.#options;
    while (!signal.aborted) {
      if (by === "events") {
        const end = await this.#stream();
        // Asking tells a stream that is not let through from a server that is away.
        await this.#catchUp();
        this.#options.streamEnded(end);
        continue;
      }
      if (by === "pause") await this.#pause(pauseMs);
      const began = surroundings.now();
      const found = await this.#catchUp(by === "poll" ? pollMs : 0);
      if (by === "poll" && !found && surroundings.now() - began < shortestPollMs) await this.#pause(shortestPollMs);
    }
  }

  /** Reads the stream of events from the position on, until it breaks. */
  async #stream(): Promise<StreamEnd> {
    const { requests, surroundings, signal } = this.#options;
    const began = surroundings.now();
    const silent = new AbortController();
    const watch = (ms: number) => surroundings.after(ms, () => silent.abort());
    let cancel = watch(firstBlockMs);
    let isMute = true;
    try {
      const response = await requests.fetch(`${this.#path}/events`, {
        signal: AbortSignal.any([signal, silent.signal]),
        headers: { Accept: "text/event-stream", "Last-Event-ID": `${this.#epoch}-${this.#seq}` },
      });
      if (!response.ok || !response.body) return "mute";
      for await (const { event, data } of readEvents(response.body)) {
        cancel();
        cancel = watch(silenceMs);
        // Counted only from here on: the own coming is part of the count.
        if (isMute) this.look().catch(() => silent.abort());
        isMute = false;
        // Too much was missed for a replay: pages have no such bound.
        if (event === "reset") return "long";
        const frame = data === "" ? undefined : requests.parse(data);
        if (isEvent(frame)) this.#seq = Math.max(this.#seq, frame.seq);
        if (frame) this.#options.take(frame);
      }
    } catch (error) {
      if (signal.aborted) throw error;
    } finally {
      cancel();
      silent.abort();
    }
    return isMute ? "mute" : surroundings.now() - began < stableMs ? "short" : "long";
  }

  /** Hands on everything beyond the position, waiting for it up to `waitMs`. Whether there was anything. */
  async #catchUp(waitMs = 0): Promise<boolean> {
    const began = this.#seq;
    for (;;) {
      const wait = waitMs > 0 && this.#seq === began ? `&wait=${waitMs / 1000}` : "";
      const page = await this.#page(`after=${this.#epoch}-${this.#seq}${wait}`, wait ? waitMs : 0);
      if (page.reset) throw new PositionLost();
      this.#seq = page.seq;
      for (const event of page.events) this.#options.take(event);
      if (!page.history.more) return this.#seq > began;
    }
  }

  /** What follows a position; `undefined` if the log is not the one that it is of. [L4] */
  async #pageSince({ epoch, seq, id }: NonNullable<Join["since"]>): Promise<Page | undefined> {
    const page = await this.#page(`after=${epoch}-${id ? seq - 1 : seq}`);
    if (page.reset) return undefined;
    if (!id) return page;
    const [at, ...events] = page.events;
    return at?.seq === seq && at.id === id ? { ...page, events } : undefined;
  }

  async #lastPage(limit: number): Promise<Page> {
    const page = await this.#page(`limit=${Math.max(1, limit)}`);
    return limit > 0 ? page : { ...page, history: { ...page.history, messages: [], more: page.seq > 0 } };
  }

  async #page(query: string, waitMs = 0): Promise<Page> {
    const { requests, signal, room } = this.#options;
    const answer = await requests.ask(`${this.#path}/messages?${query}`, { waitMs, signal });
    if (!answer.ok) throw new Error(answer.problem.message);
    const { next, reset, topic, changes = [] } = answer.value as Readonly<Record<string, unknown>>;
    const seq = Number(String(next).split("-")[1]);
    const history = requests.frame("history", { ...answer.value, room });
    const changed = (changes as readonly unknown[]).map((change) => requests.parse(JSON.stringify(change)));
    const events = [...history.messages, ...changed.filter(isEvent)];
    return { history, events: events.sort((a, b) => a.seq - b.seq), topic, seq, reset: reset === true };
  }

  #refuse({ ref }: Join, { problem }: Extract<Answer, { ok: false }>): void {
    this.#options.take(this.#options.requests.frame("error", { ...problem, ref }));
  }

  #pause(ms: number): Promise<void> {
    const { surroundings, signal } = this.#options;
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const stop = () => {
        cancel();
        reject(signal.reason);
      };
      const cancel = surroundings.after(ms, () => {
        signal.removeEventListener("abort", stop);
        resolve();
      });
      signal.addEventListener("abort", stop);
    });
  }
}
