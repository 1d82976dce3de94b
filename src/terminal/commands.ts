/** What a person typed: something to say, or something to do. */
export type Input =
  | { readonly kind: "nothing" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "help" }
  | { readonly kind: "who" }
  | { readonly kind: "quit" }
  | { readonly kind: "join"; readonly room: string }
  | { readonly kind: "leave"; readonly room: string | undefined }
  | { readonly kind: "name"; readonly name: string | undefined }
  | { readonly kind: "history"; readonly count: number }
  | { readonly kind: "incomplete"; readonly command: Command }
  | { readonly kind: "unknown"; readonly command: string };

export const commands = ["/help", "/join", "/leave", "/who", "/name", "/history", "/quit"] as const;
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
    case undefined:
      return { kind: "unknown", command: word };
    default:
      return command satisfies never;
  }
}

function parseHistory(argument: string | undefined): Input {
  if (argument === undefined) return { kind: "history", count: defaultHistory };
  const count = /^\d{1,9}$/.test(argument) ? Number(argument) : 0;
  return count > 0
    ? { kind: "history", count: Math.min(count, mostHistory) }
    : { kind: "incomplete", command: "/history" };
}
