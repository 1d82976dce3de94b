/**
 * What the events of a room's log are: something said; a change to a message that was said before; or what the room is
 * about from then on. Each has a `seq` of its own and is resumed like any other. [E1]
 */
export const eventKinds = ["message", "edit", "delete", "react", "unreact", "topic"] as const;
export type EventKind = (typeof eventKinds)[number];

/** Whether an event changes a message that was said before. */
export const isChange = (kind: EventKind): boolean => kind !== "message" && kind !== "topic";

/** Whether only the author of a message may change it so. */
export const isAuthorsAlone = (kind: EventKind): boolean => kind === "edit" || kind === "delete";

/** Whether the text of an event was erased with the message that it belongs to: neither kind is ever said without one. [E3] */
export const isErased = ({ kind, text }: { readonly kind: EventKind; readonly text: string }): boolean =>
  text === "" && (kind === "message" || kind === "edit");

/** How many different emoji a message can have, and how many reactions all together. Past it: `too_many_reactions`. */
export const reactionKindsLimit = 20;
export const reactionsLimit = 500;
/** Code points of a room's topic. Past it: `too_long`. */
export const topicLimit = 250;
