import type { Conversation } from "../state/conversation.ts";
import { useSay } from "../state/page.ts";

/** Who is typing. Its place is always there, so that nothing jumps. */
export function Typing({ conversation }: { readonly conversation: Conversation }) {
  const say = useSay();
  const [first, second, third] = conversation.typists.value.map(({ user }) => user.name);
  const text = third
    ? say("typing.several")
    : first && second
      ? say("typing.two", { first, second })
      : first && say("typing.one", { name: first });
  return (
    <p class="typing">
      {text && (
        <>
          <span class="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {text}
        </>
      )}
    </p>
  );
}
