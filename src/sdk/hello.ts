import type { ClientFrameInput } from "../protocol/client-frames.ts";
import { protocolVersion } from "../protocol/limits.ts";
import type { ConnectOptions } from "./types.ts";

/** Who somebody is, and what for them is to be spoken by: those of the options that the server is told. */
export type Asker = Pick<ConnectOptions, "key" | "lang"> & { readonly token: string | undefined };

/** Where the greeting of the present line stands. */
export type Greeting =
  | { readonly at: "none" }
  | { readonly at: "asked"; readonly name: string | undefined }
  /** The server did not take the name: it waits for another one. */
  | { readonly at: "refused" };

/** The first word on a line. */
export function helloFrame({ token, key, lang }: Asker, name: string | undefined): ClientFrameInput {
  return {
    type: "hello",
    v: protocolVersion,
    ...(token !== undefined && { token }),
    ...(name !== undefined && { name }),
    ...(key !== undefined && { key }),
    ...(lang !== undefined && { lang }),
  };
}
