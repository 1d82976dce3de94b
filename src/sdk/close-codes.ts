import type { closeCodes } from "../protocol/codes.ts";

type Codes = typeof closeCodes;

// The types see to it that these are the table's; the table itself is more than a client need load.
export const done: Codes["done"] = 1000;
export const goingAway: Codes["going_away"] = 1001;
export const positionLost: Codes["position_lost"] = 4104;
export const noSignOfLife: Codes["no_sign_of_life"] = 4105;
/** What a line that broke looks like: nobody sends it. RFC 6455 §7.4.1 */
export const broken = 1006;
