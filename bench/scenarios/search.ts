import { statSync } from "node:fs";
import { Agent, get } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Draft } from "../../src/core/ports.ts";
import type { DisplayName, MessageId, RoomName, UserId } from "../../src/protocol/ids.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { temporaryFolder } from "../leftovers.ts";
import { sameRandom } from "../random.ts";
import { atMost, type Report, type Table } from "../report.ts";
import type { Bench } from "../rounds.ts";
import { percentile, short } from "../statistics.ts";
import { openParlance } from "../subjects.ts";
import type { Scenario } from "./scenario.ts";
import { startToReadyMs } from "./start-up.ts";

const messages = 1_000_000;
const group = 500;
const rooms = ["general", "кухня", "ห้องเรียน", "games", "робота", "news", "random"].map((name) => name as RoomName);
/** How often each word is looked for. */
const times = 5;
const wordsOfKind = 40;
const goalMs = 30;

const syllables = {
  English:
    "the to and you is meet riv er map bring some thing eat shall we at six will if ing tion re in on ver con pro com",
  Cyrillic: "при вет как де ла се го дня об ра зо ва ние ст во пе ре на ло жен ный ска зать їжак ґан від що бу ло рів",
  Thai: "สวัส ดี ครับ วัน นี้ ไป กิน ข้าว น้ำ ประ ชุม ตอน บ่าย สาม โมง อย่า ลืม เอก สาร มา ด้วย นะ คะ งาน บ้าน เมือง ไทย มาก",
} as const;

/** What people might say: words of one script, some of them often and most of them hardly ever. */
function speech(random: () => number) {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const scripts = Object.entries(syllables).map(([script, all]) => {
    const parts = all.split(" ");
    const word = () => Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(parts)).join("");
    return { script, parts, words: Array.from({ length: 5_000 }, word) };
  });
  const sentence = () => {
    const { script, words } = pick(scripts);
    const count = Math.min(100, 1 + Math.floor(-Math.log(1 - random()) * 9));
    const said = Array.from({ length: count }, () => words[Math.floor(words.length ** random()) - 1] ?? words[0]);
    return said.join(script === "Thai" ? "" : " ") + (random() < 0.1 ? pick([" 😀", " 👍🏽", " 🦔"]) : "");
  };
  /** A word of syllables that are said all the time, which nobody has put together so. */
  const unusual = () => {
    const { parts } = pick(scripts);
    return Array.from({ length: 5 }, () => pick(parts)).join("");
  };
  return { scripts, sentence, unusual, pick };
}

interface Asked {
  readonly kind: string;
  readonly texts: readonly string[];
  /** What the first page has, at least and at most. */
  readonly finds: readonly [least: number, most: number];
}

/** Stores them as a server would; what to look for, and how long it took, in milliseconds. */
async function fill(folder: string): Promise<{ readonly asked: readonly Asked[]; readonly ms: number }> {
  const random = sameRandom(messages);
  const { scripts, sentence, unusual, pick } = speech(random);
  const rare = Array.from({ length: wordsOfKind }, unusual);
  const rareAt = new Map(rare.map((word, index) => [Math.floor(((index + 0.5) * messages) / wordsOfKind), word]));
  const store = await openSqliteStore(join(folder, "parlance.db"));
  const begun = performance.now();
  try {
    for (let from = 0; from < messages; from += group) {
      const drafts = Array.from({ length: group }, (_, index): Draft => {
        const number = from + index;
        const person = Math.floor(random() * 50);
        const special = rareAt.get(number);
        return {
          room: pick(rooms),
          id: `${Math.floor(random() * 2 ** 32)}-${String(number).padStart(16, "0")}` as MessageId,
          kind: "message",
          user: { id: `u_${String(person).padStart(20, "0")}` as UserId, name: `user ${person}` as DisplayName },
          text: special === undefined ? sentence() : `${sentence()} ${special}`,
          ts: 1_763_595_996_000 + number * 1_000,
        };
      });
      await store.append(drafts);
    }
  } finally {
    await store.close();
  }
  const often = scripts.flatMap(({ words }) => words.slice(0, Math.ceil(wordsOfKind / 3)));
  const letters = [...new Set(Object.values(syllables).join("").replaceAll(" ", ""))].filter((one) =>
    /\p{L}/u.test(one),
  );
  const asked: readonly Asked[] = [
    { kind: "a common word", texts: often, finds: [20, 20] },
    { kind: "two common words", texts: often.slice(1).map((word, index) => `${word} ${often[index]}`), finds: [0, 20] },
    { kind: "a word that was said once", texts: rare, finds: [1, 20] },
    {
      kind: "a word that was never said",
      texts: Array.from({ length: wordsOfKind }, () => unusual() + unusual()),
      finds: [0, 0],
    },
    { kind: "one letter", texts: letters, finds: [1, 20] },
    { kind: "one letter that was never written", texts: [..."ўqฬ漢ђӂ"], finds: [0, 20] },
    { kind: "an emoji", texts: ["😀", "👍🏽", "🦔", "🦊"], finds: [0, 20] },
    { kind: "a phrase", texts: often.slice(1).map((word, index) => `"${word} ${often[index]}"`), finds: [0, 20] },
  ];
  return { asked, ms: performance.now() - begun };
}

