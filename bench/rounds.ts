import { AuditFailed, type Figures, names } from "./measure.ts";
import { type Spread, spread } from "./statistics.ts";

/** What others may use of a core, in per cent, on a machine that is called quiet; it cannot be told to less than 10. */
export const quietPercent = 20;

/** What a round of one subject measured: figures by the title of what was done. */
type Round = Readonly<Record<string, Figures>>;

/** What all rounds of several subjects came to. */
export interface Rounds {
  readonly subjects: readonly string[];
  /** By subject; none of one whose audit failed. */
  readonly of: ReadonlyMap<string, readonly Round[]>;
  /** Why a subject's figures do not stand. */
  readonly failed: ReadonlyMap<string, string>;
  /** The most that others used of a core in a round that counts, in per cent. */
  readonly others: number;
  readonly again: number;
}

/** What every round of a measurement shares. */
export interface Bench {
  readonly rounds: number;
  /** How long messages are sent at each pace, in a round. */
  readonly seconds: number;
  /** Says what is being done. */
  readonly say: (text: string) => void;
  /** How often in all a round may still be measured again because the machine was not quiet. */
  repeats: number;
}

export interface Entrant {
  readonly name: string;
  readonly measure: () => Promise<Round>;
}

const othersIn = (round: Round): number =>
  Math.max(0, ...Object.values(round).map((figures) => figures[names.others] ?? 0));

/**
 * Measures each in every round; who comes first in one comes last in the next, so that a machine that warms up or slows
 * down favours nobody. One whose audit fails is measured no more, and has no figures; the others go on.
 */
export async function alternate(bench: Bench, entrants: readonly Entrant[]): Promise<Rounds> {
  const of = new Map<string, Round[]>();
  const failed = new Map<string, string>();
  let again = 0;
  let others = 0;
  for (let number = 1; number <= bench.rounds; number++) {
    for (const { name, measure } of number % 2 === 1 ? entrants : entrants.toReversed()) {
      if (failed.has(name)) continue;
      bench.say(`round ${number} of ${bench.rounds}: ${name}`);
      try {
        let round = await measure();
        // Only what others did decides, never the figures.
        while (othersIn(round) > quietPercent && bench.repeats > 0) {
          bench.repeats--;
          again++;
          bench.say("the machine was not quiet: once more");
          round = await measure();
        }
        others = Math.max(others, othersIn(round));
        of.set(name, [...(of.get(name) ?? []), round]);
      } catch (error) {
        const why = error instanceof AuditFailed ? error.message : String(error);
        bench.say(`❌ ${name}: ${why}`);
        failed.set(name, why);
        of.delete(name);
      }
    }
  }
  return { subjects: entrants.map(({ name }) => name), of, failed, others, again };
}

/** One figure of one subject, over its rounds; `undefined` where it has none. */
export function figureOf(rounds: Rounds, subject: string, title: string, name: string): Spread | undefined {
  const values = (rounds.of.get(subject) ?? []).map((round) => round[title]?.[name]).filter((v) => v !== undefined);
  return values.length > 0 ? spread(values) : undefined;
}

/** Its median; not a number where there is none, which meets no goal. */
export const medianOf = (rounds: Rounds, subject: string, title: string, name: string): number =>
  figureOf(rounds, subject, title, name)?.median ?? Number.NaN;
