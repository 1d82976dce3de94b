import type { MessageId } from "../../protocol/ids.ts";
import type { MessageFrame, Reaction, User } from "../../protocol/server-frames.ts";
import type { OutgoingMessage, OutgoingState } from "../../sdk/types.ts";
import { dayOf } from "./day.ts";

/** A message of this person that the log does not have yet. */
export interface Pending {
  readonly message: OutgoingMessage;
  readonly state: OutgoingState;
}

/** What is shown beside the messages, after the message `after` (0: before all), at `at` (ms since 1970). */
export type Aside =
  | {
      readonly is: "joined" | "left";
      readonly key: string;
      readonly after: number;
      readonly at: number;
      readonly user: User;
    }
  | {
      readonly is: "renamed";
      readonly key: string;
      readonly after: number;
      readonly at: number;
      readonly user: User;
      readonly was: string;
    }
  | {
      readonly is: "topic";
      readonly key: string;
      readonly after: number;
      readonly at: number;
      readonly user: User;
      /** Empty: there is none any more. */
      readonly text: string;
    }
  | { readonly is: "notice"; readonly key: string; readonly after: number; readonly at: number; readonly text: string };

export type Entry =
  | {
      readonly is: "message";
      readonly message: MessageFrame;
      readonly at: number;
      /** Shown with a change of one's own that the log does not have yet. */
      readonly isChanging?: boolean;
    }
  | { readonly is: "pending"; readonly pending: Pending; readonly at: number }
  | { readonly is: "aside"; readonly aside: Aside; readonly at: number };

/** One message as it is shown. */
export interface Line {
  readonly id: MessageId;
  readonly text: string;
  readonly at: number;
  /** Its place in the log; unknown while it waits. */
  readonly seq: number | undefined;
  readonly state: OutgoingState | undefined;
  /** What it answers; the place is unknown until the message is in the log. */
  readonly reply: { readonly id: MessageId; readonly seq: number | undefined } | undefined;
  /** When it was last edited. */
  readonly editedAt: number | undefined;
  readonly isDeleted: boolean;
  readonly reactions: readonly Reaction[];
  readonly isChanging: boolean;
}

/** What stands in the conversation, from top to bottom. */
export type Row =
  | { readonly is: "day"; readonly key: string; readonly at: number }
  | { readonly is: "new"; readonly key: string }
  | {
      readonly is: "group";
      readonly key: string;
      readonly author: User;
      readonly mine: boolean;
      readonly old: boolean;
      /** Goes on with the group before: no name, no avatar. */
      readonly continued: boolean;
      readonly lines: readonly Line[];
    }
  | { readonly is: "presence"; readonly key: string; readonly joined: readonly User[]; readonly left: readonly User[] }
  | { readonly is: "renamed"; readonly key: string; readonly name: string; readonly was: string }
  | { readonly is: "topic"; readonly key: string; readonly name: string; readonly text: string }
  | { readonly is: "notice"; readonly key: string; readonly text: string; readonly at: number };

export interface View {
  readonly me: User | undefined;
  /** Messages up to this place in the log are from before this visit. */
  readonly oldUpTo: number;
  /** The line *new since you left* stands before the first message after this place that is not one's own. */
  readonly newAfter: number | undefined;
}

const gatherMs = 5 * 60_000;

const authorOf = (entry: Entry, view: View): User | undefined =>
  entry.is === "message" ? entry.message.user : entry.is === "pending" ? view.me : undefined;

function lineOf(entry: Exclude<Entry, { is: "aside" }>): Line {
  if (entry.is === "pending") {
    const { message, state } = entry.pending;
    return { ...plain, id: message.id, text: message.text, at: entry.at, state, reply: replyOf(message.reply_to) };
  }
  const { message, at, isChanging = false } = entry;
  const { id, text, seq, reply_to, reply_to_seq, edited, deleted, reactions } = message;
  return {
    id,
    text,
    at,
    seq,
    state: undefined,
    reply: replyOf(reply_to, reply_to_seq),
    editedAt: edited ? Date.parse(edited.ts) : undefined,
    isDeleted: deleted === true,
    reactions: reactions ?? [],
    isChanging,
  };
}

