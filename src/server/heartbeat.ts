import type { Clock, Metrics } from "../core/ports.ts";
import type { Line } from "../gateways/support/websocket.ts";
import { closeCodes } from "../protocol/codes.ts";

/** A line is pinged every 25 s ± 20 %, and has 8 s to show any sign of life. [K1] */
const leastMs = 20_000;
const mostMs = 30_000;
const patienceMs = 8_000;
/** All lines share one timer of this step. */
const stepMs = 1_000;

/** An empty ping, final and unmasked. RFC 6455 §5.5.2 */
const ping = Uint8Array.of(0x89, 0);

/** A line that is watched. */
interface Watched {
  readonly line: Line;
  /** Bytes that had come in when it was pinged; `undefined` while it is not. */
  pingedAt: number | undefined;
  /** What is attended to together with it. */
  slot: Set<Watched>;
}

/** Pings every WebSocket from time to time, and closes those that are gone without a word. */
export interface Heartbeat {
  /** Watches a line until {@link unwatch} is called with the answer. */
  watch(line: Line): Watched;
  unwatch(watched: Watched): void;
  close(): void;
}

/** `random` is between 0 and 1: lines that came together are not pinged together. */
export function createHeartbeat(clock: Clock, random: () => number, metrics: Pick<Metrics, "closed">): Heartbeat {
  // A wheel: each slot holds what is due at its step.
  const slots = Array.from({ length: mostMs / stepMs + 1 }, () => new Set<Watched>());
  let step = 0;
  const slotIn = (ms: number): Set<Watched> => {
    const slot = slots[(step + Math.max(1, Math.round(ms / stepMs))) % slots.length];
    if (!slot) throw new Error("the wheel has no such slot");
    return slot;
  };
  const untilPing = () => leastMs + random() * (mostMs - leastMs);

  /** Does what is due for a line; when it is due again. */
  const attend = (watched: Watched): number => {
    const { webSocket, socket } = watched.line;
    const { pingedAt } = watched;
    watched.pingedAt = undefined;
    // Whose bytes nobody reads, or who has not read theirs yet, cannot answer: others judge them. [B1]
    if (webSocket.isPaused || socket.writableLength > 0) return untilPing();
    if (pingedAt === undefined) {
      watched.pingedAt = socket.bytesRead;
      socket.write(ping);
      return patienceMs;
    }
    if (socket.bytesRead > pingedAt) return untilPing() - patienceMs;
    metrics.closed("no_sign_of_life");
    webSocket.close(closeCodes.no_sign_of_life, "no_sign_of_life");
    // Nobody is there to say goodbye.
    webSocket.terminate();
    return patienceMs;
  };

  let cancel = () => {};
  const beat = () => {
    step = (step + 1) % slots.length;
    const due = slots[step] ?? new Set();
    for (const watched of [...due]) {
      due.delete(watched);
      if (watched.line.webSocket.readyState !== watched.line.webSocket.OPEN) continue;
      watched.slot = slotIn(attend(watched));
      watched.slot.add(watched);
    }
    cancel = clock.after(stepMs, beat);
  };
  cancel = clock.after(stepMs, beat);
  return {
    watch(line) {
      const watched: Watched = { line, pingedAt: undefined, slot: slotIn(untilPing()) };
      watched.slot.add(watched);
      return watched;
    },
    unwatch: (watched) => void watched.slot.delete(watched),
    close: () => cancel(),
  };
}
