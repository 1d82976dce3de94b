import { closeIsFinal } from "../protocol/codes.ts";
import type { RoomName } from "../protocol/ids.ts";
import { roomNameForm } from "../protocol/names.ts";
import { parseServerFrame, type ServerFrame, type ServerFrameOf, type User } from "../protocol/server-frames.ts";
import { Backoff } from "./backoff.ts";
import { done, goingAway, positionLost } from "./close-codes.ts";
import { Emitter } from "./emitter.ts";
import { type Asker, type Greeting, helloFrame } from "./hello.ts";
import { type Line, type LineListener, Link } from "./link.ts";
import { onDemand } from "./on-demand.ts";
import { openRooms } from "./open-rooms.ts";
import { memoryOutbox } from "./outbox.ts";
import { JoinedRoom } from "./room.ts";
import { defaultRetryMs, type OpenLine } from "./sending.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Client, ClientEvents, ConnectOptions, LinkState, Listener, Outbox, Room } from "./types.ts";

/** A line that held this long was no failed attempt. [K3] */
const stableMs = 60_000;

/** A client that keeps coming back: it has one line at a time, and brings its rooms onto each. [K3] */
export class ReturningClient implements Client {
  declare readonly account: Client["account"];
  declare readonly search: Client["search"];
  declare readonly rooms: Client["rooms"];
  declare readonly direct: Client["direct"];
  readonly #surroundings: Surroundings;
  readonly #address: string;
  #options: ConnectOptions;
  readonly #outbox: Outbox;
  readonly #backoff: Backoff;
  readonly #events = new Emitter<ClientEvents>();
  readonly #rooms = new Map<RoomName, JoinedRoom>();
  readonly #unwatch: () => void;
  readonly #listener: LineListener = {
    opened: () => this.#greet(),
    frame: (frame) => this.#take(frame),
    moved: () => this.#halt(),
    closed: (code) => this.#lose(code),
  };
  #state: LinkState = { at: "connecting" };
  #link: Line | undefined;
  /** How often a WebSocket may fail before its greeting until it is not to be had: where there was one, once is a hiccup. */
  #chances = 1;
  /** The present line, once greeted. */
  #line: OpenLine | undefined;
  #welcome: ServerFrameOf<"welcome"> | undefined;
  /** A name asked for that the server has not granted. */
  #wish: string | undefined;
  /** The name of who comes back with a token: theirs if it is free, else another will do. */
  #name: string | undefined;
  #greeting: Greeting = { at: "none" };
  /** The wait that the server asked for before it restarts. */
  #restartMs: number | undefined;
  #refs = 0;
  /** Calls off what is timed: the next attempt or greeting, or the moment when a line counts as stable. */
  #cancelTimer = () => {};

  /** `address` is that of the native gateway. */
  constructor(surroundings: Surroundings, address: string, options: ConnectOptions) {
    this.#surroundings = surroundings;
    this.#address = address;
    this.#options = options;
    this.#outbox = options.outbox ?? memoryOutbox();
    this.#backoff = new Backoff(() => surroundings.random());
    if (options.token === undefined) this.#wish = options.name;
    else this.#name = options.name;
    Object.assign(
      this,
      onDemand({
        address,
        surroundings,
        asker: () => this.#asker(),
        adopt: (welcome) => this.#adopt(welcome),
        join: (room) => this.join(room),
      }),
    );
    this.#link = this.#open();
    this.#unwatch = surroundings.watch({
      online: () => {
        this.retryNow();
        this.#link?.ping();
      },
      visible: () => this.#link?.ping(),
    });
  }

  get state(): LinkState {
    return this.#state;
  }

  get user(): User | undefined {
    return this.#welcome?.user;
  }

  on<E extends keyof ClientEvents>(event: E, listener: Listener<ClientEvents[E]>): () => void {
    return this.#events.on(event, listener);
  }

  join(name: string, options: { readonly history?: number } = {}): Room {
    // The server's refusal has the words for a name that cannot be one.
    const key = roomNameForm(name);
    const newRef = () => `${++this.#refs}`;
    const room = this.#rooms.get(key) ?? new JoinedRoom(key, this.#outbox, this.#surroundings, newRef);
    this.#rooms.set(key, room);
    if (this.#state.at === "closed") room.end();
    else if (!room.wanted) {
      room.want(options.history);
      if (this.#line) room.open(this.#line);
    }
    return room;
  }

  rename(name: string): void {
    this.#wish = name;
    if (this.#line) this.#link?.send({ type: "rename", name });
    else if (this.#greeting.at === "refused") this.#greet();
  }

  setLanguage(lang: string): void {
    this.#options = { ...this.#options, lang };
    // Greeted once more, the server only takes the language; a refused greeting waits for a name.
    if (this.#line) this.#greet();
  }

  retryNow(): void {
    if (this.#state.at === "waiting") this.#attempt();
  }

  close(): void {
    this.#link?.close(done);
    this.#finish(done);
  }

  #attempt(): void {
    this.#cancelTimer();
    this.#become({ at: "connecting" });
    // A listener of that may have closed the client.
    if (this.#state.at === "connecting") this.#link = this.#open();
  }

  #open(): Line {
    return new Link(this.#address, this.#surroundings, this.#listener);
  }

  /** No WebSocket is to be had: goes on over HTTP, if the server can be asked so. */
  #fallBack(): void {
    import("./fallback.ts").then(
      ({ Fallback }) => {
        if (this.#state.at === "closed") return;
        this.#link = new Fallback(this.#address, this.#surroundings, this.#listener, Link, parseServerFrame);
      },
      () => this.#state.at === "closed" || this.#lose(goingAway),
    );
  }

  #greet(): void {
    const name = this.#wish ?? this.#name;
    this.#greeting = { at: "asked", name };
    this.#link?.send(helloFrame(this.#asker(), name));
  }

  #asker(): Asker {
    return { ...this.#options, token: this.#welcome?.token ?? this.#options.token };
  }

  #take(frame: ServerFrame): void {
    switch (frame.type) {
      case "welcome":
        return this.#takeWelcome(frame);
      case "heads":
        for (const [name, head] of Object.entries(frame.rooms)) this.#rooms.get(name as RoomName)?.look(head);
        return;
      case "notice":
        return this.#events.emit("notice", frame);
      case "invited":
        return this.#events.emit("invited", frame);
      case "reconnect":
        this.#restartMs = frame.delay_ms;
        return;
      case "error":
        return this.#takeError(frame);
      case "user_renamed":
        this.#rooms.get(frame.room)?.take(frame);
        return this.#takeOwnName(frame.user);
      default:
        return "room" in frame ? this.#rooms.get(frame.room)?.take(frame) : undefined;
    }
  }

  #takeWelcome(welcome: ServerFrameOf<"welcome">): void {
    this.#welcome = welcome;
    this.#name = welcome.user.name;
    const wish = this.#wish;
    this.#wish = undefined;
    if (!this.#line) {
      const asked = this.#greeting.at === "asked" ? this.#greeting.name : undefined;
      this.#begin(welcome.limits.max_frame);
      if (wish !== undefined && wish !== asked) this.rename(wish);
    }
    this.#events.emit("welcome", welcome);
  }

  /** Goes on as somebody, on a line of their own if that is another person. */
  #adopt(welcome: ServerFrameOf<"welcome">): void {
    const isAnother = welcome.user.id !== this.user?.id;
    this.#welcome = welcome;
    this.#name = welcome.user.name;
    this.#wish = undefined;
    if (!isAnother) return this.#events.emit("welcome", welcome);
    this.#link?.close(done);
    this.#halt();
    if (this.#state.at !== "closed") this.#attempt();
  }

  /** Renamed through another tab or device: to come back with the old name would undo it. */
  #takeOwnName(user: User): void {
    if (!this.#welcome || user.id !== this.user?.id || user.name === this.#name) return;
    this.#name = user.name;
    this.#welcome = { ...this.#welcome, user };
    this.#events.emit("welcome", this.#welcome);
  }

  /** The line is greeted: every room comes back on it. */
  #begin(maxFrame: number): void {
    const link = this.#link;
    if (!link) return;
    const line: OpenLine = { maxFrame, send: (frame) => link.send(frame) };
    this.#line = line;
    if (link.over === "websocket") this.#chances = 2;
    this.#cancelTimer();
    this.#cancelTimer = this.#surroundings.after(stableMs, () => this.#backoff.reset());
    openRooms([...this.#rooms.values()], line);
    this.#become({ at: "open", over: link.over });
  }

  #takeError(error: ServerFrameOf<"error">): void {
    if (!this.#line) return this.#takeRefusedGreeting(error);
    if ([...this.#rooms.values()].some((room) => room.refuse(error))) return;
    if (error.code === "name_taken" || error.code === "bad_name") this.#wish = undefined;
    this.#events.emit("error", error);
  }

  #takeRefusedGreeting(error: ServerFrameOf<"error">): void {
    if (error.code === "rate_limited" || error.code === "unavailable") {
      this.#cancelTimer();
      this.#cancelTimer = this.#surroundings.after(error.retry_after_ms ?? defaultRetryMs, () => this.#greet());
      return;
    }
    this.#greeting = { at: "refused" };
    if (this.#wish === undefined && error.suggestion) return this.rename(error.suggestion);
    this.#events.emit("error", error);
    // Coming back would ask the same. [D6]
    if (["key_required", "session_ended", "banned"].includes(error.code)) this.close();
  }

  #lose(code: number): void {
    if (closeIsFinal(code)) return this.#finish(code);
    const isRefusal = this.#link?.over === "websocket" && !this.#line;
    this.#cancelTimer();
    this.#link = undefined;
    this.#greeting = { at: "none" };
    this.#halt();
    if (code === positionLost) for (const room of this.#rooms.values()) room.forget();
    if (isRefusal && --this.#chances <= 0) return this.#fallBack();
    const delayMs = this.#restartMs ?? this.#backoff.next();
    this.#restartMs = undefined;
    this.#cancelTimer = this.#surroundings.after(delayMs, () => this.#attempt());
    this.#become({ at: "waiting", retryAt: this.#surroundings.now() + delayMs });
  }

  /** Nothing more comes from the rooms until they are joined again. */
  #halt(): void {
    this.#line = undefined;
    for (const room of this.#rooms.values()) room.lose();
  }

  #finish(code: number): void {
    if (this.#state.at === "closed") return;
    this.#cancelTimer();
    this.#unwatch();
    this.#link = undefined;
    this.#line = undefined;
    for (const room of this.#rooms.values()) room.end();
    this.#become({ at: "closed", code });
  }

  #become(state: LinkState): void {
    this.#state = state;
    this.#events.emit("state", state);
  }
}