const plain = {
  seq: undefined,
  state: undefined,
  editedAt: undefined,
  isDeleted: false,
  reactions: [],
  isChanging: false,
} as const;

const replyOf = (id: MessageId | null | undefined, seq?: number | null) =>
  id ? { id, seq: seq ?? undefined } : undefined;

const isLater = (entry: Entry, than: Entry): boolean => dayOf(entry.at) > dayOf(than.at);

/** Whether two entries that follow one another stand under one name. */
function together(before: Entry | undefined, entry: Entry, view: View): boolean {
  if (!before || before.is === "aside" || entry.is === "aside") return false;
  const [author, next] = [authorOf(before, view), authorOf(entry, view)];
  if (author?.id !== next?.id || author?.name !== next?.name) return false;
  if (entry.at - before.at > gatherMs || dayOf(entry.at) !== dayOf(before.at)) return false;
  return isOld(before, view) === isOld(entry, view);
}

const isOld = (entry: Entry, view: View): boolean => entry.is === "message" && entry.message.seq <= view.oldUpTo;

/**
 * Lays out a run of the conversation. `before` is the entry ahead of the run: what goes on from there
 * begins no new day and no new name.
 */
export function arrange(entries: readonly Entry[], before: Entry | undefined, view: View): Row[] {
  const rows: Row[] = [];
  let previous = before;
  let previousMessage = before;
  for (const entry of entries) {
    // Backwards only from message to message, as an import leads: what is not in the log has this machine's time.
    const isBack = entry.is === "message" && previousMessage?.is === "message" && isLater(previousMessage, entry);
    if (!previous || isLater(entry, previous) || isBack) {
      rows.push({ is: "day", key: `day-${rows.length}`, at: entry.at });
    }
    const isNew = beginsTheNew(entry, previousMessage, view);
    if (isNew) rows.push({ is: "new", key: "new" });
    if (entry.is === "aside") putAside(rows, entry.aside);
    else putMessage(rows, entry, !isNew && together(previous, entry, view), view);
    previous = entry;
    if (entry.is === "message") previousMessage = entry;
  }
  return rows;
}

function beginsTheNew(entry: Entry, previousMessage: Entry | undefined, view: View): boolean {
  const after = view.newAfter;
  if (after === undefined || entry.is !== "message" || entry.message.seq <= after) return false;
  return previousMessage?.is !== "message" || previousMessage.message.seq <= after;
}

function putMessage(rows: Row[], entry: Exclude<Entry, { is: "aside" }>, goesOn: boolean, view: View): void {
  const author = authorOf(entry, view);
  if (!author) return;
  const line = lineOf(entry);
  const last = rows.at(-1);
  if (goesOn && last?.is === "group") {
    rows[rows.length - 1] = { ...last, lines: [...last.lines, line] };
    return;
  }
  rows.push({
    is: "group",
    key: line.id,
    author,
    mine: author.id === view.me?.id,
    old: isOld(entry, view),
    continued: goesOn,
    lines: [line],
  });
}

const without = (users: readonly User[], user: User) => users.filter(({ id }) => id !== user.id);

function putAside(rows: Row[], aside: Aside): void {
  if (aside.is === "notice") {
    rows.push(aside);
    return;
  }
  if (aside.is === "renamed") {
    rows.push({ is: "renamed", key: aside.key, name: aside.user.name, was: aside.was });
    return;
  }
  const last = rows.at(-1);
  if (aside.is === "topic") {
    // Of several in a row only the last one counts.
    if (last?.is === "topic") rows.pop();
    rows.push({ is: "topic", key: aside.key, name: aside.user.name, text: aside.text });
    return;
  }
  const open = last?.is === "presence" ? last : { is: "presence" as const, key: aside.key, joined: [], left: [] };
  if (last?.is === "presence") rows.pop();
  // Who came and went between two messages is not worth a line.
  const [from, to] = aside.is === "joined" ? (["left", "joined"] as const) : (["joined", "left"] as const);
  const undone = open[from].some(({ id }) => id === aside.user.id);
  const row = { ...open, [from]: without(open[from], aside.user) };
  if (!undone) row[to] = [...without(open[to], aside.user), aside.user];
  if (row.joined.length + row.left.length > 0) rows.push(row);
}
