import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";
import { hostname } from "node:os";
import type { ChatError } from "../protocol/codes.ts";

/** Who is let in, beyond this machine's own names and pages. */
export interface EntranceOptions {
  readonly allowHosts: readonly string[];
  readonly allowOrigins: readonly string[];
}

export type Entry =
  /** `corsOrigin`: the page's origin, where its scripts may read the answer. */
  | { readonly ok: true; readonly corsOrigin?: string }
  | { readonly ok: false; readonly error: ChatError; readonly flag?: string };

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");
loopback.addSubnet("::ffff:127.0.0.0", 104, "ipv6");

export const isLoopback = (address: string): boolean => {
  const version = isIP(address);
  return version !== 0 && loopback.check(address, version === 6 ? "ipv6" : "ipv4");
};

const localNames = new Set(["localhost", hostname().toLowerCase(), `${hostname().toLowerCase()}.local`]);
const isLocalPage = ({ hostname: name }: URL): boolean => name === "localhost" || isLoopback(bare(name));

/** An IPv6 address without its brackets. */
const bare = (host: string): string => (host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host);

/** The host of a request: that of a target in absolute form, if it has one, whatever `Host` says. RFC 9112 §3.2.2 */
const hostOf = ({ url = "", headers }: IncomingMessage): string | undefined =>
  /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1] ?? headers.host;

/** A `Host` header as a URL reads it, which also checks its form. */
function parseHost(header = ""): URL | undefined {
  if (/[/?#@\\\s]/.test(header)) return undefined;
  const url = `http://${header}`;
  return URL.canParse(url) ? new URL(url) : undefined;
}

/**
 * Judges a request or an upgrade by where it says it comes from, before anything else is done with
 * it: a foreign web page must not join or post to a chat on its visitor's own machine, neither by
 * DNS rebinding (`Host`) nor straight (`Origin`, `Sec-Fetch-Site`). Programs send no `Origin`, and
 * are let in as guests. [D1] [D2]
 */
export function judgeEntry(request: IncomingMessage, options: EntranceOptions): Entry {
  const { headers, rawHeaders } = request;
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host").length;
  const host = parseHost(hostOf(request));
  if (hosts !== 1 || !host) return { ok: false, error: { code: "bad_frame", params: { field: "Host" } } };
  const name = host.hostname.replace(/\.$/, "");
  const isKnown = isIP(bare(name)) !== 0 || localNames.has(name) || options.allowHosts.includes(name);
  if (!isKnown) {
    return { ok: false, error: { code: "forbidden_host", params: { host: name } }, flag: `--allow-host ${name}` };
  }
  const { origin } = headers;
  if (origin === undefined) {
    if (headers["sec-fetch-site"] !== "cross-site" || isPageNavigation(request)) return { ok: true };
    return { ok: false, error: { code: "forbidden_origin", params: { origin: "another site" } } };
  }
  if (options.allowOrigins.includes(origin) || isOwnOrigin(origin, host, request))
    return { ok: true, corsOrigin: origin };
  return { ok: false, error: { code: "forbidden_origin", params: { origin } }, flag: `--allow-origin ${origin}` };
}

const forwarding = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

/** Whether a request is from this machine: loopback at both ends, and through no proxy. [D1] */
export function isFromHere({ headers, socket }: IncomingMessage): boolean {
  const host = headers.host === undefined ? undefined : parseHost(headers.host);
  if (!host || !isLocalPage(host) || !isLoopback(socket.remoteAddress ?? "")) return false;
  return forwarding.every((name) => headers[name] === undefined);
}

/** Whether it is from a program on this machine, and no page. [D1] */
export const isLocalProgram = (request: IncomingMessage): boolean =>
  isFromHere(request) && ["origin", "sec-fetch-site"].every((name) => request.headers[name] === undefined);

/** Somebody follows a link to the page from elsewhere. */
const isPageNavigation = ({ method, headers }: IncomingMessage): boolean =>
  method === "GET" && headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document";

/** The page of the host asked for; on this machine also one that a developer serves from another port. */
function isOwnOrigin(origin: string, host: URL, { socket }: IncomingMessage): boolean {
  if (!URL.canParse(origin)) return false;
  const page = new URL(origin);
  if (page.protocol !== "http:" && page.protocol !== "https:") return false;
  if (page.host === host.host) return true;
  // Proxies that end TLS may name its port, which a browser leaves out.
  if (page.protocol === "https:" && `${page.host}:443` === host.host) return true;
  return isLocalPage(page) && isLocalPage(host) && isLoopback(socket.remoteAddress ?? "");
}
