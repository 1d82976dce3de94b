import type { Report } from "../report.ts";
import type { Bench } from "../rounds.ts";

/** One thing that is measured by itself. */
export interface Scenario {
  /** Its word on the command line. */
  readonly name: string;
  readonly title: string;
  /** What is done, in whole sentences. */
  readonly about: string;
  /** How long it takes, about, with the usual flags. */
  readonly minutes: number;
  /** `earlier` is what other scenarios found in the same run, by their names. */
  run(bench: Bench, earlier: ReadonlyMap<string, Report>): Promise<Report>;
}
