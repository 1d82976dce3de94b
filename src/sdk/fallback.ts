import type { ClientFrameInput } from "../protocol/client-frames.ts";
import type { ErrorCode } from "../protocol/codes.ts";
import type { RoomName } from "../protocol/ids.ts";
import type { parseServerFrame, ServerFrameOf } from "../protocol/server-frames.ts";
import { Ascent } from "./ascent.ts";
import type * as codes from "./close-codes.ts";
import { type LoggedFrame, requestOf } from "./event-requests.ts";
import { HttpRoom, type Join, PositionLost, type StreamEnd } from "./http-room.ts";
import { LineRequests } from "./line-requests.ts";
import type { Line, LineListener, Link } from "./link.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Over } from "./types.ts";

type Sent<T extends ClientFrameInput["type"]> = Extract<ClientFrameInput, { type: T }>;

// Only types come from the modules of the SDK's first load: a value of theirs would make bundlers split it in two.
const broken: typeof codes.broken = 1006;
const done: typeof codes.done = 1000;
const positionLost: typeof codes.positionLost = 4104;

/** Streams that broke soon, in a row, before long polls are taken instead. */
const shortStreams = 2;
/** Rooms that keep a connection of their own: a browser opens six a host, over all tabs, and posts need some. */
const roomsHeld = 2;
/** Refusals of a greeting that the client knows what to do about; after any other the line cannot be had. */
const mendable: readonly ErrorCode[] = [
  "name_taken",
  "bad_name",
  "rate_limited",
  "unavailable",
  "key_required",
  "session_ended",
  "banned",
];

/**
 * A line for where no WebSocket can be had: it turns the client's frames into HTTP requests, and their
 * answers, streams and polls into the frames that a WebSocket would have carried. Typing is not told,
 * and of who is here only the count. It tries the WebSocket again from time to time, and goes on over
 * it as soon as that is greeted: the rooms are then joined again from where they are. [R2]
 */
export class Fallback implements Line {
  readonly #surroundings: Surroundings;
  readonly #listener: LineListener;
  readonly #ascent: Ascent;
  readonly #requests: LineRequests;
  readonly #rooms = new Map<RoomName, { readonly room: HttpRoom; readonly reading: AbortController }>();
  #reads: Exclude<Over, "websocket"> = "events";
  /** What is under way ends with it: at the end, and whenever the line goes on over something else. */
  #age = new AbortController();
  #hello: Sent<"hello"> | undefined;
  #welcome: ServerFrameOf<"welcome"> | undefined;
  #shortStreams = 0;
  #ended = false;
  /** The WebSocket that the line has gone on over. */
  #socket: Line | undefined;
  #cancelBeat = () => {};

