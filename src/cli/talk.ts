import { serverWords } from "../locales/server.ts";
import { environmentLanguage } from "../locales/terminal.ts";
import { isLanguage, type Language, languages } from "../locales/words.ts";
import { exitCodes, UsageError } from "./exit.ts";
import type { Output } from "./output.ts";

export interface TalkFlags {
  readonly server?: string;
  readonly name?: string;
  readonly key?: string;
  readonly lang?: string;
}

export interface ChatFlags extends TalkFlags {
  readonly plain?: string;
  readonly tcp?: string;
}

/** The language that was asked for, else the environment's. */
export function parseLanguage(flag: string | undefined): Language {
  if (flag === undefined) return environmentLanguage(process.env);
  if (isLanguage(flag)) return flag;
  throw new UsageError(`--lang got ${JSON.stringify(flag)}, but takes one of ${languages.join(", ")}.`);
}

/** The access key that was given, else the environment's. */
export const keyFrom = (flag: string | undefined): string | undefined =>
  flag ?? (process.env["PARLANCE_KEY"] || undefined);

/** `parlance chat`: the exit status. Who leaves by Ctrl+C waits for no reader of the output. */
export async function chat(roomName: string | undefined, flags: ChatFlags, output: Output): Promise<number> {
  const language = parseLanguage(flags.lang);
  if (flags.plain !== undefined || flags.tcp !== undefined) return chatBare(roomName, flags, language, output);
  const { runChat } = await import("../terminal/chat.ts");
  const { parseTalk } = await import("../terminal/talk.ts");
  const talk = parseTalk({ ...flags, roomName: roomName ?? "general", key: keyFrom(flags.key), language });
  if (!talk.ok) throw new UsageError(talk.message);
  process.once("SIGINT", output.abandon);
  return (await runChat(talk.value, process)) ? exitCodes.done : exitCodes.failed;
}

async function chatBare(
  roomName: string | undefined,
  { plain, tcp }: ChatFlags,
  language: Language,
  output: Output,
): Promise<number> {
  if (roomName !== undefined) throw new UsageError("Bare text has no rooms: give the address alone.");
  const { parsePlainAddress, parseTcpAddress } = await import("../terminal/bare-address.ts");
  const { runBare } = await import("../terminal/bare.ts");
  const address = plain === undefined ? parseTcpAddress(tcp ?? "") : parsePlainAddress(plain);
  if (!address) {
    const [flag, example] = plain === undefined ? ["--tcp", "localhost:12345"] : ["--plain", "ws://localhost:8765"];
    throw new UsageError(`${flag} takes an address such as ${example}.`);
  }
  process.once("SIGINT", output.abandon);
  return (await runBare(address, language, process)) ? exitCodes.done : exitCodes.failed;
}

/** `parlance say`: the exit status. */
export async function say(roomName: string, text: string, flags: TalkFlags): Promise<number> {
  const { runSay } = await import("../terminal/say.ts");
  const { parseTalk } = await import("../terminal/talk.ts");
  const talk = parseTalk({ ...flags, roomName, key: keyFrom(flags.key), language: parseLanguage(flags.lang) });
  if (!talk.ok) throw new UsageError(talk.message);
  // Status 0 says that a message is stored, and a blank one never is.
  if (text.trim() === "") throw new UsageError(serverWords[talk.value.language]("error.empty"));
  return (await runSay(talk.value, text, process)) ? exitCodes.done : exitCodes.failed;
}
