import { newEpoch, type RandomBytes, type RoomName, type UserId } from "../protocol/ids.ts";
import type { User } from "../protocol/server-frames.ts";

/** Names one start of one node: `[a-z0-9]{16}`, new each time. */
export type NodeId = string & { readonly brand: "NodeId" };

export const newNodeId = (randomBytes: RandomBytes): NodeId => newEpoch(randomBytes) as string as NodeId;

/** Somebody, and how often they were renamed since they came: of two nodes that call them differently the later is right. */
export type NamedUser = User & { readonly renames?: number | undefined };

/** Somebody who came in; `quiet` right after their node's start, when returns are not told one by one. [K5] */
export type Arrival = NamedUser & { readonly quiet?: true | undefined };

/** Everybody whom a node has in a room; of a large room, how many. */
export type RoomRoll = { readonly room: RoomName } & (
  | { readonly members: readonly NamedUser[] }
  | { readonly count: number }
);

/** Who came and went in a room through a node since it told last; or all of it anew. */
export type RoomChange =
  | RoomRoll
  | { readonly room: RoomName; readonly in: readonly Arrival[]; readonly out: readonly UserId[] };

/** How far a node's news have come: each `news` is one more, and what others have of it is as of one of them. */
interface FromNode {
  readonly node: NodeId;
  readonly version: number;
  /** How many clients have a line to it. */
  readonly lines: number;
}

/**
 * What one node tells the others in passing. None of it is in the log and any of it may be lost, repeated or late: who
 * missed some of a node's news notices by their version, and asks for its roll.
 */
export type Hint =
  | ({
      readonly type: "news";
      readonly changes: readonly RoomChange[];
      readonly renamed: readonly NamedUser[];
    } & FromNode)
  /** Everybody whom a node has, in so many parts. */
  | ({
      readonly type: "roll";
      readonly part: number;
      readonly parts: number;
      readonly rooms: readonly RoomRoll[];
    } & FromNode)
  /** Said from time to time. */
  | ({ readonly type: "alive" } & FromNode)
  /** Asks a node, or every one, for its roll. */
  | { readonly type: "ask"; readonly node: NodeId; readonly of?: NodeId | undefined }
  /** Ends in good order: those who were on it may come back on another one. [K5] */
  | { readonly type: "bye"; readonly node: NodeId }
  | { readonly type: "typing"; readonly node: NodeId; readonly typists: readonly Typist[] }
  /** Something is in the store that was not published: a node is heard again, or did not live to tell of it. */
  | { readonly type: "look" }
  /** A name was claimed or given up, or a session ended: what the store has of people has changed. */
  | { readonly type: "accounts" }
  /** Somebody who is on another node too has read a room so far. [P3] */
  | { readonly type: "read"; readonly user: UserId; readonly room: RoomName; readonly seq: number }
  /** The operator speaks to everybody. */
  | { readonly type: "notice"; readonly node: NodeId; readonly id: string; readonly text: string };

/** Somebody who began or ceased to type. */
export interface Typist {
  readonly room: RoomName;
  readonly user: User;
  readonly active: boolean;
}
