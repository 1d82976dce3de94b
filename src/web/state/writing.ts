import { type ReadonlySignal, signal } from "@preact/signals";
import type { MessageFrame, MessageId } from "../../sdk/index.ts";

/** What one writes in a room: something new, an answer, or another text for what one has said. */
export type Occasion =
  | { readonly is: "new" }
  | { readonly is: "reply"; readonly to: MessageFrame }
  | { readonly is: "edit"; readonly message: MessageFrame; readonly text: string };

export interface Writing {
  readonly occasion: ReadonlySignal<Occasion>;
  reply(to: MessageFrame): void;
  /** Edits a message, from its text or from another one. */
  edit(message: MessageFrame, text?: string): void;
  /** What the text of the edit is by now. */
  write(text: string): void;
  /** One writes something new again. */
  end(): void;
  /** The message is no longer there to be answered or edited. */
  drop(id: MessageId): void;
}

export function createWriting(): Writing {
  const occasion = signal<Occasion>({ is: "new" });
  const end = () => {
    occasion.value = { is: "new" };
  };
  return {
    occasion,
    reply(to) {
      occasion.value = { is: "reply", to };
    },
    edit(message, text = message.text) {
      occasion.value = { is: "edit", message, text };
    },
    write(text) {
      const now = occasion.peek();
      if (now.is === "edit") occasion.value = { ...now, text };
    },
    end,
    drop(id) {
      const now = occasion.peek();
      if ((now.is === "reply" && now.to.id === id) || (now.is === "edit" && now.message.id === id)) end();
    },
  };
}
