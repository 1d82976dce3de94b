import type { ClientFrameInput } from "../protocol/client-frames.ts";
import type { Request } from "./http-requests.ts";

/** What becomes an event of the log. */
export type Told = Extract<ClientFrameInput, { type: "message" | "edit" | "delete" | "react" | "topic" }>;

/** The request within a room that does the same as a frame. [E1] */
export function requestOf(told: Told): Pick<Request, "method" | "body"> & { readonly path: string } {
  switch (told.type) {
    case "message":
      return { path: "/messages", body: { text: told.text, reply_to: told.reply_to } };
    case "edit":
      return { method: "PATCH", path: `/messages/${told.target}`, body: { text: told.text } };
    case "delete":
      return { method: "DELETE", path: `/messages/${told.target}` };
    case "react": {
      // Half a character has no place in an address: the server is to refuse it, or it would be tried for ever.
      const path = `/messages/${told.target}/reactions/${encodeURIComponent(told.emoji.toWellFormed())}`;
      return { method: told.active === false ? "DELETE" : "PUT", path };
    }
    case "topic":
      return { method: "PUT", path: "/topic", body: { text: told.text } };
    default:
      return told satisfies never;
  }
}
