import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";
import { TcpClient } from "../support/tcp-client.ts";
import { TextClient } from "../support/text-client.ts";

type Server = Awaited<ReturnType<typeof startTestServer>>;
/** Opens a client that answers each call with the next thing it reads, as text. */
type Open = (t: TestContext, server: Server) => Promise<{ next(): Promise<string>; say(text: string): void }>;

const text =
  (path: string): Open =>
  async (t, { url }) => {
    const client = await TextClient.connect(t, url, path);
    return { next: async () => String(await client.next()), say: (said) => client.send(said) };
  };

const joining =
  (path: string): Open =>
  async (t, { url }) => {
    const client = await TextClient.connect(t, url, path);
    client.send('{"type":"join","name":"Me"}');
    return {
      next: async () => String(await client.next()),
      say: (said) => client.send(JSON.stringify({ type: "message", text: said })),
    };
  };

const tcp: Open = async (t, { tcpPort }) => {
  const client = await TcpClient.connect(t, tcpPort);
  return { next: () => client.line(), say: (said) => client.send(`${said}\n`) };
};

const json = (fields: string) => new RegExp(`^\\{.*${fields}.*\\}$`, "s");

// The table of the specification, row by row: what is read on entry, for one's own message, when
// somebody comes and goes, from the operator, and for a text with a line break.
const rows: readonly {
  readonly gateway: string;
  readonly open: Open;
  readonly entry: readonly RegExp[];
  readonly own: readonly RegExp[];
  readonly notices: readonly RegExp[];
  readonly operator: RegExp;
  readonly broken: RegExp;
}[] = [
  {
    gateway: "native",
    open: joining("/api/v1/ws"),
    entry: [json('"type":"welcome"'), json('"type":"joined"'), /^\{"type":"history".*"text":"m1".*"text":"m12"/],
    own: [json('"type":"ack"'), json('"type":"message".*"text":"mine"')],
    notices: [json('"type":"user_joined".*"Guest"'), json('"type":"user_left".*"Guest"')],
    operator: json('"type":"notice","text":"attention","from":"server"'),
    broken: json('"text":"two\\\\nlines"'),
  },
  {
    gateway: "JSON by hand",
    open: joining("/"),
    entry: [
      json('"type":"welcome"'),
      json('"type":"joined"'),
      /^\{"type":"history".*"messages":\["\[[^\]]+\] Ann: m3",.*m12"\]/,
    ],
    own: [json('"type":"ack"'), json('"type":"message".*"text":"mine"')],
    notices: [json('"type":"user_joined".*"Guest"'), json('"type":"user_left".*"Guest"')],
    operator: json('"type":"notice","text":"attention","from":"server"'),
    broken: json('"text":"two\\\\nlines"'),
  },
  {
    gateway: "plain text",
    open: text("/"),
    entry: [],
    own: [/^You said: mine$/],
    notices: [],
    operator: /^🟢 Server: attention$/u,
    broken: /^Someone says: two\nlines$/,
  },
  {
    gateway: "room text",
    open: text("/chat/general?name=Me"),
    entry: [...Array.from({ length: 10 }, (_, index) => new RegExp(`^Ann :: m${index + 3}$`)), /^server :: Me joined$/],
    own: [/^Me :: mine$/],
    notices: [/^server :: Guest joined$/, /^server :: Guest left$/],
    operator: /^server :: attention$/,
    broken: /^Ann :: two⏎lines$/,
  },
  {
    gateway: "open text",
    open: text("/ws"),
    entry: [],
    own: [/^User: mine$/],
    notices: [],
    operator: /^🟢 Server: attention$/u,
    broken: /^User: two\nlines$/,
  },
  {
    gateway: "TCP chat",
    open: tcp,
    entry: [/^server :: user_[a-z]{6}\d\d joined$/],
    own: [],
    notices: [/^server :: Guest joined$/, /^server :: Guest left$/],
    operator: /^server :: attention$/,
    broken: /^Ann :: two⏎lines$/,
  },
];

for (const { gateway, open, entry, own, notices, operator, broken } of rows) {
  test(`what each member reads: ${gateway}`, async (t) => {
    const server = await startTestServer(t, { tcpPort: 0 });
    const ann = await RawClient.join(t, server.url, { name: "Ann" });
    for (let index = 1; index <= 12; index++) await ann.say(`m${index}`);
    const client = await open(t, server);
    const reads = async (expected: readonly RegExp[]) => {
      for (const line of expected) assert.match(await client.next(), line);
    };
    await reads(entry);
    client.say("mine");
    while ((await ann.next("message")).text !== "mine");
    await reads(own);
    const guest = await RawClient.join(t, server.url, { name: "Guest" });
    guest.leave();
    await guest.closed;
    await ann.next("user_left");
    await reads(notices);
    server.broadcast("attention");
    await reads([operator]);
    await ann.say("two\nlines");
    await reads([broken]);
  });
}
