import type { Limits } from "../protocol/limits.ts";
import type { Accounts } from "./accounts.ts";
import { Delay } from "./delay.ts";
import type { Clock } from "./ports.ts";
import type { Post } from "./post.ts";
import { Rate } from "./rate.ts";
import { SlowReaders } from "./slow-readers.ts";

/** How long a new native line may say nothing. [K2] */
const silenceMs = 10_000;

/** How long what was read of a line that is gone may still be said; and so many lines of one address. [B1] */
export const partingMs = 60_000;
const partingsAtOnce = 16;

/** A token costs nothing: all guests of one address together say no more than so many of them may each. */
const guestsCounted = 10;
/** This machine itself, or the /64 of its `::1`: where a proxy that is not trusted makes everybody seem to be. */
const loopback = /^(?:127\.|0:0:0:0::)/;

/** What one client may take of a node, and how long it is waited for. */
export interface Bounds {
  /** Messages: by person, address or line. */
  readonly sends: Rate;
  /** Messages of all tokens without a kept name together: by address. */
  readonly guests: Rate;
  /** Frames that are no messages: by line. */
  readonly frames: Rate;
  /** Lines that are gone before everything was said that was read of them: by address or line. */
  readonly partings: Rate;
  readonly slowReaders: SlowReaders;
  readonly silence: Delay;
}

export const createBounds = (limits: Limits, clock: Clock): Bounds => ({
  sends: new Rate({ perSecond: limits.sendRate, burst: limits.sendBurst, clock }),
  guests: new Rate({ perSecond: limits.sendRate * guestsCounted, burst: limits.sendBurst * guestsCounted, clock }),
  frames: new Rate({ perSecond: limits.frameRate, burst: limits.frameBurst, clock }),
  partings: new Rate({ perSecond: (partingsAtOnce * 1000) / partingMs, burst: partingsAtOnce, clock }),
  slowReaders: new SlowReaders(clock, limits.maxQueue === 0 ? 0 : limits.maxQueueMs),
  silence: new Delay(clock, silenceMs),
});

/** In how many milliseconds something may be said; 0 if it may now, and is counted. */
export function takeTurn(bounds: Bounds, { countedAs, isCounted, user, address }: Post, accounts: Accounts): number {
  if (countedAs === undefined || isCounted) return 0;
  const wait = bounds.sends.take(countedAs);
  const isGuest = countedAs === user.id && accounts.nameOf(user.id) === undefined;
  const isOfCrowd = isGuest && address !== undefined && !loopback.test(address);
  return wait === 0 && isOfCrowd ? bounds.guests.take(address) : wait;
}
