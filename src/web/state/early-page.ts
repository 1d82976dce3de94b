/**
 * Of most messages, in pixels. Where they are shorter the top stays empty until the line brings the rest: more than fill
 * the screen would cost a slow phone's processor some 10 ms each before anything is seen.
 */
const messageHeight = 80;
/** Of the conversation's head and the composer, in pixels. */
const aroundHeight = 130;

/** The newest messages of a room, asked for before there is a line. */
export interface EarlyPage {
  readonly room: string;
  /** As the server says them, oldest first; none where they cannot be had. Never rejects. */
  readonly messages: Promise<readonly unknown[]>;
}

interface AskingWindow {
  readonly fetch: typeof fetch;
  readonly innerHeight: number;
}

/** Asks for as many messages as fill the window, for who has this token. */
export function askEarly(room: string, token: string, { fetch, innerHeight }: AskingWindow): EarlyPage {
  const limit = Math.ceil((innerHeight - aroundHeight) / messageHeight);
  async function ask(): Promise<readonly unknown[]> {
    try {
      const path = `/rooms/${encodeURIComponent(room)}/messages?limit=${limit}`;
      const answer = await fetch(path, { headers: { authorization: `Bearer ${token}` } });
      const page = (await answer.json()) as { readonly messages?: readonly unknown[] };
      return page.messages ?? [];
    } catch {
      return [];
    }
  }
  return { room, messages: ask() };
}
