import assert from "node:assert/strict";
import type { StoredEvent } from "../../src/core/ports.ts";
import { type EventKind, isAuthorsAlone, isChange } from "../../src/protocol/events.ts";
import type { Epoch } from "../../src/protocol/ids.ts";
import type { EventFrame, MessageFrame } from "../../src/protocol/server-frames.ts";

/** Something that was said or changed, as it was sent. */
export interface Said {
  readonly id: string;
  readonly kind: EventKind;
  readonly text: string;
  /** The message that is changed. */
  readonly target?: string | undefined;
}

/** A row of the log, as the disk has it. */
export type DiskRow = Said & { readonly seq: number; readonly user: string };

/** An event as the model has it: its place in the list is its `seq`. */
interface Row extends Omit<Said, "text"> {
  /** Unknown of what was erased before the model looked. */
  readonly text: string | undefined;
  readonly user: string;
  /** Where it is changed; of a message only. */
  readonly changes: number[];
  /** Whether the disk must not have its text any more. [E3] */
  isErased: boolean;
}

/** What a message reads like at some time: so much of it as the rules tell. */
interface View {
  readonly text: string | undefined;
  readonly deleted: boolean;
  readonly edited: number | undefined;
  /** `emoji user`, each once. */
  readonly reactions: ReadonlySet<string>;
}

const frameView = ({ text, deleted, edited, reactions = [] }: MessageFrame | StoredEvent): View => ({
  text,
  deleted: deleted ?? false,
  edited: edited?.seq,
  reactions: new Set((reactions ?? []).flatMap(({ emoji, users }) => users.map(({ id }) => `${emoji} ${id}`))),
});

const isSameView = (read: View, wanted: View): boolean =>
  read.deleted === wanted.deleted &&
  read.edited === wanted.edited &&
  (wanted.text === undefined || read.text === wanted.text) &&
  read.reactions.size === wanted.reactions.size &&
  [...read.reactions].every((reaction) => wanted.reactions.has(reaction));

const frameKinds = { message: "message", edited: "edit", deleted: "delete", topic: "topic" } as const;

/** A plain list of what the disk has of a room, and what follows from it by the rules. */
export class Log {
  epoch: Epoch | undefined;
  /** The ids that somebody was told are stored, by an `ack` that was no duplicate's. [S1] */
  readonly acknowledged = new Set<string>();
  readonly #rows: Row[] = [];
  /** By id; an id is there once. [S1] */
  readonly #seqs = new Map<string, number>();

  get head(): number {
    return this.#rows.length;
  }

