import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { MessageFrame, User } from "../../sdk/index.ts";
import { createMentions, type Mentions } from "../logic/mentions.ts";

/** How many authors are remembered. */
const authorsKept = 300;

/** Who can be mentioned in a room: who is here, and who has spoken. */
export interface People {
  /** Others' names, who spoke last first. */
  readonly names: ReadonlySignal<readonly string[]>;
  readonly mentions: ReadonlySignal<Mentions>;
  /** Takes note of who wrote these, oldest first. */
  meet(messages: readonly MessageFrame[]): void;
}

export function createPeople(
  members: ReadonlySignal<readonly User[] | undefined>,
  me: ReadonlySignal<User | undefined>,
): People {
  /** Their names by id, who spoke last at the end. */
  const authors = signal<ReadonlyMap<string, string>>(new Map());
  const names = computed(() => {
    const present = members.value ?? [];
    const now = new Map<string, string>(present.map(({ id, name }) => [id, name]));
    // Somebody who took another name since goes by that one.
    const spoke = [...authors.value].reverse().map(([id, name]) => now.get(id) ?? name);
    const own = me.value?.name;
    return [...new Set([...spoke, ...now.values()])].filter((name) => name !== own);
  });
  return {
    names,
    mentions: computed(() => createMentions(names.value, me.value?.name)),
    meet(messages) {
      const known = authors.peek();
      const isNews = messages.some(({ user }) => known.get(user.id) !== user.name);
      if (!isNews && messages.length === 1 && [...known.keys()].at(-1) === messages[0]?.user.id) return;
      const next = new Map(known);
      for (const { user } of messages) {
        next.delete(user.id);
        next.set(user.id, user.name);
      }
      authors.value = new Map([...next].slice(-authorsKept));
    },
  };
}
