import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";
import { TcpClient } from "../support/tcp-client.ts";
import { TextClient } from "../support/text-client.ts";

type Server = Awaited<ReturnType<typeof startTestServer>>;

/** Somebody in the room by one gateway: says something, and reads what others say, as `{by, text}`. */
interface Client {
  say(text: string): Promise<void> | void;
  /** The next message; `by` is unknown where the gateway does not tell. */
  read(): Promise<{ by: string | undefined; text: string }>;
  /** What a line break in a text is read as. */
  readonly lineBreak: "\n" | "⏎";
  /** Whether one's own messages come back. */
  readonly readsOwn: boolean;
}

/** Passes over what is no message. */
async function nextLine(read: () => Promise<string | Buffer>): Promise<{ by: string | undefined; text: string }> {
  for (;;) {
    const [, by = "", text = ""] = /^(.*?) :: (.*)$/su.exec(String(await read())) ?? [];
    if (by !== "server") return { by, text };
  }
}

const gateways: Readonly<Record<string, (t: TestContext, server: Server) => Promise<Client>>> = {
  async native(t, { url }) {
    const client = await RawClient.join(t, url);
    return {
      say: (text) => client.send({ type: "message", text }),
      async read() {
        const { user, text } = await client.next("message");
        return { by: user.name, text };
      },
      lineBreak: "\n",
      readsOwn: true,
    };
  },
  async "plain text"(t, { url }) {
    const client = await TextClient.connect(t, url, "/");
    return {
      say: (text) => client.send(text),
      async read() {
        const [, text = ""] = /^(?:You said|Someone says): (.*)$/su.exec(String(await client.next())) ?? [];
        return { by: undefined, text };
      },
      lineBreak: "\n",
      readsOwn: true,
    };
  },
  async "JSON by hand"(t, { url }) {
    const client = await TextClient.connect(t, url, "/");
    client.send('{"type":"join"}');
    while (JSON.parse(String(await client.next())).type !== "history");
    return {
      say: (text) => client.send(JSON.stringify({ type: "message", text })),
      async read() {
        for (;;) {
          const frame = JSON.parse(String(await client.next()));
          if (frame.type === "message") return { by: frame.user.name, text: frame.text };
        }
      },
      lineBreak: "\n",
      readsOwn: true,
    };
  },
  async "room text"(t, { url }) {
    const client = await TextClient.connect(t, url, "/chat/general");
    assert.match(String(await client.next()), /joined$/);
    return {
      say: (text) => client.send(text),
      read: () => nextLine(() => client.next()),
      lineBreak: "⏎",
      readsOwn: true,
    };
  },
  async "open text"(t, { url }) {
    const client = await TextClient.connect(t, url, "/ws");
    return {
      say: (text) => client.send(text),
      read: async () => ({ by: undefined, text: String(await client.next()).replace(/^User: /, "") }),
      lineBreak: "\n",
      readsOwn: true,
    };
  },
  async "TCP chat"(t, { tcpPort }) {
    const client = await TcpClient.join(t, tcpPort);
    return {
      // A line break ends a line here: what is said by TCP has none.
      say: (text) => client.send(`${text.replaceAll("\n", "⏎")}\n`),
      read: () => nextLine(() => client.line()),
      lineBreak: "⏎",
      readsOwn: false,
    };
  },
  async "SSE and post"(t, { url }) {
    const stop = new AbortController();
    t.after(() => stop.abort());
    const answer = await fetch(`${url}/events`, { signal: stop.signal });
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    const block = async (): Promise<string> => {
      for (;;) {
        const [first, ...others] = rest.split("\n\n");
        if (others.length > 0) {
          rest = others.join("\n\n");
          return first ?? "";
        }
        rest += (await reader?.read())?.value ?? assert.fail("the stream ended");
      }
    };
    await block();
    return {
      say: async (text) =>
        assert.equal((await fetch(`${url}/rooms/general/messages`, { method: "POST", body: text })).status, 201),
      async read() {
        for (;;) {
          const [, data] = /^event: message\n.*data: (.*)$/s.exec(await block()) ?? [];
          if (data) {
            const { user, text } = JSON.parse(data);
            return { by: user.name, text };
          }
        }
      },
      lineBreak: "\n",
      readsOwn: true,
    };
  },
  async "long poll and post"(_t, { url }) {
    let cursor = "0";
    const waiting: { user: { name: string }; text: string }[] = [];
    return {
      say: async (text) =>
        assert.equal((await fetch(`${url}/rooms/general/messages`, { method: "POST", body: text })).status, 201),
      async read() {
        while (waiting.length === 0) {
          const page = (await (await fetch(`${url}/rooms/general/messages?after=${cursor}&wait=20`)).json()) as {
            messages: typeof waiting;
            next: string;
          };
          waiting.push(...page.messages);
          cursor = page.next;
        }
        const { user, text } = waiting.shift() ?? assert.fail();
        return { by: user.name, text };
      },
      lineBreak: "\n",
      readsOwn: true,
    };
  },
};

const texts = [
  "hi",
  "สวัสดีครับ น้ำ",
  "Привіт, Їжаче",
  "👩‍👩‍👧‍👦🟢",
  "שלום",
  "two\nlines",
  "name :: text",
  "C++ is 100% & more",
];

for (const [from, open] of Object.entries(gateways)) {
  test(`what is said by ${from} is read through every gateway, once, in order, by the same name`, async (t) => {
    const server = await startTestServer(t, { tcpPort: 0 });
    const readers = await Promise.all(
      Object.entries(gateways).map(async ([to, openReader]) => [to, await openReader(t, server)] as const),
    );
    const speaker = await open(t, server);
    for (const text of texts) await speaker.say(text);
    const said = from === "TCP chat" ? texts.map((text) => text.replaceAll("\n", "⏎")) : texts;
    const names = new Set<string>();
    for (const [to, reader] of readers) {
      const read = [];
      for (const _ of said) read.push(await reader.read());
      const expected = said.map((text) => text.replaceAll("\n", reader.lineBreak));
      assert.deepEqual(
        read.map(({ text }) => text),
        expected,
        `by ${from}, through ${to}`,
      );
      for (const { by } of read) if (by !== undefined) names.add(by);
    }
    if (speaker.readsOwn)
      for (const text of said) assert.equal((await speaker.read()).text, text.replaceAll("\n", speaker.lineBreak));
    // A post without a name is from somebody new each time; on a line it is one person, named alike everywhere.
    assert.equal(names.size, from.endsWith("post") ? said.length : 1);
    for (const name of names) assert.match(name, /^user_[a-z]{6}\d\d$/);
  });
}
