import type { Reaction, User } from "../../sdk/index.ts";
import type { Line } from "../logic/arrange.ts";
import type { Conversation } from "../state/conversation.ts";
import { useFormats, useSay } from "../state/page.ts";
import { isolate } from "../state/words.ts";

interface ReactionsProps {
  readonly line: Line;
  readonly me: User | undefined;
  readonly conversation: Conversation;
}

/** So many names are told; the others are counted. */
const namedMost = 12;

/** The emoji that a message was given. A tap gives one too, or takes it back. */
export function Reactions({ line, me, conversation }: ReactionsProps) {
  return (
    <ul class="reactions">
      {line.reactions.map((reaction) => {
        const isMine = reaction.users.some(({ id }) => id === me?.id);
        return (
          <li key={reaction.emoji}>
            <Chip
              reaction={reaction}
              me={me}
              isMine={isMine}
              onTap={() => conversation.react(line.id, reaction.emoji, !isMine)}
            />
          </li>
        );
      })}
    </ul>
  );
}

interface ChipProps {
  readonly reaction: Reaction;
  readonly me: User | undefined;
  readonly isMine: boolean;
  readonly onTap: () => void;
}

function Chip({ reaction: { emoji, users }, me, isMine, onTap }: ChipProps) {
  const say = useSay();
  const { list } = useFormats();
  const names = users.map(({ id, name }) => (id === me?.id ? say("members.you") : isolate(name)));
  const others = names.length - namedMost;
  const told = others > 0 ? [...names.slice(0, namedMost), say("reactions.others", { count: others })] : names;
  const label = say("reactions.label", { emoji, count: users.length, names: list(told) });
  return (
    <button type="button" class="reaction" aria-pressed={isMine} aria-label={label} title={label} onClick={onTap}>
      <span class="reaction-emoji">{emoji}</span> {users.length}
    </button>
  );
}
