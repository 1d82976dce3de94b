import { serverWords } from "../locales/server.ts";
import { terminalWords } from "../locales/terminal.ts";
import type { Language } from "../locales/words.ts";
import { parseDisplayName } from "../protocol/names.ts";
import { oneLine } from "../protocol/text.ts";
import type { Account, Client, SessionInfo } from "../sdk/index.ts";
import type { AccountInput } from "./commands.ts";
import type { Lines } from "./lines.ts";
import { problemLine } from "./problem.ts";

export interface AccountTalkOptions {
  readonly client: Client;
  readonly lines: Lines;
  readonly language: Language;
  readonly print: (line: string) => void;
}

/** What somebody asks at a terminal about their own name and sessions, and is told. */
export class AccountTalk {
  readonly #options: AccountTalkOptions;
  /** The sessions that were listed last, by their numbers. */
  #listed: readonly SessionInfo[] = [];

  constructor(options: AccountTalkOptions) {
    this.#options = options;
  }

  /** Does it, or says why not. */
  async do(input: AccountInput): Promise<void> {
    const { client, language, print } = this.#options;
    try {
      for (const line of await this.#ask(await client.account(), input)) print(line);
    } catch (error) {
      print(problemLine(error, terminalWords[language], "account.failed"));
    }
  }

  /** Asks for another name, or tells the one there is. */
  rename(text: string | undefined): void {
    const { client, language, print } = this.#options;
    const speak = terminalWords[language];
    if (text === undefined) return print(speak("name.yours", { name: oneLine(client.user?.name ?? "") }));
    const name = parseDisplayName(text);
    if (name.ok) client.rename(name.value);
    else print(speak("problem", { text: serverWords[language]("error.bad_name") }));
  }

  async #ask(account: Account, input: AccountInput): Promise<readonly string[]> {
    const { client, language } = this.#options;
    switch (input.kind) {
      case "claim": {
        const name = client.user?.name ?? "";
        await account.claim(name, input.passphrase);
        return [serverWords[language]("claimed", { name: oneLine(name) })];
      }
      case "login":
        await account.login(input.name, input.passphrase);
        return [];
      case "sessions":
        return this.#list(await account.sessions());
      case "signout": {
        const id = input.which === "others" ? "others" : this.#listed[input.which - 1]?.id;
        if (id === undefined) return [terminalWords[language]("session.unlisted")];
        return this.#list(await account.endSession(id));
      }
      default:
        return input satisfies never;
    }
  }

  #list(sessions: readonly SessionInfo[]): readonly string[] {
    const { lines, language } = this.#options;
    const speak = terminalWords[language];
    this.#listed = sessions;
    return sessions.map(({ agent, seen, current }, index) => {
      const told = { number: String(index + 1), agent: oneLine(agent) || speak("session.unknown") };
      return current ? speak("session.here", told) : speak("session.there", { ...told, seen: lines.moment(seen) });
    });
  }
}
