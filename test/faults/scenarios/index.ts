import type { Scenario } from "../scenario.ts";
import { clockShift } from "./clock.ts";
import { crowd } from "./crowd.ts";
import { cutLines } from "./cuts.ts";
import { diskFull } from "./disk.ts";
import { flood } from "./flood.ts";
import { fsyncError } from "./fsync.ts";
import { malformed } from "./fuzz.ts";
import { kill } from "./kill.ts";
import { sigterm } from "./sigterm.ts";
import { slowReader } from "./slow-reader.ts";
import { tripleIds } from "./triple.ts";

/** Every fault that one server is put through, in the order of docs/FAULTS.md. */
export const scenarios: readonly Scenario[] = [
  kill,
  cutLines,
  slowReader,
  diskFull,
  fsyncError,
  clockShift,
  tripleIds,
  malformed,
  flood,
  crowd,
  sigterm,
];
