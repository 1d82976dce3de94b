import { isIP } from "node:net";
import { isLanguage, type Language, languages } from "../locales/words.ts";
import { defaultLimits, type Limits } from "../protocol/limits.ts";

const logLevels = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** How one thing is set: by its flag, else by its environment variable, else it has its default. */
export interface Setting<T> {
  readonly flag: `--${string}`;
  readonly variable: `PARLANCE_${string}`;
  /** What stands for the value in the help: `<number>`; `""` for a flag that stands for itself, and is `true`. */
  readonly placeholder: string;
  readonly doc: string;
  /** What a good value is, to follow “takes”. */
  readonly takes: string;
  /** Whether the flag may be given several times; its variable then separates values by commas. */
  readonly repeatable: boolean;
  /** A value that is not to be repeated, not even where it is a bad one. [D7] */
  readonly isSecret?: true;
  readonly default: readonly T[];
  /** The value that a text stands for; `undefined` for a text that is none. */
  readonly parse: (text: string) => T | undefined;
}

const setting = <T>(definition: Setting<T>): Setting<T> => definition;

const wholeNumber = (text: string, max = Number.MAX_SAFE_INTEGER): number | undefined => {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return number <= max ? number : undefined;
};

const decimal = (text: string): number | undefined => (/^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : undefined);

const oneOf =
  <T extends string>(choices: readonly T[]) =>
  (text: string): T | undefined =>
    choices.find((choice) => choice === text);

const folder = (text: string): string | undefined => (text.includes("\0") ? undefined : text);

const hostName = /^(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?$/i;

/** An IP address, in brackets or not, or a host name; lower-case. */
function parseHost(text: string): string | undefined {
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  return isIP(bare) || hostName.test(bare) ? bare.toLowerCase() : undefined;
}

/** An origin as browsers write it: lower-case, without a default port or a path. */
function parseOrigin(text: string): string | undefined {
  if (text === "null") return text;
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s]+\/?$/i.test(text) || !URL.canParse(text)) return undefined;
  const { origin } = new URL(text);
  // A scheme that the URL standard does not know (a browser extension's) has no origin there, but is sent as one.
  return origin === "null" ? text.toLowerCase().replace(/\/$/, "") : origin;
}

/** The address of a database or a bus: one of `schemes`, and a host. */
function parseService(text: string, schemes: readonly string[]): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, host } = new URL(text);
  return schemes.includes(protocol) && host !== "" ? text : undefined;
}

/** An IP address or a subnet, or a name for some subnets that everybody has. */
function parseProxy(text: string): string | undefined {
  if (["loopback", "linklocal", "uniquelocal"].includes(text)) return text;
  const [address = "", bits, ...rest] = text.split("/");
  const version = isIP(address);
  const longest = version === 6 ? 128 : 32;
  return version !== 0 && rest.length === 0 && (bits === undefined || wholeNumber(bits, longest) !== undefined)
    ? text
    : undefined;
}

const limit = (flag: Setting<number>["flag"], key: keyof Limits, doc: string, kind: "whole" | "any" = "whole") =>
  setting({
    flag,
    variable: `PARLANCE_${flag.slice(2).toUpperCase().replaceAll("-", "_")}`,
    placeholder: "<number>",
    doc: `${doc}; 0 lifts the bound`,
    takes: kind === "whole" ? "a whole number, 0 for no bound" : "a number such as 0.5, 0 for no bound",
    repeatable: false,
    default: [defaultLimits[key]],
    parse: kind === "whole" ? (text) => wholeNumber(text) : decimal,
  });

/** `"none"` is kept as it is, for `undefined` stands for a text that is no value. */
const tcpPort = (flag: Setting<number>["flag"], variable: Setting<number>["variable"], port: number, what: string) =>
  setting<number | "none">({
    flag,
    variable,
    placeholder: "<number>",
    doc: `port of ${what}; 0 is any free one, none is off`,
    takes: "a port from 0 to 65535, or none",
    repeatable: false,
    default: [port],
    parse: (text) => (text === "none" ? text : wholeNumber(text, 65_535)),
  });

