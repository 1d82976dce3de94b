import { encodeHint } from "../../src/bus/nats-hints.ts";
import { encodeAppends } from "../../src/bus/nats-payload.ts";
import type { Hint, NodeId, RoomRoll } from "../../src/core/hints.ts";
import type { StoredEvent } from "../../src/core/ports.ts";
import type { DisplayName, Epoch, MessageId, RoomName, UserId } from "../../src/protocol/ids.ts";
import type { User } from "../../src/protocol/server-frames.ts";

/** How members are spread: each in a room by chance, or the people of a room all on one node. */
export type Placement = "anywhere" | "by room";

export interface ClusterSize {
  readonly nodes: number;
  readonly connectionsPerNode: number;
  readonly roomsPerNode: number;
  readonly placement: Placement;
}

export const roomName = (n: number) => `room-${n}` as RoomName;
const nodeName = (n: number) => `node${String(n).padStart(12, "0")}` as NodeId;
const userOf = (node: number, n: number): User => ({
  id: `u_${String(node).padStart(6, "0")}${String(n).padStart(14, "0")}` as UserId,
  name: `Guest ${node}-${n}` as DisplayName,
});

/** The room that a node's member is in. Members by chance are spread the same way each time. */
export function roomOf(size: ClusterSize, node: number, member: number): number {
  if (size.placement === "by room") return node * size.roomsPerNode + (member % size.roomsPerNode);
  // Bits well mixed, so that rooms are as unequal as by chance. https://github.com/aappleby/smhasher/wiki/MurmurHash3
  let drawn = Math.imul(node * size.connectionsPerNode + member + 1, 2_654_435_761);
  drawn = Math.imul(drawn ^ (drawn >>> 16), 0x85ebca6b);
  drawn = Math.imul(drawn ^ (drawn >>> 13), 0xc2b2ae35);
  drawn = (drawn ^ (drawn >>> 16)) >>> 0;
  return Math.floor((drawn / 2 ** 32) * size.nodes * size.roomsPerNode);
}

/** Another node of the simulated cluster: it has no members but by name, and says what a real one would say of them. */
export class Peer {
  readonly #size: ClusterSize;
  readonly #node: number;
  #version = 1;

  constructor(size: ClusterSize, node: number) {
    this.#size = size;
    this.#node = node;
  }

  /** Everybody whom it has, in parts as a real node tells it. */
  *roll(peoplePerPart: number): Generator<Uint8Array> {
    const rooms = new Map<number, User[]>();
    for (let member = 0; member < this.#size.connectionsPerNode; member++) {
      const room = roomOf(this.#size, this.#node, member);
      const members = rooms.get(room) ?? [];
      rooms.set(room, members);
      members.push(userOf(this.#node, member));
    }
    const parts: RoomRoll[][] = [[]];
    let people = 0;
    for (const [room, members] of rooms) {
      people += 1 + members.length;
      if (people > peoplePerPart) {
        parts.push([]);
        people = 1 + members.length;
      }
      parts.at(-1)?.push({ room: roomName(room), members });
    }
    for (const [part, some] of parts.entries()) {
      yield encodeHint({ type: "roll", ...this.#from(), part, parts: parts.length, rooms: some });
    }
  }

  /** One of its members comes, or goes. */
  change(member: number, comes: boolean): Uint8Array {
    const user = userOf(this.#node, member);
    const room = roomName(roomOf(this.#size, this.#node, member));
    this.#version++;
    const change = { room, in: comes ? [user] : [], out: comes ? [] : [user.id] };
    return encodeHint({ type: "news", ...this.#from(), changes: [change], renamed: [] });
  }

  /** Says that it is there. */
  alive(): Uint8Array {
    return encodeHint({ type: "alive", ...this.#from() });
  }

  #from(): Pick<Extract<Hint, { type: "alive" }>, "node" | "version" | "lines"> {
    return { node: nodeName(this.#node), version: this.#version, lines: this.#size.connectionsPerNode };
  }
}

/** A message that was stored through another node. */
export function news(room: number, epoch: Epoch, seq: number): Uint8Array {
  const name = roomName(room);
  const event: StoredEvent = {
    room: name,
    seq,
    id: `${room}-${seq}-simulated-message` as MessageId,
    kind: "message",
    user: userOf(1, seq),
    text: `#${seq} what people say to one another is about this long`,
    ts: 1_763_595_996_000 + seq,
  };
  return encodeAppends({ room: name, epoch, events: [event] }, 1024 * 1024);
}
