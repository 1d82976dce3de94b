import { parseServerAddress } from "./talk.ts";

/** Where a server of bare text is: a WebSocket's URL, or a TCP port. */
export type BareAddress = { readonly url: string } | { readonly host: string; readonly port: number };

/** A WebSocket's address as people write it: a ws, wss, http or https URL, or `host:port` alone. */
export function parsePlainAddress(text: string): BareAddress | undefined {
  const url = parseServerAddress(text);
  return url === undefined ? undefined : { url: url.replace(/^http/i, "ws") };
}

/** `host:port`; an IPv6 address stands in brackets. */
export function parseTcpAddress(text: string): BareAddress | undefined {
  const [, host, port] = /^([^/?#@\s]+):(\d{1,5})$/.exec(text) ?? [];
  // As URLs write hosts, so that one in any script is found.
  if (!host || !URL.canParse(`http://${host}:${port}`)) return undefined;
  return { host: new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, ""), port: Number(port) };
}