/** The one table of what can be set: the help, the flags and the environment are all read by it. */
export const settings = {
  ports: setting({
    flag: "--port",
    variable: "PARLANCE_PORT",
    placeholder: "<number>",
    doc: "port to listen on; 0 is any free one",
    takes: "a port from 0 to 65535",
    repeatable: true,
    default: [8765],
    parse: (text) => wholeNumber(text, 65_535),
  }),
  tcpPort: tcpPort("--tcp-port", "PARLANCE_TCP_PORT", 12_345, "TCP chat"),
  tcpEchoPort: tcpPort("--tcp-echo-port", "PARLANCE_TCP_ECHO_PORT", 12_346, "the TCP echo"),
  hosts: setting({
    flag: "--host",
    variable: "PARLANCE_HOST",
    placeholder: "<address>",
    doc: "address to listen on; 0.0.0.0 and :: are all of this machine's",
    takes: "an IP address or a host name, without a port",
    repeatable: true,
    default: ["127.0.0.1", "::1"],
    parse: parseHost,
  }),
  data: setting({
    flag: "--data",
    variable: "PARLANCE_DATA",
    placeholder: "<folder>",
    doc: "folder that the history lives in",
    takes: "the path of a folder",
    repeatable: false,
    default: ["./data"],
    parse: folder,
  }),
  store: setting({
    flag: "--store",
    variable: "PARLANCE_STORE",
    placeholder: "<url>",
    doc: "Postgres database that the history lives in, in place of the folder; several servers may share it",
    takes: "an address such as postgres://user:password@host/database",
    repeatable: false,
    isSecret: true,
    default: [],
    parse: (text) => parseService(text, ["postgres:", "postgresql:"]),
  }),
  bus: setting({
    flag: "--bus",
    variable: "PARLANCE_BUS",
    placeholder: "<url>",
    doc: "NATS by which servers that share a database hear of one another's messages at once",
    takes: "an address such as nats://host:4222 or tls://user:password@host",
    repeatable: false,
    isSecret: true,
    default: [],
    parse: (text) => parseService(text, ["nats:", "tls:"]),
  }),
  lang: setting<Language>({
    flag: "--lang",
    variable: "PARLANCE_LANG",
    placeholder: "<language>",
    doc: `language of the server's own words: ${languages.join(", ")}`,
    takes: `one of ${languages.join(", ")}`,
    repeatable: false,
    default: ["en"],
    parse: (text) => (isLanguage(text) ? text : undefined),
  }),
  allowHosts: setting({
    flag: "--allow-host",
    variable: "PARLANCE_ALLOW_HOST",
    placeholder: "<name>",
    doc: "further host name that this server answers to",
    takes: "a host name, without a port",
    repeatable: true,
    default: [],
    parse: parseHost,
  }),
  allowOrigins: setting({
    flag: "--allow-origin",
    variable: "PARLANCE_ALLOW_ORIGIN",
    placeholder: "<origin>",
    doc: "further origin whose pages may use this server; null is pages opened as files",
    takes: "an origin such as https://example.org, or null",
    repeatable: true,
    default: [],
    parse: parseOrigin,
  }),
  accessKey: setting({
    flag: "--access-key",
    variable: "PARLANCE_ACCESS_KEY",
    placeholder: "<key>",
    doc: "key that everybody must give who comes in; the variable keeps it out of the list of processes",
    takes: "a text without control characters",
    repeatable: false,
    isSecret: true,
    default: [],
    parse: (text) => (text.trim() === "" || /\p{Cc}/u.test(text) ? undefined : text),
  }),
  trustProxies: setting({
    flag: "--trust-proxy",
    variable: "PARLANCE_TRUST_PROXY",
    placeholder: "<address>",
    doc: "address or subnet of a proxy whose X-Forwarded-For is believed",
    takes: "an IP address, a subnet such as 10.0.0.0/8, or loopback, linklocal, uniquelocal",
    repeatable: true,
    default: [],
    parse: parseProxy,
  }),
  maxFrame: limit("--max-frame", "maxFrame", "bytes of one frame, line or request body"),
  maxText: limit("--max-text", "maxText", "characters of one message"),
  maxJoins: limit("--max-joins", "maxJoins", "rooms that one connection may have joined"),
  maxQueue: limit("--max-queue", "maxQueue", "bytes that may wait for one slow reader"),
  sendRate: limit("--send-rate", "sendRate", "messages a second that one person may send", "any"),
  sendBurst: limit("--send-burst", "sendBurst", "messages that one person may send at once before that"),
  maxPerAddress: limit("--max-per-address", "maxPerAddress", "connections of one address that is not this machine's"),
  drain: setting({
    flag: "--drain",
    variable: "PARLANCE_DRAIN",
    placeholder: "<seconds>",
    doc: "seconds over which clients come back after the server stopped, each at its own moment",
    takes: "a number of seconds from 0 to 3600",
    repeatable: false,
    default: [5],
    parse: (text) => (/^\d+(\.\d+)?$/.test(text) && Number(text) <= 3600 ? Number(text) : undefined),
  }),
  logLevel: setting<LogLevel>({
    flag: "--log-level",
    variable: "PARLANCE_LOG_LEVEL",
    placeholder: "<level>",
    doc: `least level that is logged: ${logLevels.join(", ")}`,
    takes: `one of ${logLevels.join(", ")}`,
    repeatable: false,
    default: ["info"],
    parse: oneOf(logLevels),
  }),
  metricsToken: setting({
    flag: "--metrics-token",
    variable: "PARLANCE_METRICS_TOKEN",
    placeholder: "<token>",
    doc: "token that opens /metrics to who is not on this machine; the variable keeps it out of the process list",
    takes: "at least 16 letters, digits or any of ._~+/=-",
    repeatable: false,
    isSecret: true,
    default: [],
    // What `Authorization: Bearer` can carry. RFC 6750 §2.1
    parse: (text) => (/^[A-Za-z0-9._~+/-]{16,}=*$/.test(text) ? text : undefined),
  }),
  transcripts: setting({
    flag: "--transcripts",
    variable: "PARLANCE_TRANSCRIPTS",
    placeholder: "<folder>",
    doc: "folder in which a readable transcript of every room is kept",
    takes: "the path of a folder",
    repeatable: false,
    default: [],
    parse: folder,
  }),
  console: setting<boolean>({
    flag: "--console",
    variable: "PARLANCE_CONSOLE",
    placeholder: "",
    doc: "broadcast each line of standard input also where it is no terminal",
    takes: "true or false",
    repeatable: false,
    default: [false],
    parse: (text) => (text === "true" || text === "false" ? text === "true" : undefined),
  }),
} as const;

export type SettingKey = keyof typeof settings;
export const settingKeys = Object.keys(settings) as readonly SettingKey[];
