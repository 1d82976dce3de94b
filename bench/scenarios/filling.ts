import { join } from "node:path";
import type { Draft } from "../../src/core/ports.ts";
import type { DisplayName, MessageId, RoomName, UserId } from "../../src/protocol/ids.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { sameRandom } from "../random.ts";

/** What one commit of a busy server takes at the most. [L2] */
const group = 200;

/** What people say, from a word to a paragraph. */
const said = [
  "ok",
  "😀👍",
  "I am on my way, start without me.",
  "วันนี้ประชุมตอนบ่ายสามโมงนะคะ อย่าลืมเอาเอกสารมาด้วย",
  "Гарного дня всім! Хто сьогодні буде в офісі?",
  "Shall we meet at six by the river? I will bring the map, if you bring something to eat.",
  `${"The longer ones are rare, but they are there, and a page of them is several times as heavy. ".repeat(5)}`,
];

/** Stores messages as a server would, in a folder that no server uses; how long that took, in milliseconds. */
export async function fillRoom(folder: string, room: RoomName, messages: number): Promise<number> {
  const store = await openSqliteStore(join(folder, "parlance.db"));
  const random = sameRandom(messages);
  const begun = performance.now();
  try {
    await store.openRoom(room);
    for (let from = 0; from < messages; from += group) {
      const drafts = Array.from({ length: Math.min(group, messages - from) }, (_, index): Draft => {
        const person = Math.floor(random() * 50);
        return {
          room,
          // Random as a client's ids are: their index is written all over.
          id: `${Math.floor(random() * 2 ** 32)
            .toString(36)
            .padStart(7, "0")}-${String(from + index).padStart(9, "0")}` as MessageId,
          kind: "message",
          user: {
            id: `u_${String(person).padStart(20, "0")}` as UserId,
            name: `user_${String(person).padStart(2, "0")}` as DisplayName,
          },
          text: said[Math.floor(random() * said.length)] ?? "",
          ts: 1_763_595_996_000 + (from + index) * 1_000,
        };
      });
      await store.append(drafts);
    }
    return performance.now() - begun;
  } finally {
    await store.close();
  }
}
