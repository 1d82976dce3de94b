import { refused } from "../protocol/codes.ts";

/** The refusal of what the store cannot do now, and may do a second later. [L3] */
export const unavailable = refused("unavailable", { retryAfterMs: 1_000 });
