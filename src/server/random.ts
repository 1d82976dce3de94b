import { randomFillSync } from "node:crypto";
import type { RandomBytes } from "../protocol/ids.ts";

const poolBytes = 4_096;

/** The system's random bytes, asked for many at a time: asking costs more than the bytes do. */
export function createRandomBytes(): RandomBytes {
  const pool = new Uint8Array(poolBytes);
  let at = poolBytes;
  return (into) => {
    if (into.length > poolBytes) return randomFillSync(into);
    if (at + into.length > poolBytes) {
      randomFillSync(pool);
      at = 0;
    }
    into.set(pool.subarray(at, at + into.length));
    // What was handed out is in nobody's hands but the receiver's.
    pool.fill(0, at, at + into.length);
    at += into.length;
    return into;
  };
}
