import type { Language } from "../locales/words.ts";
import { defaultLimits, type Limits } from "../protocol/limits.ts";
import { type LogLevel, type Setting, type SettingKey, settings } from "./settings.ts";

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
  /** The Postgres database that is used in place of the folder; it may hold a password. `undefined` for the folder. [D7] */
  readonly store: string | undefined;
  /** The NATS by which servers that share a database hear one another; it may hold a password. */
  readonly bus: string | undefined;
  /** The language of the server's own words where a client asks for none. */
  readonly lang: Language;
  /** Further values of `Host` that are let in, lower-case, without a port. [D1] */
  readonly allowHosts: readonly string[];
  /** Further origins that are let in, as browsers write them; `null` is one. [D1] */
  readonly allowOrigins: readonly string[];
  /** What everybody must give who comes in; `undefined` for an open server. [D6] */
  readonly accessKey: string | undefined;
  /** Proxies whose word on where a client comes from is believed: addresses and subnets. [D2] */
  readonly trustProxies: readonly string[];
  /** 0 stands for a bound that is lifted. */
  readonly limits: Limits;
  /** Over how long clients are sent away when the server stops. [K4] */
  readonly drainMs: number;
  readonly logLevel: LogLevel;
  /** What opens `/metrics` to who is not on this machine; `undefined` for nothing. [D1] */
  readonly metricsToken: string | undefined;
  /** The folder in which transcripts are kept, as it was given; `undefined` for none. */
  readonly transcripts: string | undefined;
  /** Whether lines of standard input are broadcast where it is no terminal. */
  readonly console: boolean;
}

/** What the command line gave for each setting, in its order. */
export type FlagValues = Readonly<Partial<Record<SettingKey, readonly string[]>>>;

const portOrOff = (port: number | "none"): number | undefined => (port === "none" ? undefined : port);

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
      const got = setting.isSecret ? "something else" : quoted(text);
      refusals.push(`${source} got ${got}, but takes ${setting.takes}.`);
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
    store: every("store", s.store).at(-1),
    bus: every("bus", s.bus).at(-1),
    lang: last("lang", s.lang),
    allowHosts: every("allowHosts", s.allowHosts),
    allowOrigins: every("allowOrigins", s.allowOrigins),
    accessKey: every("accessKey", s.accessKey).at(-1),
    trustProxies: every("trustProxies", s.trustProxies),
    limits: {
      ...defaultLimits,
      maxFrame: last("maxFrame", s.maxFrame),
      maxText: last("maxText", s.maxText),
      maxJoins: last("maxJoins", s.maxJoins),
      maxQueue: last("maxQueue", s.maxQueue),
      sendRate: last("sendRate", s.sendRate),
      sendBurst: last("sendBurst", s.sendBurst),
      maxPerAddress: last("maxPerAddress", s.maxPerAddress),
    },
    drainMs: Math.round(last("drain", s.drain) * 1000),
    logLevel: last("logLevel", s.logLevel),
    metricsToken: every("metricsToken", s.metricsToken).at(-1),
    transcripts: every("transcripts", s.transcripts).at(-1),
    console: last("console", s.console),
  };
  const [message] = refusals;
  return message === undefined ? { ok: true, value } : { ok: false, message };
}
