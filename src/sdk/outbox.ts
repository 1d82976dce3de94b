import * as v from "valibot";
import { knownFlag, knownMessageId, knownNumber, knownRoom, knownText, optional } from "../protocol/fields.ts";
import type { MessageId } from "../protocol/ids.ts";
import { parseByType } from "../protocol/server-frames.ts";
import type { Outbox, Outgoing } from "./types.ts";

const oldestFirst = (messages: Iterable<Outgoing>): Outgoing[] => [...messages].sort((a, b) => a.at - b.at);

/** Keeps what waits for as long as the program runs. */
export function memoryOutbox(): Outbox {
  const messages = new Map<MessageId, Outgoing>();
  return {
    all: () => oldestFirst(messages.values()),
    add: (message) => void messages.set(message.id, message),
    remove: (id) => void messages.delete(id),
  };
}

/** What {@link webStorageOutbox} needs of a browser's `localStorage` or `sessionStorage`. */
export interface KeyValueStorage {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const sendingFields = { id: knownMessageId, room: knownRoom, at: knownNumber };
const changeFields = { ...sendingFields, target: knownMessageId };
const outgoingSchemas = {
  message: v.object({
    type: v.literal("message"),
    ...sendingFields,
    text: knownText,
    reply_to: optional(knownMessageId),
  }),
  edit: v.object({ type: v.literal("edit"), ...changeFields, text: knownText }),
  delete: v.object({ type: v.literal("delete"), ...changeFields }),
  react: v.object({ type: v.literal("react"), ...changeFields, emoji: knownText, active: knownFlag }),
  topic: v.object({ type: v.literal("topic"), ...sendingFields, text: knownText }),
} as const;

/**
 * Keeps what waits across reloads, under one key a message (`{prefix}{id}`), so that two tabs do not
 * overwrite each other's. Every tab that joins the room sends what it finds; the server stores it
 * once. [S1] Entries that are no messages are dropped. What the storage does not take (full, or
 * forbidden) is kept in memory.
 */
export function webStorageOutbox(storage: KeyValueStorage, prefix = "parlance-outbox:"): Outbox {
  const unstored = new Map<MessageId, Outgoing>();

  /** Reads or writes the storage; a storage that refuses is one that holds nothing. */
  const attempt = <T>(use: () => T): T | undefined => {
    try {
      return use();
    } catch {
      return undefined;
    }
  };

  function stored(): Outgoing[] {
    const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "");
    return keys
      .filter((key) => key.startsWith(prefix))
      .flatMap((key) => {
        const message: Outgoing | undefined = parseByType(outgoingSchemas, storage.getItem(key) ?? "");
        if (message && key === prefix + message.id) return [message];
        storage.removeItem(key);
        return [];
      });
  }

  return {
    all: () => oldestFirst([...(attempt(stored) ?? []), ...unstored.values()]),
    add(message) {
      const written = attempt(() => {
        storage.setItem(prefix + message.id, JSON.stringify(message));
        return true;
      });
      if (!written) unstored.set(message.id, message);
    },
    remove(id) {
      unstored.delete(id);
      attempt(() => storage.removeItem(prefix + id));
    },
  };
}
