import type { ChatError, Refusal } from "../protocol/codes.ts";
import { pairOf } from "../protocol/direct.ts";
import { type MessageId, newMessageId, type RandomBytes, type RoomName } from "../protocol/ids.ts";
import { heartbeatMs, type Limits } from "../protocol/limits.ts";
import type { User } from "../protocol/server-frames.ts";
import { type Bounds, createBounds, takeTurn } from "./bounds.ts";
import { Elsewhere } from "./elsewhere.ts";
import { Finder } from "./finder.ts";
import type { NodeId } from "./hints.ts";
import type { Identity } from "./identity.ts";
import { Lobby } from "./lobby.ts";
import { LogReader } from "./log-reader.ts";
import { LogWriter } from "./log-writer.ts";
import { graceMs, Members } from "./members.ts";
import { Nodes } from "./nodes.ts";
import { showNotice } from "./notices.ts";
import { namedUser, type People, type Person } from "./people.ts";
import {
  type Appended,
  type Bus,
  type Clock,
  type Connection,
  type Log,
  type Metrics,
  type Store,
  StoreError,
  type Tokens,
} from "./ports.ts";
import { countedFor, judgePost, type Post } from "./post.ts";
import { Room } from "./room.ts";
import { Session } from "./session.ts";
import { unavailable } from "./unavailable.ts";

export interface HubOptions {
  readonly store: Store;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly tokens: Tokens;
  /** Keeps names for people, and tells and ends their sessions. */
  readonly identity: Identity;
  readonly randomBytes: RandomBytes;
  readonly limits: Limits;
  /** What the server calls itself in `welcome`. */
  readonly server: { readonly name: string; readonly version: string };
  /** Names that nobody may take. */
  readonly reservedNames: readonly string[];
  /** What this node is called where others may share the store and the bus. */
  readonly node?: NodeId | undefined;
  /** Told of everything that somebody says, before it is judged. */
  readonly onReceived?: ((text: string) => void) | undefined;
}

/** The chat of one node: every room that somebody is in, everybody who is here, and the way into the log. */
export class Hub {
  readonly people: People;
  readonly identity: Identity;
  readonly members: Members;
  readonly limits: Limits;
  readonly server: HubOptions["server"];
  readonly clock: Clock;
  readonly bounds: Bounds;
  readonly metrics: Metrics;
  readonly lobby: Lobby;
  /** Reads rooms for those without a line. */
  readonly reader: LogReader;
  readonly finder: Finder;
  readonly #options: HubOptions;
  readonly #writer: LogWriter;
  readonly #rooms = new Map<RoomName, Room>();
  readonly #sessions = new Set<Session>();
  readonly #nodes: Nodes | undefined;
  readonly #unsubscribe: () => void;
  #cancelHeads: () => void;
  /** Who waits for something to be said is answered when the server stops. [K4] */
  readonly #draining = new AbortController();
  #emptied: () => void = () => {};
  #closing = false;

  constructor(options: HubOptions) {
    this.#options = options;
    this.limits = options.limits;
    this.server = options.server;
    const { tokens, randomBytes, clock, store, bus, log, node, identity } = options;
    this.identity = identity;
    this.#nodes =
      node &&
      new Nodes({
        id: node,
        bus,
        clock,
        log,
        graceMs,
        lines: () => this.#sessions.size,
        onNamed: (user) => this.members.adopt(user),
        onTyping: ({ room, user, active }) => this.#rooms.get(room)?.typing.hear(user, active),
        onNotice: (text) => showNotice(this.#sessions, text),
      });
    this.members = new Members({
      tokens,
      accounts: identity.accounts,
      randomBytes,
      reserved: options.reservedNames,
      elsewhere: (id) => this.#nodes?.find(id),
      clock,
      shared: node && store.names ? { register: store.names, node } : undefined,
      rooms: this.#rooms,
      onLeft: (room) => this.#closeIfEmpty(room),
      onRenamed: (person, asked) => this.#tellRenamed(person, asked),
    });
    this.people = this.members.names.people;
    this.#writer = new LogWriter(options);
    this.metrics = options.metrics;
    this.clock = clock;
    this.bounds = createBounds(options.limits, clock);
    this.reader = new LogReader(this, options.store, this.#draining.signal);
    this.finder = new Finder(this, options.store);
    this.lobby = new Lobby(this, options);
    this.#unsubscribe = bus.subscribe((appends, isOwn) => {
      this.#rooms.get(appends.room)?.deliver(appends);
      if (isOwn) return;
      // What is said through another node counts here too. [N7]
      for (const [index, { user }] of appends.events.entries()) {
        const key = appends.countedFor?.[index] ?? user.id;
        if (key !== false) this.bounds.sends.charge(key);
      }
    });
    this.#cancelHeads = clock.after(heartbeatMs, () => this.#beat());
  }

  /** Every client that has a line to this node. */
  get sessions(): ReadonlySet<Session> {
    return this.#sessions;
  }

  /** How many clients have a line to any node, as far as is known. */
  get linesEverywhere(): number {
    return this.#sessions.size + (this.#nodes?.lines ?? 0);
  }

  /** The rooms that somebody is in. */
  get rooms(): ReadonlyMap<RoomName, Room> {
    return this.#rooms;
  }

  /** How many are in a room, on any node, as far as is known. */
  countIn(name: RoomName): number {
    return this.#rooms.get(name)?.presence.count ?? this.#nodes?.countIn(name) ?? 0;
  }

  /** Somebody who is on another node, by their id or their name, as far as is known. */
  elsewhere({ id, name }: Partial<User>): User | undefined {
    return id ? this.#nodes?.find(id) : name ? this.#nodes?.named(name) : undefined;
  }

  /** How many messages wait for the disk. */
  get waitingMessages(): number {
    return this.#writer.waiting;
  }

