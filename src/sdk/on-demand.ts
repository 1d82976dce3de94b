import { parseServerFrame, type ServerFrameOf } from "../protocol/server-frames.ts";
import type { Asker } from "./hello.ts";
import type { Surroundings } from "./surroundings.ts";
import { ChatRefusal, type Client, type Room } from "./types.ts";

/** What of its client a part has that is loaded when it is first asked for. */
export interface OnDemandParts {
  /** That of the native gateway. */
  readonly address: string;
  readonly surroundings: Surroundings;
  /** How this person is known now. */
  readonly asker: () => Asker;
  /** Goes on as whom the server has welcomed. */
  readonly adopt: (welcome: ServerFrameOf<"welcome">) => void;
  readonly join: (room: string) => Room;
  // The SDK's own, handed over: a value from the modules of its first load would make bundlers split it in two.
  readonly parse: typeof parseServerFrame;
  readonly Refusal: typeof ChatRefusal;
}

/** What a client asks by requests of their own, whatever carries the line. */
export function onDemand(
  client: Omit<OnDemandParts, "parse" | "Refusal">,
): Pick<Client, "account" | "search" | "rooms" | "direct"> {
  const parts: OnDemandParts = { ...client, parse: parseServerFrame, Refusal: ChatRefusal };
  const load = () => import("./asks.ts");
  return {
    account: async () => new (await load()).HttpAccount(parts),
    search: async (text, options = {}) => (await load()).search(parts, text, options),
    rooms: async (options = {}) => (await load()).listRooms(parts, options),
    direct: async (user) => (await load()).joinDirect(parts, user),
  };
}
