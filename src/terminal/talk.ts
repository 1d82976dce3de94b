import { serverWords } from "../locales/server.ts";
import type { Language } from "../locales/words.ts";
import type { DisplayName, RoomName } from "../protocol/ids.ts";
import { parseDisplayName, parseRoomName } from "../protocol/names.ts";

const defaultServer = "ws://localhost:8765";

/** Where to talk, and as whom. */
export interface Talk {
  /** A ws, wss, http or https URL. */
  readonly server: string;
  readonly room: RoomName;
  readonly name: DisplayName | undefined;
  /** The server's access key. [D6] */
  readonly key: string | undefined;
  readonly language: Language;
}

/** A server's address as people write it: a URL, or `host:port` alone. `undefined` for what is neither. */
export function parseServerAddress(text: string): string | undefined {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `ws://${text}`;
  if (!URL.canParse(url)) return undefined;
  const { protocol, hash } = new URL(url);
  return ["ws:", "wss:", "http:", "https:"].includes(protocol) && hash === "" ? url.replace(/\/$/, "") : undefined;
}

/** Checks what was given on the command line; `message` is one line that says what is wrong. */
export function parseTalk(given: {
  readonly server?: string;
  readonly roomName: string;
  readonly name?: string;
  readonly key?: string | undefined;
  readonly language: Language;
}): { readonly ok: true; readonly value: Talk } | { readonly ok: false; readonly message: string } {
  const { language, key } = given;
  const words = serverWords[language];
  const server = parseServerAddress(given.server ?? defaultServer);
  if (!server) return { ok: false, message: `--server takes an address such as ${defaultServer}.` };
  const room = parseRoomName(given.roomName);
  if (!room.ok) return { ok: false, message: words("error.bad_room") };
  const name = given.name === undefined ? undefined : parseDisplayName(given.name);
  if (name?.ok === false) return { ok: false, message: words("error.bad_name") };
  return { ok: true, value: { server, room: room.value, name: name?.value, key, language } };
}
