import { unreachable } from "../protocol/codes.ts";
import type { DisplayName, RoomName, UserId } from "../protocol/ids.ts";
import type { User } from "../protocol/server-frames.ts";
import { Delay } from "./delay.ts";
import { Directory, Elsewhere } from "./elsewhere.ts";
import type { Hint, NamedUser, NodeId, Typist } from "./hints.ts";
import { OtherNode } from "./other-node.ts";
import { OwnNews } from "./own-news.ts";
import type { Bus, Clock, Log } from "./ports.ts";

/** How often a node says that it is there, in milliseconds. */
export const aliveMs = 5_000;
/** After so long without a word a node is gone, and its members have left: 30 s with the time between two looks. */
export const silentMs = 25_000;
/** How often a node asks another one for its roll, and tells its own, at the most. */
const rollEveryMs = 1_000;
/** Notices that are remembered, so that none is shown twice. */
const noticesKept = 100;

export interface NodesOptions {
  readonly id: NodeId;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  /** How long the members of a node that ended in good order have to come back on another one. [K5] */
  readonly graceMs: number;
  /** How many clients have a line to this node. */
  readonly lines: () => number;
  /** Somebody is called so on another node. */
  readonly onNamed: (user: NamedUser) => void;
  readonly onTyping: (typist: Typist) => void;
  readonly onNotice: (text: string) => void;
}

/**
 * The other nodes that share the rooms, heard over the bus: who is where, who types, what the operator says. All of it
 * is a hint: what was lost is noticed and asked for again, and a node that is not heard for 30 s is gone. While the bus
 * itself is away nobody goes.
 */
export class Nodes {
  readonly #options: NodesOptions;
  readonly #own: OwnNews;
  readonly #others = new Map<NodeId, OtherNode>();
  readonly #rooms = new Map<RoomName, Elsewhere>();
  readonly #directory = new Directory();
  readonly #partings: Delay;
  readonly #notices = new Set<string>();
  #isHeard = false;
  /** Whether the others were asked for everybody they have. */
  #hasAsked = false;
  #lookedAt: number;
  #rolledAt = Number.NEGATIVE_INFINITY;
  #cancelRoll: (() => void) | undefined;
  #cancelLook: () => void;
  readonly #stops: readonly (() => void)[];

  constructor(options: NodesOptions) {
    this.#options = options;
    const { id: node, bus, clock, lines } = options;
    const tell = (hint: Hint) => bus.tell(hint);
    this.#own = new OwnNews({ node, clock, tell, lines, roomOf: (room) => this.#rooms.get(room)?.here });
    this.#partings = new Delay(clock, options.graceMs);
    this.#lookedAt = clock.monotonic();
    this.#cancelLook = clock.after(aliveMs, () => this.#look());
    this.#stops = [bus.hear((hint) => this.#hear(hint)), bus.watch((isHeard) => this.#takeNote(isHeard))];
  }

  /** How many clients other nodes have, as they said last. */
  get lines(): number {
    return [...this.#others.values()].reduce((sum, { lines }) => sum + lines, 0);
  }

  /** Who is in a room through other nodes; and who hears of those who are here. */
  elsewhere(room: RoomName): Elsewhere {
    const known = this.#rooms.get(room);
    if (known) return known;
    const elsewhere = new Elsewhere(this.#directory, {
      joined: (user, quiet) => this.#own.joined(room, user, quiet),
      left: (id) => this.#own.left(room, id),
    });
    this.#rooms.set(room, elsewhere);
    return elsewhere;
  }

  /** Forgets a room that nobody is in. */
  tidy(room: RoomName): void {
    const elsewhere = this.#rooms.get(room);
    if (elsewhere?.isEmpty && !elsewhere.here) this.#rooms.delete(room);
  }

  /** How many other nodes have in a room. */
  countIn(room: RoomName): number {
    return this.#rooms.get(room)?.countBesides(new Set()) ?? 0;
  }

  /** Somebody who is on another node. */
  find(id: UserId): NamedUser | undefined {
    return this.#directory.find(id);
  }

  /** Somebody who is on another node, by their name. */
  named(name: DisplayName): NamedUser | undefined {
    return this.#directory.named(name);
  }

  tellRenamed(user: NamedUser): void {
    this.#own.renamed(user);
  }

  tellTyping(room: RoomName, user: User, active: boolean): void {
    this.#own.types(room, user, active);
  }

