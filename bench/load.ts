import { setTimeout as sleep } from "node:timers/promises";
import { Audit, type Verdict } from "./audit.ts";
import { answer, usage } from "./child.ts";
import { Member } from "./member.ts";
import type { Entrance } from "./servers/subject.ts";
import { words } from "./words.ts";

// The load where there is no C compiler: it does what `native/load.c` does, for WebSockets, at several times the cost.

/** How messages are sent: so many a second whatever becomes of them, or so many that not everybody has yet. */
export type Pace =
  | { readonly kind: "open"; readonly rate: number }
  | { readonly kind: "saturated"; readonly outstanding: number };

/** Members who come in by one entrance, spread evenly over so many rooms. */
export interface Crowd {
  readonly members: number;
  readonly rooms: number;
  /** How many may be on their way in at a time. */
  readonly atATime: number;
}

export interface Ran extends Verdict {
  /** Members whose line broke since the beginning. */
  readonly lost: number;
  /** All bytes that members read. */
  readonly bytes: number;
  /** From the first send to the last delivery, in milliseconds. */
  readonly ms: number;
  /** How late this process sent, against its own timetable, in milliseconds: the latest; 0 without a timetable. */
  readonly late: number;
}

/** How long to wait for deliveries that do not come, and then for any that come twice, in milliseconds. */
const patienceMs = 10_000;
const afterwardsMs = 250;

const audit = new Audit();
const members: { readonly member: Member; readonly room: number; readonly say: (number: string) => void }[] = [];
/** How many are in each room. */
const seats: number[] = [];
let next = 0;
let lost = 0;
let bytesRead = 0;

/** Connects all members and lets them into their rooms; how long that took, in milliseconds. */
async function enter(entrance: Entrance, { members: count, rooms, atATime }: Crowd): Promise<number> {
  if (entrance.way !== "websocket") throw new Error("a load without a C compiler speaks WebSocket alone");
  const begun = performance.now();
  let index = 0;
  const enterNext = async () => {
    while (index < count) {
      const room = index++ % rooms;
      const seat = seats[room] ?? 0;
      seats[room] = seat + 1;
      const name = rooms === 1 ? "general" : `room-${room}`;
      const fill = (form: string) => form.replaceAll("{room}", name);
      const { join } = entrance;
      const member = await Member.enter(
        { ...entrance, path: fill(entrance.path), ...(join && { join: { ...join, frame: fill(join.frame) } }) },
        {
          frame: (at, bytes, start, end) => audit.receive(room, seat, at, bytes, start, end),
          read: (bytes) => {
            bytesRead += bytes;
          },
          lost: (why) => {
            lost++;
            console.error(`member ${seat} of ${name} lost its line: ${why}`);
          },
        },
      );
      const form = fill(entrance.says);
      const say = (number: string) =>
        member.send(form.replaceAll("{number}", number).replaceAll("{text}", `#${number} ${words}`));
      members.push({ member, room, say });
    }
  };
  await Promise.all(Array.from({ length: atATime }, enterNext));
  return performance.now() - begun;
}

/** Sends one message, by the next member in turn. */
function send(): void {
  const sender = members[next++ % members.length];
  sender?.say(audit.send(sender.room, seats[sender.room] ?? 0, performance.now()));
}

/** Sends by the timetable; how late the latest send was. */
async function sendOpen(rate: number, seconds: number): Promise<number> {
  const begun = performance.now();
  let late = 0;
  for (let sent = 0; sent < rate * seconds; sent++) {
    const due = begun + (sent * 1000) / rate;
    for (let left = due - performance.now(); left > 0; left = due - performance.now()) await sleep(Math.ceil(left));
    late = Math.max(late, performance.now() - due);
    send();
  }
  return late;
}

/** Sends whenever one message more has reached everybody. */
async function sendSaturated(outstanding: number, seconds: number): Promise<void> {
  audit.onComplete = send;
  for (let sent = 0; sent < outstanding; sent++) send();
  await sleep(seconds * 1000);
  audit.onComplete = () => {};
}

async function run(pace: Pace, seconds: number): Promise<Ran> {
  audit.begin();
  const begun = performance.now();
  const bytesBefore = bytesRead;
  const late =
    pace.kind === "open" ? await sendOpen(pace.rate, seconds) : await sendSaturated(pace.outstanding, seconds);
  const sentAll = performance.now();
  while (audit.incomplete > 0 && performance.now() - sentAll < patienceMs) await sleep(1);
  const ms = performance.now() - begun;
  await sleep(afterwardsMs);
  return { ...audit.verdict(), lost, bytes: bytesRead - bytesBefore, ms, late: late ?? 0 };
}

const duties = { enter, run, usage };
export type LoadDuties = typeof duties;
answer(duties, () => {
  for (const { member } of members) member.end();
});
