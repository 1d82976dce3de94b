import { setTimeout as sleep } from "node:timers/promises";
import { Audit, type Verdict } from "./audit.ts";
import { answer, usage } from "./child.ts";
import { Member } from "./member.ts";
import type { Entrance } from "./servers/subject.ts";

/** How messages are sent: so many a second whatever becomes of them, or so many that not everybody has yet. */
export type Pace =
  | { readonly kind: "open"; readonly rate: number }
  | { readonly kind: "saturated"; readonly outstanding: number };

export interface Ran extends Verdict {
  readonly messages: number;
  /** From the first send to the last delivery, in milliseconds. */
  readonly ms: number;
  /** How late this process sent, against its own timetable, in milliseconds: the latest; 0 without a timetable. */
  readonly late: number;
}

/** Handshakes under way at a time. */
const entering = 100;
/** How long to wait for deliveries that do not come, and then for any that come twice, in milliseconds. */
const patienceMs = 10_000;
const afterwardsMs = 250;
/** 90 characters, about what people write. */
const words = "Shall we meet at six by the river? I will bring the map, if you bring something to eat.";

let audit = new Audit(0);
const members: Member[] = [];
let next = 0;

/** Connects all members and lets them into the room; how long that took, in milliseconds. */
async function enter(entrance: Entrance, count: number): Promise<number> {
  const begun = performance.now();
  const account = new Audit(count);
  audit = account;
  let index = 0;
  const enterNext = async () => {
    while (index < count) {
      const number = index++;
      const member = await Member.enter(entrance, {
        frame: (at, bytes, start, end) => account.receive(number, at, bytes, start, end),
        lost: (why) => {
          account.lose();
          console.error(`member ${number} lost its line: ${why}`);
        },
      });
      members.push(member);
    }
  };
  await Promise.all(Array.from({ length: entering }, enterNext));
  return performance.now() - begun;
}

/** Sends one message, by the next member in turn. */
function send(): void {
  const text = audit.send(performance.now());
  const id = `${text.slice(1)}-bench-message`;
  members[next++ % members.length]?.send(JSON.stringify({ type: "message", id, text: `${text} ${words}` }));
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
  const before = next;
  const late =
    pace.kind === "open" ? await sendOpen(pace.rate, seconds) : await sendSaturated(pace.outstanding, seconds);
  const sentAll = performance.now();
  while (audit.incomplete > 0 && performance.now() - sentAll < patienceMs) await sleep(1);
  const ms = performance.now() - begun;
  await sleep(afterwardsMs);
  return { ...audit.verdict(), messages: next - before, ms, late: late ?? 0 };
}

const duties = { enter, run, usage };
export type LoadDuties = typeof duties;
answer(duties, () => {
  for (const member of members) member.end();
});
