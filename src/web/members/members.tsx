import { useSignal } from "@preact/signals";
import { ChatRefusal, type User } from "../../sdk/index.ts";
import { Icon } from "../parts/icon.tsx";
import { Avatar, Name } from "../parts/person.tsx";
import type { Chat } from "../state/chat.ts";
import type { Conversation } from "../state/conversation.ts";
import { useFormats, usePage, useSay } from "../state/page.ts";

interface MembersProps {
  readonly chat: Chat;
  readonly conversation: Conversation;
  /** Called when a conversation was gone to. */
  readonly onGo?: () => void;
}

/** Who is in the room, and the way to talk with one of them alone. */
export function Members({ chat, conversation, onGo }: MembersProps) {
  const say = useSay();
  const { visit } = usePage();
  const { compare } = useFormats();
  const members = conversation.members.value;
  const me = chat.me.value;
  const problem = useSignal("");

  async function talk(id: User["id"]): Promise<void> {
    try {
      problem.value = "";
      visit.goTo(await chat.talkWith(id));
      onGo?.();
    } catch (error) {
      problem.value = error instanceof ChatRefusal ? error.message : say("account.failed");
    }
  }
  return (
    <div class="members">
      <h2 class="region-title">
        {say("members.title")} <span class="count">{conversation.count.value}</span>
      </h2>
      {members ? (
        <ul class="member-list">
          {[...members]
            .sort((a, b) => compare(a.name, b.name))
            .map(({ id, name }) => (
              <li key={id} class="member">
                <Avatar name={name} />
                <Name name={name} />
                {id === me?.id ? (
                  <span class="tag">{say("members.you")}</span>
                ) : (
                  me &&
                  id !== conversation.other.value?.id && (
                    <button
                      type="button"
                      class="round member-write"
                      aria-label={say("members.write", { name })}
                      title={say("members.write", { name })}
                      onClick={() => void talk(id)}
                    >
                      <Icon of="talk" />
                    </button>
                  )
                )}
              </li>
            ))}
        </ul>
      ) : (
        conversation.count.value > 0 && <p class="members-note">{say("members.too_many")}</p>
      )}
      <p class="problem members-note" role="alert">
        {problem}
      </p>
    </div>
  );
}
