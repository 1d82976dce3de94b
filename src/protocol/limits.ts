/** Bounds that hold for every gateway; 0 lifts one. */
export interface Limits {
  /** Bytes of one inbound frame, line or request body. Past it: close 1009 or 413. */
  readonly maxFrame: number;
  /** Code points of one message's text. Past it: `too_long`. */
  readonly maxText: number;
  /** Rooms that one connection may have joined. Past it: `too_many_rooms`. */
  readonly maxJoins: number;
  /** Bytes waiting for one slow reader, past a quarter of which typing and presence are left out. Past it: close 4103. [B1] */
  readonly maxQueue: number;
  /** Milliseconds that something may wait for a slow reader. Past it: close 4103; lifted with `maxQueue`. [B1] */
  readonly maxQueueMs: number;
  /** Messages a second, after a burst, of one person (or address, or local program). Past it: `rate_limited`, or not read. */
  readonly sendRate: number;
  readonly sendBurst: number;
  /** Other frames a second, after a burst, of one connection. Past it: close 4102. */
  readonly frameRate: number;
  readonly frameBurst: number;
  /** Connections of one IPv4 address or IPv6 /64. Past it: 429 in the handshake. */
  readonly maxPerAddress: number;
}

export const defaultLimits: Limits = {
  maxFrame: 64 * 1024,
  maxText: 4096,
  maxJoins: 128,
  maxQueue: 1024 * 1024,
  maxQueueMs: 10_000,
  sendRate: 2,
  sendBurst: 20,
  frameRate: 20,
  // More than the rooms that somebody may come back to at once.
  frameBurst: 200,
  maxPerAddress: 256,
};

/** Events that a resume replays at the most; a position further back gets `too_far`. [R2] */
export const replayLimit = 300;
/** Messages of a history page: what a native client may ask for, and what it gets unasked. */
export const historyLimit = 100;
export const historyDefault = 50;
/** Rooms of one page of their list. */
export const roomsLimit = 200;
/** Messages of one answer over HTTP. */
export const pollLimit = 1000;
export const pollDefault = 100;
/** Code points of one search. Past it: `too_long`. */
export const searchTextLimit = 256;
/** Messages of one page of what is found: what one may ask for, and what one gets unasked. */
export const searchLimit = 100;
export const searchDefault = 20;
/** A page ends early past this many bytes of text, and says `more`. [R2] */
export const pageBytes = 256 * 1024;
/** Members past which a room tells its count instead of who came and went. */
export const presenceListLimit = 200;
/** A typing notice lapses this long after it was last repeated. */
export const typingLapseMs = 6_000;
/** How often each joined room's position is told, so that a client behind finds out. [R5] */
export const heartbeatMs = 25_000;
/** Frames that are not of this protocol before a connection is closed with 4000. */
export const badFrameLimit = 5;
/** The version of the native protocol. */
export const protocolVersion = 1;
/** Messages of one request of an import. */
export const importLimit = 500;
/** Its bytes: room for as many of the longest messages as people write in earnest; further ones come in further requests. */
export const importBytes = 8 * 1024 * 1024;
