import { Avatar, Name } from "../parts/person.tsx";
import type { Chat } from "../state/chat.ts";
import type { Conversation } from "../state/conversation.ts";
import { useFormats, useSay } from "../state/page.ts";

/** Who is in the room. */
export function Members({ chat, conversation }: { readonly chat: Chat; readonly conversation: Conversation }) {
  const say = useSay();
  const { compare } = useFormats();
  const members = conversation.members.value;
  const me = chat.me.value;
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
                {id === me?.id && <span class="tag">{say("members.you")}</span>}
              </li>
            ))}
        </ul>
      ) : (
        conversation.count.value > 0 && <p class="members-note">{say("members.too_many")}</p>
      )}
    </div>
  );
}
