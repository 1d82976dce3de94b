// A small believable conversation, spoken through the SDK: what the pictures of the page show.
import type { MessageId } from "../src/protocol/ids.ts";
import { type Client, connect, type Outgoing, type Room } from "../src/sdk/index.ts";

/** Who speaks. */
export type Speaker = "Ann" | "Оля" | "Пётр" | "สมชาย";

/** Something said, and what became of it: `id` names it for who answers it. */
interface Spoken {
  readonly by: Speaker;
  readonly text: string;
  readonly id?: string;
  readonly replyTo?: string;
  /** What its author makes of it afterwards. */
  readonly edited?: string;
  readonly reactions?: readonly (readonly [emoji: string, ...by: Speaker[]])[];
}

const topic = "Майстерня в суботу, 10:00 · workshop · เวิร์กช็อป 🦔";

/** Said before the reader comes in. */
const before: readonly Spoken[] = [
  { by: "Оля", text: "Доброго ранку всім! ☕️" },
  { by: "สมชาย", text: "สวัสดีครับ วันนี้อากาศที่เชียงใหม่ดีมาก ฟ้าใส ลมเย็น" },
  { by: "Ann", text: "Morning! Two days until the workshop. What is still open?" },
  { by: "Оля", text: "Кімната на *сорок* місць наша, ключі в мене.", reactions: [["🎉", "Ann", "Пётр", "สมชาย"]] },
  {
    by: "Оля",
    text: "Лишилося:\n- проєктор\n- наліпки з іменами",
    edited: "Лишилося:\n- проєктор\n- наліпки з іменами\n- кава, **багато** кави",
  },
  { by: "Пётр", text: "Проектор привезу я. Розетки проверил, удлинителей хватит на всех." },
  {
    by: "สมชาย",
    text: "ผมเตรียมบอร์ดเซ็นเซอร์ไว้ 12 ชุดแล้ว แต่ละตัวส่งข้อมูลเข้าห้องนี้ได้เลยด้วย `curl`",
    id: "boards",
    reactions: [["👍🏽", "Оля", "Ann"]],
  },
];

/** Said while the reader was away. */
const meanwhile: readonly Spoken[] = [
  { by: "Пётр", text: "Красиво. Значит, датчики просто пишут в чат, как мы.", replyTo: "boards" },
  { by: "สมชาย", text: "ใช่ครับ แบบนี้:\n```\ncurl -d '23.5 °C' localhost:8765/rooms/sensors/messages\n```" },
];

/** Said while the reader looks on. */
const now: readonly Spoken[] = [
  { by: "Ann", text: "That is the whole first lesson, then. I love it." },
  { by: "Оля", text: "@Ann, програма тут: https://example.org/workshop — глянеш, чи все так?", id: "programme" },
  { by: "Ann", text: "Read it, looks right to me.", replyTo: "programme" },
  {
    by: "Ann",
    text: "I'll bring name tags *and* the good coffee. See you on Saturday!",
    reactions: [
      ["❤️", "Оля", "สมชาย"],
      ["☕️", "Пётр"],
    ],
  },
  { by: "Пётр", text: "🎉" },
];

const longText = Array.from(
  { length: 14 },
  (_, index) =>
    `${index + 1}. A wall of text is still a text: it folds, and whoever wants all of it asks for all of it.`,
).join("\n");

/** What would burst a narrow column. */
const longWords = [
  longText,
  "Донаудампфшиффартсгезельшафтскапітанскабіненфенстер_Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
  "กรุงเทพมหานครอมรรัตนโกสินทร์มหินทรายุธยามหาดิลกภพนพรัตนราชธานีบูรีรมย์อุดมราชนิเวศน์มหาสถานอมรพิมานอวตารสถิตสักกะทัตติยวิษณุกรรมประสิทธิ์",
  "https://example.org/a/very/long/address/that/goes/on/and/on?with=a&query=that&does=not&end=anytime_soon_because_it_is_so_long",
];

export interface Scene extends AsyncDisposable {
  /** How the reader comes in as Ann. */
  readonly ann: { readonly name: string; readonly token: string };
  /** The place of the last message that Ann has read. */
  readonly readUpTo: number;
  /** Everybody says what they say while the reader looks on. */
  goOn(): Promise<void>;
  /** They type; the typing of nobody ends it. */
  type(...speakers: Speaker[]): void;
}

/** Says it all, one after the other; `ids` are those of what was said before. Gives the last place in the log. */
async function say(
  rooms: ReadonlyMap<Speaker, Room>,
  spoken: readonly Spoken[],
  ids: Map<string, MessageId>,
): Promise<number> {
  let seq = 0;
  const settle = async (by: Speaker, tell: (room: Room) => Outgoing) => {
    const room = rooms.get(by);
    if (room) ({ seq } = await room.settled(tell(room)));
  };
  for (const { by, text, id = text, replyTo, edited, reactions = [] } of spoken) {
    const answered = replyTo === undefined ? undefined : ids.get(replyTo);
    await settle(by, (room) => {
      const message = room.send(text, answered && { replyTo: answered });
      ids.set(id, message.id);
      return message;
    });
    const said = ids.get(id);
    if (!said) continue;
    if (edited !== undefined) await settle(by, (room) => room.edit(said, edited));
    for (const [emoji, ...speakers] of reactions) {
      for (const speaker of speakers) await settle(speaker, (room) => room.react(said, emoji));
    }
  }
  return seq;
}

/** Lets everybody into `general` of the server at `url`, and has them talk until the reader comes. */
export async function playScene(url: string): Promise<Scene> {
  const clients = new Map<Speaker, Client>();
  const rooms = new Map<Speaker, Room>();
  let token = "";
  for (const name of ["Ann", "Оля", "Пётр", "สมชาย"] as const) {
    const client = connect(url, { name });
    await new Promise<void>((resolve) => {
      client.on("welcome", (welcome) => {
        if (name === "Ann") token = welcome.token;
        resolve();
      });
    });
    clients.set(name, client);
    rooms.set(name, client.join("general"));
  }
  const guests = ["Максиміліан Вишневецький-Корибут", "Mariana", "นภาพร", "🦊 Sally"].map((name, index) => {
    const client = connect(url, { name });
    const room = client.join("general");
    client.join("wall").send(longWords[index] ?? longText);
    return { client, entered: new Promise<void>((resolve) => room.on("reset", () => resolve())) };
  });
  await Promise.all(guests.map(({ entered }) => entered));
  const ids = new Map<string, MessageId>();
  const first = rooms.get("Оля");
  await first?.settled(first.setTopic(topic));
  const readUpTo = await say(rooms, before, ids);
  await say(rooms, meanwhile, ids);

  for (const name of ["кухня", "sensors", "ห้องเรียน"]) {
    const room = clients.get("สมชาย")?.join(name);
    if (!room) continue;
    for (const text of ["23.4 °C", "23.5 °C", "23.7 °C"]) await room.settled(room.send(text));
  }
  return {
    ann: { name: "Ann", token },
    readUpTo,
    goOn: async () => void (await say(rooms, now, ids)),
    type(...speakers) {
      for (const [speaker, room] of rooms) room.typing(speakers.includes(speaker));
    },
    async [Symbol.asyncDispose]() {
      for (const client of [...clients.values(), ...guests.map(({ client }) => client)]) client.close();
    },
  };
}
