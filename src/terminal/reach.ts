import { doctorWords } from "../locales/doctor.ts";
import { serverWords } from "../locales/server.ts";
import { terminalWords } from "../locales/terminal.ts";
import { oneLine } from "../protocol/text.ts";
import { type Client, connect, type ServerFrameOf } from "../sdk/index.ts";
import type { Talk } from "./talk.ts";

export type Reached =
  | { readonly ok: true; readonly client: Client }
  /** `line` says why, in the reader's language. */
  | { readonly ok: false; readonly line: string };

type Refusal = ServerFrameOf<"error">;

/**
 * Connects and is greeted, or fails at once: a server that is away is waited for only once it has
 * been there. `adopt` takes the free name that the server suggests for a taken one, after telling.
 *
 * Nobody's token is kept on the disk: every terminal is a person of its own. Two windows side by
 * side are two people to whoever opened them, and would be one member under one token; a name is
 * free again the moment its owner leaves. Over breaks of the line the SDK keeps the token.
 */
export function reach(talk: Talk, adopt?: (refusal: Refusal) => void): Promise<Reached> {
  const speak = terminalWords[talk.language];
  const unreachable: Reached = { ok: false, line: speak("connect.failed") };
  const { promise, resolve } = Promise.withResolvers<Reached>();
  const { name, key, language: lang } = talk;
  const client = connect(talk.server, { lang, ...(name !== undefined && { name }), ...(key !== undefined && { key }) });
  const endings = [
    client.on("welcome", () => settle({ ok: true, client })),
    client.on("state", ({ at }) => {
      if (at === "waiting" || at === "closed") settle(unreachable);
    }),
    client.on("error", (refusal) => {
      if (!adopt || !refusal.suggestion)
        return settle({ ok: false, line: speak("problem", { text: reason(refusal) }) });
      adopt(refusal);
      client.rename(refusal.suggestion);
    }),
  ];
  function settle(reached: Reached): void {
    for (const end of endings) end();
    if (!reached.ok) client.close();
    resolve(reached);
  }
  const reason = (refusal: Refusal) => explain(refusal, talk);
  return promise;
}

/** A server's refusal, in its own words; in ours, should it have none, or where a flag is what is missing. */
export function explain({ code, message }: { readonly code: Refusal["code"]; readonly message: string }, talk: Talk) {
  // The server does not know by what its key is given here. [D6]
  if (code === "key_required") return doctorWords[talk.language]("key_required");
  return message === "" ? serverWords[talk.language](`error.${code}`) : oneLine(message);
}
