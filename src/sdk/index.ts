export type { ErrorCode } from "../protocol/codes.ts";
export type { DisplayName, MessageId, RoomName, SessionId, UserId } from "../protocol/ids.ts";
export type { MessageFrame, Reaction, ServerFrameOf, SessionInfo, User } from "../protocol/server-frames.ts";
export { changed } from "./changed.ts";
export { connect } from "./connect.ts";
export { type KeyValueStorage, memoryOutbox, webStorageOutbox } from "./outbox.ts";
export * from "./types.ts";
