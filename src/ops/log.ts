import { pino } from "pino";
import type { Log } from "../core/ports.ts";
import { oneLine } from "../protocol/text.ts";
import type { LogLevel } from "./settings.ts";

/** Where log lines go: a stream, or a file descriptor, written without ever waiting for its reader. */
type LogOutput = { write(text: string): unknown } | { readonly fd: number };

export interface LogOptions {
  readonly level: LogLevel;
  /** `json`: one object a line, for programs. `plain`: one readable line, for somebody at a terminal. */
  readonly form: "json" | "plain";
  readonly output: LogOutput;
}

// Log lines that nobody fetches are dropped past this, rather than held without bound.
const maxWaitingBytes = 1024 * 1024;
/** After this long it is tried again to write what could not be written. */
const retryMs = 1_000;

const secrets = ["token", "key", "authorization", "cookie"].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** JSON escapes C0 by itself; what else could steer a terminal or break a line is escaped likewise, so nothing is lost. [B2] [D4] */
const escapeSteering = (json: string): string =>
  json.replace(
    /[\u007f-\u009f\u2028\u2029\p{Bidi_Control}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

const marks: Readonly<Record<string, string>> = { debug: "🔎", info: "ℹ️ ", warn: "⚠️ ", error: "❌" };
const unread = new Set(["level", "time", "msg"]);

// Where an error was thrown is for the JSON lines; who sits at the terminal is told what went wrong.
const messageOf = (value: unknown): unknown =>
  (value as { stack?: unknown; message?: unknown } | null)?.stack ? (value as { message: unknown }).message : value;

/** `⚠️  text (key=value, key="several words")` */
function plainLine(json: string): string {
  const entry = JSON.parse(json) as Record<string, unknown>;
  const details = Object.entries(entry)
    .filter(([key]) => !unread.has(key))
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(messageOf(value))}`)
    .join(", ");
  const text = oneLine(`${entry["msg"] ?? ""}${details === "" ? "" : ` (${details})`}`);
  return `${marks[String(entry["level"])] ?? ""} ${text}\n`;
}

/**
 * A file descriptor that takes no line now, as on a full disk, ends nothing: what waits is tried again. At the end of the
 * process it is tried once. [L3] [K4]
 */
function openSink(fd: number) {
  let isFailing = false;
  let isEnding = false;
  let isRetrying = false;
  const retryEAGAIN = () => !isEnding;
  const sink = pino.destination({ fd, sync: false, maxLength: maxWaitingBytes, retryEAGAIN });
  sink.on("write", () => {
    isFailing = false;
  });
  sink.on("error", () => {
    isFailing = true;
    // Not by the next line alone: once as much waits as may, further ones are dropped.
    if (isRetrying) return;
    isRetrying = true;
    setTimeout(() => {
      isRetrying = false;
      sink.write("");
    }, retryMs).unref();
  });
  const flush = sink.flushSync.bind(sink);
  sink.flushSync = () => {
    isEnding = true;
    // By itself it would try for ever, and the process never end.
    if (isFailing) return;
    try {
      flush();
    } catch {
      // Nobody reads it, and nobody can be told.
    }
  };
  return sink;
}

/**
 * The server's log. Fields called `token`, `key`, `authorization` or `cookie` never get into it
 * [D7], and nothing in it can steer a terminal, whoever wrote it. [B2] Times are RFC 3339, UTC.
 * What is still waiting when the process exits is written then.
 */
export function createLog({ level, form, output }: LogOptions): Log {
  const sink = "fd" in output ? openSink(output.fd) : output;
  const logger = pino(
    {
      level,
      base: null,
      redact: { paths: secrets, remove: true },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: form === "json" ? escapeSteering : plainLine },
    },
    sink,
  );
  return {
    debug: (fields, text) => logger.debug(fields, text),
    info: (fields, text) => logger.info(fields, text),
    warn: (fields, text) => logger.warn(fields, text),
    error: (fields, text) => logger.error(fields, text),
  };
}
