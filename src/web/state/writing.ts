import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { MessageFrame, MessageId, RoomName } from "../../sdk/index.ts";
import type { Kept } from "./kept.ts";
import { pageMessage } from "./kept-pages.ts";

/** What one writes in a room: something new, an answer, or another text for what one has said. */
export type Occasion =
  | { readonly is: "new" }
  | { readonly is: "reply"; readonly to: MessageFrame }
  | { readonly is: "edit"; readonly message: MessageFrame; readonly text: string };

export interface Writing {
  readonly occasion: ReadonlySignal<Occasion>;
  /** What stands in the field: of the edit, or else the draft, which waits while a message is edited. */
  readonly text: ReadonlySignal<string>;
  reply(to: MessageFrame): void;
  /** Edits a message, from its text or from another one. */
  edit(message: MessageFrame, text?: string): void;
  /** What stands in the field by now. */
  write(text: string): void;
  /** What stood in the field is sent. */
  finish(): void;
  /** One writes something new again. */
  end(): void;
  /** The message is no longer there to be answered or edited. What was written stays. */
  drop(id: MessageId): void;
}

interface Written {
  readonly draft: string;
  readonly occasion: Occasion;
}

/** The message that is answered or edited. */
export function aboutOf(occasion: Occasion): MessageFrame | undefined {
  if (occasion.is === "new") return undefined;
  return occasion.is === "reply" ? occasion.to : occasion.message;
}

/** Keeps it over a reload: this tab's own, else the last of this device. */
export function createWriting(room: RoomName, { kept, keptInTab }: Record<"kept" | "keptInTab", Kept>): Writing {
  const key = `draft-${room}`;
  const written = signal(parseWritten(room, keptInTab.read(key) ?? kept.read(key)));

  function become(next: Partial<Written>): void {
    written.value = { ...written.peek(), ...next };
    const { draft, occasion } = written.peek();
    const text = JSON.stringify(written.peek());
    // That there is nothing, too: else what another tab leaves would come into this one.
    keptInTab.write(key, text);
    kept.write(key, draft === "" && occasion.is === "new" ? undefined : text);
  }

  const occasion = computed(() => written.value.occasion);
  const end = () => become({ occasion: { is: "new" } });
  return {
    occasion,
    text: computed(() => (occasion.value.is === "edit" ? occasion.value.text : written.value.draft)),
    reply: (to) => become({ occasion: { is: "reply", to } }),
    edit: (message, text = message.text) => become({ occasion: { is: "edit", message, text } }),
    write(text) {
      const now = occasion.peek();
      become(now.is === "edit" ? { occasion: { ...now, text } } : { draft: text });
    },
    finish() {
      if (occasion.peek().is === "edit") end();
      else become({ draft: "", occasion: { is: "new" } });
    },
    end,
    drop(id) {
      const now = occasion.peek();
      if (aboutOf(now)?.id !== id) return;
      const isLost = now.is === "edit" && now.text !== now.message.text && written.peek().draft === "";
      become({ occasion: { is: "new" }, ...(isLost && { draft: now.text }) });
    },
  };
}

/** What was kept; nothing, if it cannot be read. */
function parseWritten(room: RoomName, json: string | undefined): Written {
  const nothing = { draft: "", occasion: { is: "new" } } as const;
  try {
    const { draft, occasion } = JSON.parse(json ?? "{}") as {
      readonly draft?: unknown;
      readonly occasion?: Readonly<Record<"is" | "to" | "message" | "text", unknown>>;
    };
    if (typeof draft !== "string" || !occasion) return nothing;
    const [about] = pageMessage(room, JSON.stringify(occasion.to ?? occasion.message ?? {}));
    if (about && occasion.is === "reply") return { draft, occasion: { is: "reply", to: about } };
    if (about && occasion.is === "edit" && typeof occasion.text === "string")
      return { draft, occasion: { is: "edit", message: about, text: occasion.text } };
    return { draft, occasion: { is: "new" } };
  } catch {
    return nothing;
  }
}
