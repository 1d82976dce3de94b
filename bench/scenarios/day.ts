import { statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { RoomName } from "../../src/protocol/ids.ts";
import { temporaryFolder } from "../leftovers.ts";
import { sameRandom } from "../random.ts";
import { atMost } from "../report.ts";
import { fit, type Point, short } from "../statistics.ts";
import { openParlance } from "../subjects.ts";
import { fillRoom } from "./filling.ts";
import { Person } from "./person.ts";
import type { Scenario } from "./scenario.ts";

const people = 50;
const messagesADay = 10_000;
/** Said before: with its first 8,192 messages a server takes, once, what it needs to make a block of them for search. */
const messagesBefore = 10_000;
/** A minute of the day takes this long, so that 24 hours take five minutes. */
const minuteMs = (5 * 60_000) / (24 * 60);
/** How many of a hundred are there in each hour, from midnight. */
const presence = [6, 4, 3, 3, 4, 8, 20, 45, 70, 85, 90, 88, 70, 80, 90, 88, 80, 65, 55, 50, 45, 35, 22, 12];
/** How often somebody's line breaks in an hour, and how many of a hundred messages are preceded by typing. */
const breaksAnHour = 1;
const typing = 0.8;
const sampleEveryMinutes = 10;
/** Memory is judged from this hour on: until then a young process is still getting what it needs. */
const settledHour = 8;

/** What 24 hours leave behind. */
interface Day {
  /** Memory over the hours, in MiB: as it was, and at each full hour once what nothing refers to was let go. */
  readonly memory: readonly Point[];
  readonly held: readonly Point[];
  readonly said: number;
  readonly joins: number;
  readonly breaks: number;
}

async function live(folder: string, say: (text: string) => void): Promise<Day> {
  await using server = openParlance(folder);
  const { port } = await server.ask("entrance");
  const random = sameRandom(24);
  const everybody = Array.from({ length: people }, () => new Person(`ws://127.0.0.1:${port}/api/v1/ws`, random));
  const busy = presence.reduce((sum, share) => sum + share, 0) * 60;
  const memory: Point[] = [];
  const held: Point[] = [];
  const residentMiB = async () => (await server.ask("usage")).residentBytes / 1024 ** 2;
  const begun = performance.now();
  try {
    for (let minute = 0; minute < 24 * 60; minute++) {
      const hour = Math.floor(minute / 60);
      const share = presence[hour] ?? 0;
      if (minute % 60 === 0) say(`${hour} h, ${short(memory.at(-1)?.[1] ?? 0)} MiB`);
      for (const [index, person] of everybody.entries()) {
        const isDue = index * 100 < share * people;
        if (isDue !== person.isHere) await (isDue ? person.come() : person.go());
        else if (isDue && random() < breaksAnHour / 60) await person.breakAndReturn();
      }
      const here = everybody.filter(({ isHere }) => isHere);
      for (let due = (messagesADay * share) / busy; here.length > 0 && random() < due; due--) {
        here[Math.floor(random() * here.length)]?.say(random() < typing);
      }
      if (minute % sampleEveryMinutes === 0) memory.push([minute / 60, await residentMiB()]);
      if (minute % 60 === 0) {
        await server.ask("collect");
        held.push([hour, await residentMiB()]);
      }
      await sleep(Math.max(0, begun + (minute + 1) * minuteMs - performance.now()));
    }
    for (const person of everybody) await person.settled();
  } finally {
    for (const person of everybody) person.vanish();
  }
  const sum = (of: (person: Person) => number) => everybody.reduce((total, person) => total + of(person), 0);
  return {
    memory,
    held,
    said: sum(({ said }) => said),
    joins: sum(({ joins }) => joins),
    breaks: sum(({ breaks }) => breaks),
  };
}

/**
 * What the log and the index of its words must take on the disk, in bytes, from the lengths of their rows. The record of a row is a header, a byte or
 * two a column, and its values; a cell has its size and a pointer to it too. Events come in order and fill their pages;
 * an index of random ids is full to ln 2. https://www.sqlite.org/fileformat2.html
 */
function computedBytes(db: DatabaseSync): { readonly rows: number; readonly bytes: number } {
  const { rows, event, index } = db
    .prepare(`
      SELECT count(*) AS rows,
             sum(12 + 5 + 2 + octet_length(id) + octet_length(kind) + coalesce(octet_length(target), 0)
                 + octet_length(user_id) + octet_length(user_name) + octet_length(text) + 6) AS event,
             sum(4 + 5 + 2 + octet_length(id)) AS "index"
      FROM event`)
    .get() as { rows: number; event: number; index: number };
  const { search } = db
    .prepare(`
      SELECT (SELECT sum(12 + octet_length(grams)) FROM search_part) +
             (SELECT sum(12 + octet_length(places)) FROM search_block) AS search`)
    .get() as { search: number };
  return { rows, bytes: event + index / Math.LN2 + search };
}

/** A day's traffic. */
export const day: Scenario = {
  name: "day",
  title: "A day in five minutes",
  about: `A day of ${people} people, ${Math.round(1 / (minuteMs / 60_000))} times as fast: ${short(messagesADay)} messages, most of them typed first, by as many as are there at each hour; each line breaks ${breaksAnHour === 1 ? "once" : `${breaksAnHour} times`} an hour and comes back with its token and its place. Memory is what the operating system counts as the server's own; it is in use if it is still there once the collector was made to run, as it is at each full hour, for how much waits to be collected is chance. The room had ${short(messagesBefore)} messages before. The clocks of the server run as ever.`,
  minutes: 5.2,
  async run(bench) {
    using folder = temporaryFolder("day");
    await fillRoom(folder.path, "general" as RoomName, messagesBefore);
    const { memory, held, said, joins, breaks } = await live(folder.path, bench.say);
    const file = join(folder.path, "parlance.db");
    const db = new DatabaseSync(file, { readOnly: true });
    const { rows, bytes } = computedBytes(db);
    db.close();
    const size = statSync(file).size;
    const settled = held.filter(([hour]) => hour >= settledHour);
    const { a, b } = fit(settled);
    const growth = ((b * (24 - settledHour)) / (a + b * settledHour)) * 100;
    return {
      goals: [
        {
          what: "messages stored ÷ acknowledged",
          goal: "all, once",
          measured: `${short(rows - messagesBefore)} of ${short(said)}`,
          met: rows - messagesBefore === said,
        },
        atMost(`memory in use from ${settledHour} to 24 h, fitted: growth`, growth, 10, " %"),
        atMost("size of the database: off what its rows compute to", Math.abs(size / bytes - 1) * 100, 15, " %"),
      ],
      tables: [
        {
          title: "A day",
          rows: [
            ["", ""],
            ["messages acknowledged", short(said)],
            ["joins", short(joins)],
            ["lines that broke", short(breaks)],
            ["memory, at most (MiB)", short(Math.max(...memory.map(([, mebibytes]) => mebibytes)))],
            ["memory in use at the end (MiB)", short(held.at(-1)?.[1] ?? Number.NaN)],
            [`memory in use from ${settledHour} h on, fitted (MiB an hour)`, short(b)],
            ["database (KiB)", short(size / 1024)],
            ["its rows compute to (KiB)", short(bytes / 1024)],
            ["database per message (bytes)", short(size / rows)],
          ],
        },
      ],
      notes: [],
      plots: [
        {
          file: "day-memory",
          title: "A day in five minutes: the server's memory",
          x: { label: "hour of the day", scale: "linear" },
          y: { label: "memory (MiB)", scale: "linear" },
          series: [
            { name: "Parlance", points: memory },
            { name: "once all was collected", points: held },
          ],
        },
      ],
    };
  },
};