  /** What is under an id. */
  find(id: string): (Row & { readonly seq: number }) | undefined {
    const seq = this.#seqs.get(id);
    return seq === undefined ? undefined : { ...this.#row(seq), seq };
  }

  idAt(seq: number): string | undefined {
    return this.#rows[seq - 1]?.id;
  }

  /** Takes one more row of the disk: the next, by an author who may. [L1] [S1] [E1] */
  append({ seq, text, ...row }: DiskRow): void {
    assert.equal(seq, this.head + 1, "[L1] dense");
    assert.ok(!this.#seqs.has(row.id), `[S1] one row an id: ${row.id}`);
    const isErased = text === "" && (row.kind === "message" || row.kind === "edit");
    this.#rows.push({ ...row, text: isErased ? undefined : text, changes: [], isErased: false });
    this.#seqs.set(row.id, seq);
    if (!isChange(row.kind)) return;
    const target = this.#rows[(this.#seqs.get(row.target ?? "") ?? 0) - 1];
    assert.ok(target?.kind === "message" && !this.#isDeleted(target), "[E1] only a message that is there is changed");
    if (isAuthorsAlone(row.kind)) assert.equal(row.user, target.user, "[E1] only by its author");
    target.changes.push(seq);
    if (row.kind !== "delete") return;
    target.isErased = true;
    for (const change of target.changes) this.#row(change).isErased ||= this.#row(change).kind === "edit";
  }

  /** Holds a row of the disk against what it was when it was appended: only what is deleted is erased. [L1] [E3] */
  checkRow({ seq, id, kind, target, text, user }: DiskRow): void {
    const row = this.#row(seq);
    assert.deepEqual({ id, kind, target, user }, { id: row.id, kind: row.kind, target: row.target, user: row.user });
    if (row.isErased) assert.equal(text, "", `[E3] the text of ${id} is erased`);
    else assert.equal(text, row.text, "[L1] only ever appended to");
  }

  /** The places of the messages after one place and up to another. */
  messages(after: number, upTo: number): readonly number[] {
    const seqs: number[] = [];
    for (let seq = Math.max(1, after + 1); seq <= Math.min(upTo, this.head); seq++) {
      if (this.#row(seq).kind === "message") seqs.push(seq);
    }
    return seqs;
  }

  /** What the room is about after an event. */
  topicAt(seq: number): string {
    return this.#rows.slice(0, seq).findLast(({ kind }) => kind === "topic")?.text ?? "";
  }

  /** Whether something that was sent is what stands under its id; what was erased cannot be told apart. [S1] */
  isStored(said: Said): boolean {
    const row = this.find(said.id);
    if (row?.kind !== said.kind || (isChange(said.kind) && row.target !== said.target)) return false;
    return row.isErased || row.text === said.text;
  }

  /** A message is read as it is at one time or another between now and when it was said. [E2] */
  checkMessage(message: MessageFrame): void {
    const { id, kind, user } = this.#row(message.seq);
    assert.deepEqual([message.id, "message", message.user.id], [id, kind, user], "[L1] [L2] what is on the disk");
    const read = frameView(message);
    assert.ok(
      this.#views(message.seq).some((view) => isSameView(read, view)),
      `[E2] ${id} never read like this: ${JSON.stringify(message)}`,
    );
  }

  /** Who has read everything has each message as it is now, in frames or from the store. [E2] */
  checkFolded(message: MessageFrame | StoredEvent): void {
    const view = this.#views(message.seq).at(-1) ?? assert.fail();
    const read = frameView(message);
    assert.ok(isSameView(read, view), `[E2] ${JSON.stringify(message)} is not what the changes come to`);
  }

  /** An event is read as it is on the disk; of what was deleted meanwhile, perhaps without its text. [R1] [E3] */
  checkEvent(frame: EventFrame): void {
    if (frame.type === "message") return this.checkMessage(frame);
    const { id, kind, text, user, target, isErased } = this.#row(frame.seq);
    const read = frame.type === "reacted" ? (frame.active ? "react" : "unreact") : frameKinds[frame.type];
    assert.deepEqual([frame.id, read, frame.user.id], [id, kind, user]);
    if (frame.type !== "topic") {
      assert.deepEqual([frame.target, frame.target_seq], [target, this.#seqs.get(target ?? "")]);
    }
    const said = frame.type === "reacted" ? frame.emoji : frame.type === "deleted" ? "" : frame.text;
    assert.ok(said === text || text === undefined || (isErased && said === ""), `${frame.type} ${said}`);
  }

  copy(): Log {
    const copy = new Log();
    copy.epoch = this.epoch;
    copy.restore(this);
    return copy;
  }

  /** Becomes what another one was. */
  restore(other: Log): void {
    this.#rows.splice(0, this.#rows.length, ...other.#rows.map((row) => ({ ...row, changes: [...row.changes] })));
    this.#seqs.clear();
    this.acknowledged.clear();
    for (const [index, { id }] of this.#rows.entries()) {
      this.#seqs.set(id, index + 1);
      this.acknowledged.add(id);
    }
  }

  /** What a message was and is, change by change. */
  #views(seq: number): readonly View[] {
    const { text, changes } = this.#row(seq);
    const views: View[] = [{ text, deleted: false, edited: undefined, reactions: new Set() }];
    for (const at of changes) views.push(this.#changed(views.at(-1) ?? assert.fail(), at));
    return views;
  }

  #changed(view: View, seq: number): View {
    const { kind, text, user } = this.#row(seq);
    const reaction = `${text} ${user}`;
    const others = [...view.reactions].filter((given) => given !== reaction);
    switch (kind) {
      case "edit":
        return { ...view, text, edited: seq };
      case "delete":
        return { text: "", deleted: true, edited: undefined, reactions: new Set() };
      case "react":
        return { ...view, reactions: new Set([...others, reaction]) };
      default:
        return { ...view, reactions: new Set(others) };
    }
  }

  #isDeleted({ changes }: Row): boolean {
    return changes.some((seq) => this.#row(seq).kind === "delete");
  }

  #row(seq: number): Row {
    return this.#rows[seq - 1] ?? assert.fail(`[L2] nothing is shown before it is on the disk: ${seq}`);
  }
}