  /** `address` is that of the native gateway. `Socket` and `parse` are the SDK's own, handed over. */
  constructor(
    address: string,
    surroundings: Surroundings,
    listener: LineListener,
    Socket: typeof Link,
    parse: typeof parseServerFrame,
  ) {
    this.#surroundings = surroundings;
    this.#listener = listener;
    this.#ascent = new Ascent(surroundings, {
      open: (candidate) => new Socket(address, surroundings, candidate),
      hello: () => {
        const { token, user } = this.#welcome ?? {};
        return this.#welcome && { ...this.#hello, type: "hello", token, name: user?.name };
      },
      greeted: (socket, welcome) => this.#moveUp(socket, welcome),
      listener,
    });
    this.#requests = new LineRequests(address, surroundings, parse);
    queueMicrotask(() => this.#ended || listener.opened());
  }

  get over(): Over {
    return this.#socket ? "websocket" : this.#reads;
  }

  send(frame: ClientFrameInput): void {
    if (this.#ended) return;
    if (this.#socket) return this.#socket.send(frame);
    switch (frame.type) {
      case "hello":
        return this.#do(this.#greet(frame));
      case "join":
        return this.#join(frame);
      case "message":
      case "edit":
      case "delete":
      case "react":
      case "topic":
        return this.#do(this.#post(frame));
      case "rename":
        return this.#do(this.#rename(frame));
      case "history":
        return this.#do(this.#showHistory(frame));
      case "leave":
        return this.#leave(frame.room as RoomName);
      case "read":
        return this.#do(this.#read(frame));
      case "typing":
      case "ping":
      // An account, rooms, and what was said, are asked for by requests of their own.
      case "rooms":
      case "direct":
      case "search":
      case "claim":
      case "login":
      case "change_passphrase":
      case "unclaim":
      case "sessions":
      case "end_session":
        return;
      default:
        frame satisfies never;
    }
  }

  /** Something changed out there: perhaps a WebSocket is to be had now. */
  ping(): void {
    if (this.#socket) return this.#socket.ping();
    this.#ascent.try();
    this.#beat();
  }

  close(code: number): void {
    this.#ended = true;
    this.#stop();
    this.#ascent.close(code);
  }

  async #greet(hello: Sent<"hello">): Promise<void> {
    const { type, key, ...body } = hello;
    this.#hello = hello;
    this.#requests.key = key ?? undefined;
    this.#requests.language = hello.lang ?? undefined;
    const answer = await this.#requests.ask("/api/v1/hello", { body, signal: this.#age.signal });
    if (answer.ok) {
      this.#admit(this.#requests.frame("welcome", answer.value));
      this.#ascent.tryLater();
      this.#beatLater();
    } else if (mendable.includes(answer.problem.code)) {
      this.#listener.frame(this.#requests.frame("error", answer.problem));
    } else this.#end(broken);
  }

  async #rename({ name }: Sent<"rename">): Promise<void> {
    const answer = await this.#requests.ask("/api/v1/rename", { body: { name }, signal: this.#age.signal });
    if (answer.ok) this.#admit(this.#requests.frame("welcome", answer.value));
    else this.#listener.frame(this.#requests.frame("error", answer.problem));
  }

  async #post(logged: LoggedFrame): Promise<void> {
    const { room, id } = logged;
    const { path, ...request } = requestOf(logged);
    const { signal } = this.#age;
    const answer = await this.#requests.ask(`/rooms/${encodeURIComponent(room ?? "")}${path}`, {
      ...request,
      id,
      signal,
    });
    const { frame } = this.#listener;
    if (answer.ok) frame(this.#requests.frame("ack", answer.value));
    else frame(this.#requests.frame("error", { ...answer.problem, id }));
  }

  async #read({ room, seq }: Sent<"read">): Promise<void> {
    const path = `/rooms/${encodeURIComponent(room ?? "")}/read`;
    await this.#requests.ask(path, { body: { seq }, signal: this.#age.signal });
  }

  async #showHistory({ room, before, after, limit, ref }: Sent<"history">): Promise<void> {
    const { signal } = this.#age;
    const { frame } = this.#listener;
    let from = after == null ? `before=${before}` : `after=${after}`;
    for (;;) {
      const path = `/rooms/${encodeURIComponent(room ?? "")}/messages?${from}&limit=${limit ?? 50}`;
      const answer = await this.#requests.ask(path, { signal });
      if (!answer.ok) return frame(this.#requests.frame("error", { ...answer.problem, ref }));
      const { next, reset } = answer.value as Readonly<Record<string, unknown>>;
      // The last page, of another log or before what was asked for, follows nothing.
      const nothing = reset === true && { messages: [], more: false };
      const page = this.#requests.frame("history", { ...answer.value, room, ref, ...nothing });
      // Forwards changes fill pages, too: who asks for messages is answered by the first page that has some.
      if (page.messages.length > 0 || !page.more) return frame(page);
      from = `after=${next}`;
    }
  }

  #join(join: Join): void {
    const name = join.room as RoomName;
    this.#leave(name);
    const reading = new AbortController();
    const { signal } = reading;
    const room = new HttpRoom({
      room: name,
      requests: this.#requests,
      surroundings: this.#surroundings,
      signal,
      by: this.#rooms.size < roomsHeld ? this.#reads : "pause",
      take: (frame) => signal.aborted || this.#listener.frame(frame),
      streamEnded: (end) => signal.aborted || this.#judgeStreams(end),
    });
    this.#rooms.set(name, { room, reading });
    this.#do(room.read(join), signal);
  }

  #leave(name: RoomName): void {
    this.#rooms.get(name)?.reading.abort();
    this.#rooms.delete(name);
  }

  /** Something on the way holds streams back or cuts them: long polls are left. */
  #judgeStreams(end: StreamEnd): void {
    this.#shortStreams = end === "long" ? 0 : this.#shortStreams + 1;
    if (end !== "mute" && this.#shortStreams < shortStreams) return;
    this.#reads = "poll";
    this.#stopReading();
    this.#age = new AbortController();
    if (!this.#welcome) return;
    this.#listener.moved();
    this.#listener.frame(this.#welcome);
  }

  #admit(welcome: ServerFrameOf<"welcome">): void {
    this.#welcome = welcome;
    this.#requests.token = welcome.token;
    this.#listener.frame(welcome);
  }

  #beatLater(): void {
    this.#cancelBeat();
    this.#cancelBeat = this.#surroundings.after(this.#welcome?.heartbeat_ms ?? 0, () => this.#beat());
  }

  /** Looks after every room, one after the other: what is missing is read again. [R5] */
  #beat(): void {
    if (!this.#welcome) return;
    this.#beatLater();
    const look = async () => {
      for (const { room, reading } of [...this.#rooms.values()]) {
        // A room that is left meanwhile is no broken line.
        await room.look().catch((error: unknown) => {
          if (!reading.signal.aborted) throw error;
        });
      }
    };
    this.#do(look());
  }

  #moveUp(socket: Line, welcome: ServerFrameOf<"welcome">): void {
    this.#socket = socket;
    this.#stop();
    this.#listener.moved();
    this.#listener.frame(welcome);
  }

  /** Waits for what is under way; if it could not be done, the line is broken. */
  #do(underWay: Promise<void>, signal = this.#age.signal): void {
    underWay.catch((error: unknown) => {
      if (!signal.aborted) this.#end(error instanceof PositionLost ? positionLost : broken);
    });
  }

  #end(code: number): void {
    if (this.#ended) return;
    this.close(done);
    this.#listener.closed(code);
  }

  #stop(): void {
    this.#cancelBeat();
    this.#stopReading();
  }

  #stopReading(): void {
    this.#age.abort();
    for (const { reading } of this.#rooms.values()) reading.abort();
    this.#rooms.clear();
  }
}
