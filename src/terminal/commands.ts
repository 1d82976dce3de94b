import { splitLogin } from "../protocol/login-line.ts";
import { emojiOf } from "./emoji.ts";

/** A change of what was said; `back`: of which message, counted from the last one, which is 1. */
export type ChangeInput =
  | { readonly kind: "edit"; readonly back: number; readonly text: string }
  | { readonly kind: "delete"; readonly back: number }
  | { readonly kind: "react"; readonly back: number; readonly emoji: string }
  | { readonly kind: "reply"; readonly back: number; readonly text: string }
  /** Without a text: what is it? */
  | { readonly kind: "topic"; readonly text: string | undefined };

/** Something about the own name and sessions; `which`: by its number in the list. */
export type AccountInput =
  | { readonly kind: "claim"; readonly passphrase: string }
  | { readonly kind: "login"; readonly name: string; readonly passphrase: string }
  | { readonly kind: "sessions" }
  | { readonly kind: "signout"; readonly which: number | "others" };

/** What a person typed: something to say, or something to do. */
export type Input =
  | { readonly kind: "nothing" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "help" }
  | { readonly kind: "who" }
  | { readonly kind: "rooms" }
  | { readonly kind: "direct"; readonly name: string }
  | { readonly kind: "quit" }
  | { readonly kind: "join"; readonly room: string }
  | { readonly kind: "leave"; readonly room: string | undefined }
  | { readonly kind: "name"; readonly name: string | undefined }
  | { readonly kind: "history"; readonly count: number }
  | { readonly kind: "search"; readonly text: string }
  | ChangeInput
  | AccountInput
  | { readonly kind: "incomplete"; readonly command: Command }
  | { readonly kind: "unknown"; readonly command: string };

export const commands = [
  "/help",
  "/join",
  "/leave",
  "/who",
  "/rooms",
  "/dm",
  "/name",
  "/history",
  "/search",
  "/edit",
  "/delete",
  "/reply",
  "/react",
  "/topic",
  "/claim",
  "/login",
  "/sessions",
  "/signout",
  "/quit",
] as const;
export type Command = (typeof commands)[number];

const defaultHistory = 20;
const mostHistory = 100;

/** Reads a line that a person typed. `//x` says `/x`; `exit`, alone on its line, leaves. */
export function parseInput(line: string): Input {
  const text = line.trim();
  if (text === "") return { kind: "nothing" };
  if (text.toLowerCase() === "exit") return { kind: "quit" };
  if (text.startsWith("//")) return { kind: "text", text: text.slice(1) };
  if (!text.startsWith("/")) return { kind: "text", text: line.trimEnd() };
  const [word = "", ...rest] = text.split(/\s+/);
  const argument = rest.length > 0 ? rest.join(" ") : undefined;
  const command = commands.find((known) => known === word.toLowerCase());
  switch (command) {
    case "/help":
      return { kind: "help" };
    case "/who":
      return { kind: "who" };
    case "/rooms":
      return { kind: "rooms" };
    case "/dm":
      return argument === undefined ? { kind: "incomplete", command } : { kind: "direct", name: afterWord(text) };
    case "/quit":
      return { kind: "quit" };
    case "/join":
      return argument === undefined ? { kind: "incomplete", command } : { kind: "join", room: argument };
    case "/leave":
      return { kind: "leave", room: argument };
    case "/name":
      return { kind: "name", name: argument };
    case "/history":
      return parseHistory(argument);
    case "/search":
      return argument === undefined ? { kind: "incomplete", command } : { kind: "search", text: argument };
    case "/edit":
    case "/reply":
      return parseRewriting(command, text);
    case "/delete":
      return parseBack(argument, command, (back) => ({ kind: "delete", back }));
    case "/react":
      return parseReaction(rest);
    case "/topic":
      return { kind: "topic", text: argument === "-" ? "" : argument };
    case "/claim":
      return argument === undefined ? { kind: "incomplete", command } : { kind: "claim", passphrase: afterWord(text) };
    case "/login": {
      const login = splitLogin(afterWord(text));
      return login ? { kind: "login", ...login } : { kind: "incomplete", command };
    }
    case "/sessions":
      return { kind: "sessions" };
    case "/signout":
      return parseSignOut(argument);
    case undefined:
      return { kind: "unknown", command: word };
    default:
      return command satisfies never;
  }
}

/** What follows the command, its spaces as they are. */
const afterWord = (line: string): string => line.replace(/^\S+\s*/, "");

function parseSignOut(argument: string | undefined): Input {
  if (argument === "others") return { kind: "signout", which: "others" };
  const which = /^[1-9]\d{0,2}$/.test(argument ?? "") ? Number(argument) : undefined;
  return which === undefined ? { kind: "incomplete", command: "/signout" } : { kind: "signout", which };
}

function parseHistory(argument: string | undefined): Input {
  if (argument === undefined) return { kind: "history", count: defaultHistory };
  const count = /^\d{1,9}$/.test(argument) ? Number(argument) : 0;
  return count > 0
    ? { kind: "history", count: Math.min(count, mostHistory) }
    : { kind: "incomplete", command: "/history" };
}

/** `[NUMBER] TEXT`, its line breaks kept: a number counts back only if there is a text after it. */
function parseRewriting(command: "/edit" | "/reply", line: string): Input {
  const [, number = "1", text] = /^\S+\s+(?:(\d{1,3})\s+)?([\s\S]+)$/.exec(line) ?? [];
  if (text === undefined) return { kind: "incomplete", command };
  return parseBack(number, command, (back) => ({ kind: command === "/edit" ? "edit" : "reply", back, text }));
}

function parseReaction([word = "", number, ...more]: readonly string[]): Input {
  const emoji = emojiOf(word);
  if (emoji === undefined || more.length > 0) return { kind: "incomplete", command: "/react" };
  return parseBack(number, "/react", (back) => ({ kind: "react", back, emoji }));
}

function parseBack(number = "1", command: Command, change: (back: number) => ChangeInput): Input {
  const back = /^\d{1,3}$/.test(number) ? Number(number) : 0;
  return back > 0 ? change(back) : { kind: "incomplete", command };
}
