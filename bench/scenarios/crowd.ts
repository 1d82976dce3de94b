import type { Child } from "../child.ts";
import type { LoadDuties } from "../load.ts";
import { type Figures, measureEntering, usualAtATime } from "../measure.ts";
import { openLoad } from "../native.ts";
import type { ServerDuties } from "../servers/subject.ts";
import type { Subject } from "../subjects.ts";

/** A server with everybody in, and those who are. */
export interface Crowded {
  readonly server: Child<ServerDuties>;
  readonly load: Child<LoadDuties>;
  /** What it cost to let them in. */
  readonly entering: Figures;
}

export interface Size {
  readonly members: number;
  readonly rooms: number;
  /** Whether they are left alone for a while, to see what they cost idle. */
  readonly idles?: boolean;
  /** The ways in among which the members are spread evenly; the usual one alone, unless it is said. */
  readonly gateways?: readonly string[];
}

/** Starts a server and a load, lets everybody in, does what is wanted with them, and ends both. */
export async function withCrowd<T>(
  subject: Subject,
  { members, rooms, idles = false, gateways }: Size,
  use: (crowded: Crowded) => Promise<T>,
): Promise<T> {
  await using server = subject.open();
  await using load = openLoad();
  const ways = gateways ?? [undefined];
  const entrances = [];
  for (const way of ways)
    entrances.push(await (way === undefined ? server.ask("entrance") : server.ask("entrance", way)));
  const crowd = { members: members / ways.length, rooms, atATime: usualAtATime };
  const entering = await measureEntering(
    server,
    load,
    entrances.map((entrance) => [entrance, crowd] as const),
    { idles },
  );
  return await use({ server, load, entering });
}

/** What every subject of a scenario is, as a sentence. */
export const subjectsAre = (subjects: readonly Subject[]): string =>
  `${subjects.map(({ name, is }) => `${name}: ${is}`).join(". ")}.`;
