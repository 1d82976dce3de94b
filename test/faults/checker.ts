import { replayLimit } from "../../src/protocol/limits.ts";
import type { Delivery, History, Run, Sent } from "./recorder.ts";

/** A room's log, read to its end. */
export interface Log {
  readonly epoch: string;
  readonly messages: readonly (Delivery & { readonly text: string })[];
}

export type ViolationKind =
  /** Acknowledged, and not in the log. */
  | "lost"
  /** In the log twice, or stored twice by what its acknowledgements say. */
  | "doubled"
  /** In the log, and never sent. */
  | "invented"
  /** In the log with another text. */
  | "altered"
  /** Acknowledged with another `seq` than the log's, or with two. */
  | "misplaced"
  /** A sender's messages stand in another order than it sent them in. */
  | "reordered"
  /** The log, or what a reader got, leaves a `seq` out. */
  | "hole"
  /** A reader got a `seq` again, or after a greater one. */
  | "repeated"
  /** A reader got another message than the log has at that `seq`, or read another log. */
  | "differs"
  /** A reader did not get to the log's end. */
  | "behind"
  /** A reader was told to start over where it could have resumed. */
  | "reset in vain";

export interface Violation {
  readonly kind: ViolationKind;
  /** What and where, in words. */
  readonly text: string;
}

/**
 * Holds what the clients saw against the log, read after everything has settled. Every acknowledged
 * message is in it exactly once, at its `seq`; nothing is in it that was not sent; each sender's order is
 * kept; what every reader got has no hole and equals the log to its end. Says nothing if that is so.
 */
export function check(history: History, log: Log): readonly Violation[] {
  return [...checkLog(history.sent, log), ...checkSent(history.sent, log), ...checkReaders(history.runs, log)];
}

function* checkLog(sent: readonly Sent[], { messages }: Log): Generator<Violation> {
  const byId = new Map(sent.map((message) => [message.id, message]));
  const seen = new Set<string>();
  for (const [index, { seq, id, text }] of messages.entries()) {
    const before = messages[index - 1]?.seq ?? 0;
    if (seq !== before + 1) yield { kind: "hole", text: `the log goes from ${before} to ${seq}` };
    if (seen.has(id)) yield { kind: "doubled", text: `${id} is in the log again at ${seq}` };
    seen.add(id);
    const original = byId.get(id);
    if (!original) yield { kind: "invented", text: `nobody sent ${id}, which the log has at ${seq}` };
    else if (original.text !== text) yield { kind: "altered", text: `${id} at ${seq} has another text` };
  }
}

function* checkSent(sent: readonly Sent[], { messages }: Log): Generator<Violation> {
  const places = new Map(messages.map(({ id, seq }) => [id, seq]));
  const last = new Map<string, number>();
  for (const { sender, id, acknowledgements } of sent) {
    const seq = places.get(id);
    if (acknowledgements.filter(({ dup }) => dup === false).length > 1) {
      yield { kind: "doubled", text: `${id} was acknowledged as new more than once` };
    }
    if (seq === undefined) {
      if (acknowledgements.length > 0) yield { kind: "lost", text: `${id} was acknowledged and is not in the log` };
      continue;
    }
    const others = new Set(acknowledgements.map((acknowledgement) => acknowledgement.seq).filter((at) => at !== seq));
    if (others.size > 0) {
      yield { kind: "misplaced", text: `${id} stands at ${seq} and was acknowledged as ${[...others].join(", ")}` };
    }
    const before = last.get(sender) ?? 0;
    if (seq < before)
      yield { kind: "reordered", text: `${id} of ${sender} at ${seq} was sent after the one at ${before}` };
    last.set(sender, Math.max(before, seq));
  }
}

function* checkReaders(runs: readonly Run[], log: Log): Generator<Violation> {
  const lastRuns = new Map<string, Run>();
  for (const run of runs) {
    yield* checkRun(run, log);
    const before = lastRuns.get(run.reader);
    const missed = before && run.head !== undefined ? run.head - endOf(before) : Number.POSITIVE_INFINITY;
    if (run.isReset && missed <= replayLimit) {
      yield { kind: "reset in vain", text: `${run.reader} had missed only ${missed} at ${run.head}` };
    }
    lastRuns.set(run.reader, run);
  }
  const head = log.messages.at(-1)?.seq ?? 0;
  for (const run of lastRuns.values()) {
    if (endOf(run) < head) yield { kind: "behind", text: `${run.reader} got to ${endOf(run)} of ${head}` };
  }
}

function* checkRun({ reader, epoch, head, deliveries }: Run, log: Log): Generator<Violation> {
  if (epoch !== undefined && epoch !== log.epoch) yield { kind: "differs", text: `${reader} read the log ${epoch}` };
  // Without a page, a run goes on after the head that it began at.
  let last = deliveries[0] && head !== undefined && deliveries[0].seq > head ? head : undefined;
  for (const { seq, id } of deliveries) {
    if (last !== undefined && seq <= last) yield { kind: "repeated", text: `${reader} got ${seq} after ${last}` };
    if (last !== undefined && seq > last + 1) yield { kind: "hole", text: `${reader} got ${seq} after ${last}` };
    if (log.messages[seq - 1]?.id !== id) yield { kind: "differs", text: `${reader} got ${id} at ${seq}` };
    last = Math.max(last ?? 0, seq);
  }
}

const endOf = (run: Run): number => run.deliveries.at(-1)?.seq ?? run.head ?? 0;
