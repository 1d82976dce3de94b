import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ChatRefusal, type SessionInfo } from "../../sdk/index.ts";
import { Problem } from "../parts/problem.tsx";
import type { Chat } from "../state/chat.ts";
import { useFormats, usePage, useSay } from "../state/page.ts";

/** Where one is signed in, each with a button that ends it. */
export function Sessions({ chat }: { readonly chat: Chat }) {
  const say = useSay();
  const sessions = useSignal<readonly SessionInfo[] | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);

  async function look(end?: string): Promise<void> {
    problem.value = undefined;
    try {
      const account = await chat.account();
      sessions.value = await (end === undefined ? account.sessions() : account.endSession(end));
    } catch (error) {
      problem.value = error instanceof ChatRefusal ? error.message : say("account.failed");
    }
  }
  useEffect(() => void look(), []);

  return (
    <section class="sessions" aria-labelledby="sessions-title">
      <h3 id="sessions-title">{say("account.sessions")}</h3>
      <ul aria-busy={sessions.value === undefined}>
        {sessions.value?.map((session) => (
          <Session key={session.id} session={session} onEnd={() => void look(session.id)} />
        ))}
      </ul>
      <Problem id="sessions-problem" words={problem.value} />
      {(sessions.value?.length ?? 0) > 2 && (
        <button type="button" class="chip" onClick={() => void look("others")}>
          {say("account.end_others")}
        </button>
      )}
    </section>
  );
}

function Session({ session, onEnd }: { readonly session: SessionInfo; readonly onEnd: () => void }) {
  const say = useSay();
  const formats = useFormats();
  const { clock } = usePage();
  const seen = Date.parse(session.seen);
  const agent = session.agent || say("account.unknown");
  return (
    <li class="session">
      <div class="session-words">
        <bdi>{agent}</bdi>
        <p>
          {session.current
            ? say("account.here")
            : say("account.seen", { day: formats.day(seen, clock.now()), time: formats.time(seen) })}
        </p>
      </div>
      <button type="button" class="chip" aria-label={say("account.end_session", { agent })} onClick={onEnd}>
        {say("account.end")}
      </button>
    </li>
  );
}
