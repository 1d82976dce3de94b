import type { DisplayName, RoomName, UserId } from "../protocol/ids.ts";
import type { User } from "../protocol/server-frames.ts";

/** Unread messages are counted up to here. */
export const unreadLimit = 1_000;
/** Changes of messages are told from messages up to so many of one room; further ones count as messages. */
export const changesLimit = 10_000;

/** Up to where somebody has read a room, and how many messages there are after that, at most {@link unreadLimit}. */
export interface ReadState {
  readonly seq: number;
  readonly unread: number;
}

/** A person's place in a room's log: everything up to it is read. */
export interface ReadMarker {
  readonly user: UserId;
  readonly room: RoomName;
  readonly seq: number;
}

/** A place in the list of rooms: what comes after it was active earlier. */
interface ListCursor {
  /** When the last message came, in milliseconds since 1970; 0 for a room without any. */
  readonly active: number;
  /** Tells rooms that were active in the same millisecond apart. */
  readonly id: number;
}

/** A room, as the list of rooms tells it to one person. */
export interface ListedRoom extends ListCursor {
  readonly room: RoomName;
  readonly head: number;
  readonly topic?: string;
  /** What the other one of a direct conversation was called last, if that is known. */
  readonly otherName?: DisplayName;
  readonly read?: ReadState;
}

/** Which rooms there are and what people have read of them: what stands beside the logs. [P1] [P2] [P3] */
export interface RoomDirectory {
  /**
   * The public rooms and, of a person, the direct conversations in which something was said, by latest message: the
   * first `limit` of them, or the first after a place. `more`: whether there are further ones.
   */
  list(request: {
    readonly user: UserId | undefined;
    readonly after: ListCursor | undefined;
    readonly limit: number;
  }): Promise<{ readonly rooms: readonly ListedRoom[]; readonly more: boolean }>;
  /** How far each has read their room, counted up to the event `upTo`; in the order asked. */
  readStates(
    asked: readonly { readonly user: UserId; readonly room: RoomName; readonly upTo: number }[],
  ): Promise<readonly (ReadState | undefined)[]>;
  /** Moves markers forward, never back and never past the head, all in one commit; of rooms that are not there, none. */
  markRead(markers: readonly ReadMarker[]): Promise<void>;
  /** Notes what people of a direct conversation are called now; both of them, as far as it was ever noted. */
  nameDirect(room: RoomName, users: readonly User[]): Promise<readonly User[]>;
}
