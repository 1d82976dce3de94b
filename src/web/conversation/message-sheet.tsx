import { useSignal } from "@preact/signals";
import type { Line } from "../logic/arrange.ts";
import { copyText } from "../parts/copy.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Icon, type IconName } from "../parts/icon.tsx";
import type { Conversation } from "../state/conversation.ts";
import { useSay } from "../state/page.ts";
import { pathOf } from "../state/place.ts";
import { DeleteQuestion } from "./delete-question.tsx";
import { ReactionChoice } from "./reaction-choice.tsx";
import "../styles/tools.css";

interface MessageSheetProps {
  readonly line: Line;
  readonly mine: boolean;
  readonly conversation: Conversation;
  readonly onClose: () => void;
}

/** What can be done with a message, for fingers. */
export function MessageSheet({ line, mine, conversation, onClose }: MessageSheetProps) {
  const say = useSay();
  const isAsking = useSignal(false);
  const then = (act: () => unknown) => () => {
    onClose();
    act();
  };
  const link = new URL(pathOf({ at: "room", room: conversation.name, seq: line.seq }), location.href).href;
  return (
    <Dialog title={say("message.tools")} onClose={onClose}>
      <ReactionChoice line={line} conversation={conversation} onDone={onClose} />
      {isAsking.value ? (
        <DeleteQuestion onDelete={then(() => conversation.delete(line.id))} onKeep={onClose} />
      ) : (
        <div class="acts">
          <Act icon="reply" name={say("message.reply")} onUse={then(() => conversation.reply(line.id))} />
          {/* While the dialog is open: what lies behind it has no clipboard. */}
          <Act icon="copy" name={say("message.copy")} onUse={() => void copyText(line.text).then(onClose)} />
          <Act icon="link" name={say("message.copy_link")} onUse={() => void copyText(link).then(onClose)} />
          {mine && (
            <>
              <Act icon="pencil" name={say("message.edit")} onUse={then(() => conversation.edit(line.id))} />
              <Act
                icon="bin"
                name={say("message.delete")}
                onUse={() => {
                  isAsking.value = true;
                }}
              />
            </>
          )}
        </div>
      )}
    </Dialog>
  );
}

function Act({ icon, name, onUse }: { readonly icon: IconName; readonly name: string; readonly onUse: () => void }) {
  return (
    <button type="button" class="quiet" onClick={onUse}>
      <Icon of={icon} />
      {name}
    </button>
  );
}