  /** Whether what was said last could not be stored. [L3] */
  get isFailing(): boolean {
    return this.#writer.isFailing;
  }

  /** Gives a new line its session. */
  connect(connection: Connection): Session {
    const session = new Session(this, connection);
    this.#sessions.add(session);
    // A line that was accepted late: nobody else will end it. [K4]
    if (this.#closing) this.#options.clock.soon(() => session.close("restarting"));
    return session;
  }

  forget(session: Session): void {
    this.#sessions.delete(session);
    if (this.#sessions.size === 0) this.#emptied();
  }

  /**
   * Says or changes something in a room, which is made if it is new. `settle` is called once with what became of
   * it, before anybody hears it; `id` is the one it has. Refusals: `rate_limited`, `no_such_room`,
   * `empty`, `too_long`, `unavailable`, and those of {@link Appended}. [S1] [E1]
   */
  post(post: Post, settle: (outcome: Appended, id: MessageId | undefined) => void): void {
    const { room, kind = "message", user, text, target } = post;
    if (kind === "message" && post.ts === undefined && !pairOf(room)) this.#options.onReceived?.(text);
    const wait = takeTurn(this.bounds, post, this.identity.accounts);
    const problem: ChatError | undefined =
      wait > 0 ? { code: "rate_limited", retryAfterMs: wait } : judgePost(post, this.limits);
    if (problem) return settle({ ok: false, error: problem }, post.id ?? undefined);
    const { randomBytes, clock, bus } = this.#options;
    const id = post.id ?? newMessageId(randomBytes);
    const ts = post.ts ?? clock.now();
    const draft = { room, id, kind, user, text, ts, ...(target && { target }) };
    const settled = (outcome: Appended) => {
      settle(outcome, id);
      // Stored before, and not read here yet: whoever stored it could not tell of it. [N2]
      if (outcome.ok && outcome.value.dup && this.#rooms.get(room)?.lacks(outcome.value)) bus.tell({ type: "look" });
    };
    this.#writer.append(draft, settled, countedFor(post));
  }

  /** The operator speaks to everybody, on every node. Not stored. */
  notice(text: string): void {
    showNotice(this.#sessions, text);
    this.#nodes?.tellNotice(newMessageId(this.#options.randomBytes), text);
  }

  /** Keeps a room open while somebody is on the way in; {@link release} it after. */
  hold(name: RoomName): Room {
    const room = this.#rooms.get(name) ?? this.#newRoom(name);
    this.#rooms.set(name, room);
    room.holds++;
    return room;
  }

  release(room: Room): void {
    room.holds--;
    this.#closeIfEmpty(room);
  }

  /** Sends everybody in a room away to read it anew, for its log is another one now. [L4] */
  lose(room: Room): void {
    room.isLost = true;
    if (this.#rooms.get(room.name) === room) this.#rooms.delete(room.name);
    this.lobby.markers.forget(room);
    for (const session of this.#sessions) {
      if (session.places.get(room.name)?.room === room) session.close("position_lost");
    }
    room.audience.dismiss("position_lost");
  }

  /** The refusal of what the store could not do, which `text` tells the operator. Throws what is no error of the store's. */
  unavailable(error: unknown, text: string): Refusal {
    if (!(error instanceof StoreError)) throw error;
    this.#options.log.error({ error: error.message }, text);
    return unavailable;
  }

  /** Takes no more sends, and asks every client to come back within `spreadMs`, each at its own moment. [K4] */
  async drain(spreadMs: number): Promise<void> {
    const [most = 0] = new Uint32Array(this.#options.randomBytes(new Uint8Array(4)).buffer);
    let share = most / 2 ** 32;
    for (const session of this.#sessions) {
      // Steps of the golden ratio spread any number of clients evenly.
      share = (share + 0.618_033_988_75) % 1;
      session.send({ type: "reconnect", delay_ms: Math.round(share * spreadMs) });
    }
    await this.#writer.stop();
    this.#draining.abort();
    for (const room of this.#rooms.values()) room.audience.flush();
  }

  /** Ends every line and every timer, after {@link drain}; resolves when the last line is gone. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#unsubscribe();
    this.#cancelHeads();
    for (const session of this.#sessions) session.close("restarting");
    await new Promise<void>((resolve) => {
      this.#emptied = resolve;
      if (this.#sessions.size === 0) resolve();
    });
    this.bounds.silence.close();
    this.bounds.slowReaders.close();
    this.#nodes?.close();
    for (const room of this.#rooms.values()) room.close();
    await this.members.close();
    await this.lobby.close();
  }

  #newRoom(name: RoomName): Room {
    const { store, clock, log, metrics } = this.#options;
    const nodes = this.#nodes;
    const elsewhere = nodes?.elsewhere(name) ?? new Elsewhere();
    const tellTyping = (user: User, active: boolean) => nodes?.tellTyping(name, user, active);
    return new Room({ name, store, clock, log, metrics, elsewhere, tellTyping });
  }

  #tellRenamed(person: Person, asked: boolean): void {
    this.#nodes?.tellRenamed(namedUser(person));
    if (asked) return;
    // Nobody here asked for it, so nothing else would tell them who they are now.
    for (const session of this.#sessions) if (session.person === person) session.sendWelcome();
  }

  #closeIfEmpty(room: Room): void {
    if (room.holds > 0 || room.presence.size > 0 || !room.audience.isEmpty) return;
    if (!room.isLost) this.#rooms.delete(room.name);
    room.close();
    this.#nodes?.tidy(room.name);
  }

  #beat(): void {
    for (const session of this.#sessions) session.sendHeads();
    this.#cancelHeads = this.#options.clock.after(heartbeatMs, () => this.#beat());
  }
}