  tellNotice(id: string, text: string): void {
    this.#options.bus.tell({ type: "notice", node: this.#options.id, id, text });
  }

  /** Says goodbye. */
  close(): void {
    this.#own.close();
    this.#options.bus.tell({ type: "bye", node: this.#options.id });
    for (const stop of this.#stops) stop();
    this.#cancelLook();
    this.#cancelRoll?.();
    this.#partings.close();
  }

  #takeNote(isHeard: boolean): void {
    if (isHeard && !this.#isHeard) {
      this.#isHeard = true;
      this.#excuseSilence();
      if (!this.#hasAsked) this.#ask(undefined);
      this.#hasAsked = true;
      this.#own.tellAlive();
    }
    this.#isHeard = isHeard;
  }

  #hear(hint: Hint): void {
    const { id, onTyping, onNotice } = this.#options;
    if (hint.type === "look" || hint.type === "accounts" || hint.type === "read" || hint.node === id) return;
    switch (hint.type) {
      case "news":
      case "roll":
      case "alive":
        return this.#learn(this.#other(hint.node), hint);
      case "ask":
        return hint.of === undefined || hint.of === id ? this.#rollSoon() : undefined;
      case "bye":
        return this.#part(hint.node);
      case "typing":
        for (const typist of hint.typists) onTyping(typist);
        return;
      case "notice":
        if (this.#notices.has(hint.id)) return;
        if (this.#notices.size >= noticesKept) this.#notices.clear();
        this.#notices.add(hint.id);
        return onNotice(hint.text);
      default:
        return unreachable(hint);
    }
  }

  #learn(other: OtherNode, hint: Extract<Hint, { type: "news" | "roll" | "alive" }>): void {
    other.heardAt = this.#options.clock.monotonic();
    other.lines = hint.lines;
    if (hint.type === "news" && !other.hear(hint)) this.#ask(other);
    if (hint.type === "roll") other.read(hint);
    if (hint.type === "alive" && !other.isKnownUpTo(hint.version)) this.#ask(other);
  }

  #other(id: NodeId): OtherNode {
    const known = this.#others.get(id);
    if (known) return known;
    this.#options.log.info({ node: id }, "another server is heard on the bus");
    const other = new OtherNode(id, {
      elsewhere: (room) => this.elsewhere(room),
      named: (user) => this.#options.onNamed(user),
      touched: (room) => {
        this.#own.touched(room);
        this.tidy(room);
      },
    });
    this.#others.set(id, other);
    return other;
  }

  /** Asks a node, or all of them, for who is there. What is lost on the way is asked for with the next sign of life. */
  #ask(other: OtherNode | undefined): void {
    const now = this.#options.clock.monotonic();
    if (other && now - other.askedAt < rollEveryMs) return;
    if (other) other.askedAt = now;
    this.#options.bus.tell({ type: "ask", node: this.#options.id, ...(other && { of: other.id }) });
  }

  #rollSoon(): void {
    if (this.#cancelRoll) return;
    const { clock } = this.#options;
    const wait = Math.max(0, this.#rolledAt + rollEveryMs - clock.monotonic());
    this.#cancelRoll = clock.after(wait, () => {
      this.#cancelRoll = undefined;
      this.#rolledAt = clock.monotonic();
      this.#own.tellRoll();
    });
  }

  /** Its members may come back on another node without having left. [K5] */
  #part(id: NodeId): void {
    const other = this.#others.get(id);
    if (!other) return;
    other.lines = 0;
    this.#partings.add(() => this.#forget(other, "another server has ended"));
  }

  #forget(other: OtherNode, why: string): void {
    if (!this.#others.delete(other.id)) return;
    this.#options.log.info({ node: other.id }, why);
    other.forget();
  }

  #look(): void {
    const now = this.#options.clock.monotonic();
    // This process, or its machine, may have slept: the others did not.
    if (now - this.#lookedAt > 2 * aliveMs) this.#excuseSilence();
    this.#lookedAt = now;
    for (const other of this.#others.values()) {
      const isSilent = this.#isHeard && now - other.heardAt >= silentMs;
      if (isSilent) this.#forget(other, "another server is not heard any more: its members have left");
    }
    this.#own.tellAlive();
    this.#cancelLook = this.#options.clock.after(aliveMs, () => this.#look());
  }

  /** Nobody could be heard: the time in which they were not does not count. */
  #excuseSilence(): void {
    const now = this.#options.clock.monotonic();
    for (const other of this.#others.values()) other.heardAt = now;
  }
}
