import { isIP } from "node:net";
import { isLanguage, type Language, languages } from "../locales/words.ts";
import { defaultLimits, type Limits } from "../protocol/limits.ts";

const logLevels = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** Everything that can be set about a server, parsed: what is made from it trusts it. */
export interface Config {
  /** Where the listener is to be had; 0 is any free port. Never empty. */
  readonly ports: readonly number[];
  /** The ports of TCP chat and of the TCP echo; 0 is any free port, `undefined` for a gateway that is off. */
  readonly tcpPort: number | undefined;
  readonly tcpEchoPort: number | undefined;
  /** The addresses (or names) that each port is opened on. Never empty. */
  readonly hosts: readonly string[];
  /** The folder that data lives in, as it was given. */
  readonly data: string;
  /** The language of the server's own words where a client asks for none. */
  readonly lang: Language;
  /** Further values of `Host` that are let in, lower-case, without a port. [D1] */
  readonly allowHosts: readonly string[];
  /** Further origins that are let in, as browsers write them; `null` is one. [D1] */
  readonly allowOrigins: readonly string[];
  /** 0 stands for a bound that is lifted. */
  readonly limits: Limits;
  /** Over how long clients are sent away when the server stops. [K4] */
  readonly drainMs: number;
  readonly logLevel: LogLevel;
  /** The folder in which transcripts are kept, as it was given; `undefined` for none. */
  readonly transcripts: string | undefined;
  /** Whether lines of standard input are broadcast where it is no terminal. */
  readonly console: boolean;
}

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
  readonly default: readonly T[];
  /** The value that a text stands for; `undefined` for a text that is none. */
  readonly parse: (text: string) => T | undefined;
}

const setting = <T>(definition: Setting<T>): Setting<T> => definition;

const wholeNumber = (text: string, max = Number.MAX_SAFE_INTEGER): number | undefined => {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return number <= max ? number : undefined;
};

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

const limit = (flag: Setting<number>["flag"], key: keyof Limits, doc: string) =>
  setting({
    flag,
    variable: `PARLANCE_${flag.slice(2).toUpperCase().replaceAll("-", "_")}`,
    placeholder: "<number>",
    doc: `${doc}; 0 lifts the bound`,
    takes: "a whole number, 0 for no bound",
    repeatable: false,
    default: [defaultLimits[key]],
    parse: wholeNumber,
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

const portOrOff = (port: number | "none"): number | undefined => (port === "none" ? undefined : port);

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
  maxFrame: limit("--max-frame", "maxFrame", "bytes of one frame, line or request body"),
  maxText: limit("--max-text", "maxText", "characters of one message"),
  maxJoins: limit("--max-joins", "maxJoins", "rooms that one connection may have joined"),
  maxQueue: limit("--max-queue", "maxQueue", "bytes that may wait for one slow reader"),
  drain: setting({
    flag: "--drain",
    variable: "PARLANCE_DRAIN",
    placeholder: "<seconds>",
    doc: "seconds over which clients are sent away when the server stops",
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

/** What the command line gave for each setting, in its order. */
export type FlagValues = Readonly<Partial<Record<SettingKey, readonly string[]>>>;

type Environment = Readonly<Record<string, string | undefined>>;

/** A text of somebody else's on the one line of an error: quoted, with nothing that steers a terminal. */
const quoted = (text: string) => JSON.stringify(text).replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, "�");

function fromVariable<T>(setting: Setting<T>, environment: Environment): readonly string[] {
  const text = environment[setting.variable]?.trim() ?? "";
  // A variable that is empty is one that is not set: it is how a compose file leaves one out.
  if (text === "") return [];
  return setting.repeatable ? text.split(",").map((part) => part.trim()) : [text];
}

/**
 * The configuration of a server: a flag wins over its environment variable, and that over the
 * default. `message` is one line that names the flag or variable, what it got and what it takes.
 */
export function readConfig(
  flags: FlagValues,
  environment: Environment,
): { readonly ok: true; readonly value: Config } | { readonly ok: false; readonly message: string } {
  const refusals: string[] = [];
  const parseAll = <T>(setting: Setting<T>, source: string, texts: readonly string[]): readonly T[] =>
    texts.flatMap((text) => {
      const value = text === "" ? undefined : setting.parse(text);
      if (value !== undefined) return [value];
      refusals.push(`${source} got ${quoted(text)}, but takes ${setting.takes}.`);
      return [];
    });
  const every = <T>(key: SettingKey, setting: Setting<T>): readonly T[] => {
    const given = flags[key] ?? [];
    const values =
      given.length > 0
        ? parseAll(setting, setting.flag, given)
        : parseAll(setting, setting.variable, fromVariable(setting, environment));
    return values.length > 0 ? [...new Set(values)] : setting.default;
  };
  // As everywhere on a command line, the last one given wins where only one can be.
  const last = <T>(key: SettingKey, setting: Setting<T>): T => every(key, setting).at(-1) as T;
  const s = settings;
  const value: Config = {
    ports: every("ports", s.ports),
    tcpPort: portOrOff(last("tcpPort", s.tcpPort)),
    tcpEchoPort: portOrOff(last("tcpEchoPort", s.tcpEchoPort)),
    hosts: every("hosts", s.hosts),
    data: last("data", s.data),
    lang: last("lang", s.lang),
    allowHosts: every("allowHosts", s.allowHosts),
    allowOrigins: every("allowOrigins", s.allowOrigins),
    limits: {
      maxFrame: last("maxFrame", s.maxFrame),
      maxText: last("maxText", s.maxText),
      maxJoins: last("maxJoins", s.maxJoins),
      maxQueue: last("maxQueue", s.maxQueue),
    },
    drainMs: Math.round(last("drain", s.drain) * 1000),
    logLevel: last("logLevel", s.logLevel),
    transcripts: every("transcripts", s.transcripts).at(-1),
    console: last("console", s.console),
  };
  const [message] = refusals;
  return message === undefined ? { ok: true, value } : { ok: false, message };
}