interface Page {
  readonly messages: readonly unknown[];
  readonly next?: string;
}

/** Looks for something by HTTP over a kept connection; `undefined` while the server is not ready for it. */
function ask(agent: Agent, port: number, wanted: Readonly<Record<string, string>>): Promise<Page | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Page | undefined>();
  const query = new URLSearchParams(wanted);
  get({ agent, host: "127.0.0.1", port, path: `/search?${query}` }, (answer) => {
    const chunks: Buffer[] = [];
    answer.on("data", (chunk: Buffer) => chunks.push(chunk));
    answer.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      if (answer.statusCode === 200) resolve(JSON.parse(body) as Page);
      else if (answer.statusCode === 503) resolve(undefined);
      else reject(new Error(body));
    });
  }).on("error", reject);
  return promise;
}

/** How many messages there are on the first page that has any: a server that is short of time answers with none so far. */
async function found(agent: Agent, port: number, wanted: Readonly<Record<string, string>>): Promise<number> {
  const page = await ask(agent, port, wanted);
  if (!page) throw new Error("the server cannot search any more");
  const { messages: some, next } = page;
  return some.length > 0 || next === undefined ? some.length : found(agent, port, { ...wanted, before: next });
}

interface Timed {
  readonly kind: string;
  readonly sortedMs: readonly number[];
}

/** How long the server took until it could search, and for each kind. */
async function search(folder: string, asked: readonly Asked[], bench: Bench) {
  await using server = openParlance(folder);
  const { port } = await server.ask("entrance");
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const begun = performance.now();
    while (!(await ask(agent, port, { q: "x" }))) await new Promise((resolve) => setTimeout(resolve, 100));
    const readyMs = performance.now() - begun;
    const timed: Timed[] = [];
    for (const room of [undefined, rooms[1]]) {
      for (const { kind, texts, finds } of asked) {
        bench.say(`${kind}${room === undefined ? "" : ", in one room"}`);
        const all: number[] = [];
        for (let round = 0; round < times; round++) {
          for (const text of texts) {
            const asking = performance.now();
            const count = await found(agent, port, { q: text, ...(room !== undefined && { room }) });
            all.push(performance.now() - asking);
            const [least, most] = finds;
            if (!((room !== undefined || count >= least) && count <= most)) throw new Error(`${text}: ${count} found`);
          }
        }
        timed.push({
          kind: room === undefined ? kind : `${kind}, in one room`,
          sortedMs: all.toSorted((a, b) => a - b),
        });
      }
    }
    return { readyMs, timed };
  } finally {
    agent.destroy();
  }
}

/** How much of the database is there for search, as it says itself. */
function sizes(folder: string): Table {
  const file = join(folder, "parlance.db");
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const sum = (sql: string) => Number(Object.values(db.prepare(sql).get() ?? {})[0]);
    const text = sum("SELECT sum(length(CAST(text AS BLOB))) FROM event");
    const index =
      sum("SELECT sum(length(grams)) FROM search_part") + sum("SELECT sum(length(places)) FROM search_block");
    const each = (bytes: number) => [short(Math.round(bytes / 1e6)), short(bytes / messages)];
    return {
      title: "Size",
      rows: [
        ["", "MB", "bytes a message"],
        ["the texts", ...each(text)],
        ["where to look for what", ...each(index)],
        ["the whole database", ...each(statSync(file).size)],
      ],
    };
  } finally {
    db.close();
  }
}

/** What was said is looked for. */
export const searching: Scenario = {
  name: "search",
  title: "Finding what was said",
  about: `${short(messages)} messages in ${rooms.length} rooms of one database, of words in Thai, Cyrillic and English that are said more or less often, stored in groups of ${group} by the server's own store, which makes search ready beside. Then \`GET /search\` for ${wordsOfKind} words of each kind, ${times} times each, one after the other over one connection; each first page is looked at for how many it should have.`,
  minutes: 2.5,
  async run(bench): Promise<Report> {
    using folder = temporaryFolder("search");
    bench.say(`stores ${short(messages)} messages`);
    const { asked, ms } = await fill(folder.path);
    const { readyMs, timed } = await search(folder.path, asked, bench);
    bench.say("starts");
    const startMs = await startToReadyMs(folder.path);
    const worst = Math.max(...timed.map(({ sortedMs }) => percentile(sortedMs, 0.99)));
    return {
      goals: [
        atMost("a search of 1,000,000 messages, of any kind: p99", worst, goalMs, " ms"),
        atMost("start-up with 1,000,000 messages that can be searched, to ready", startMs / 1000, 1, " s"),
      ],
      tables: [
        {
          title: "A search",
          rows: [
            ["looked for", "searches", "p50 (ms)", "p99 (ms)", "slowest (ms)"],
            ...timed.map(({ kind, sortedMs }) => [
              kind,
              short(sortedMs.length),
              ...[0.5, 0.99, 1].map((share) => short(percentile(sortedMs, share))),
            ]),
          ],
        },
        sizes(folder.path),
        {
          title: "Making it ready",
          rows: [
            ["", "s"],
            ["storing all of them, search being made ready meanwhile", short(ms / 1000)],
            ["the rest, at the next start until the first search is answered", short(readyMs / 1000)],
          ],
        },
      ],
      notes: [],
    };
  },
};
