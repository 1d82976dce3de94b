import { type Command, Option } from "commander";
import { transferFormats } from "../ops/transfer/formats.ts";
import type { Output } from "./output.ts";
import type { ChatFlags, TalkFlags } from "./talk.ts";
import type { TransferFlags } from "./transfer.ts";

const serverOption = ["--server <url>", "the server's address (default: ws://localhost:8765)"] as const;
const nameOption = ["--name <name>", "the name to come in with; without one the server gives one"] as const;
const keyOption = ["--key <key>", "the server's access key, if it asks for one (PARLANCE_KEY)"] as const;
const langOption = ["--lang <language>", "en, th, ru or uk (default: the environment's)"] as const;

/** A server of bare text has neither rooms nor names, unless its address or its lines say so. */
const plainOption = new Option("--plain <url>", "speak bare text with any WebSocket server instead").conflicts([
  "tcp",
  "server",
  "name",
  "key",
]);
const tcpOption = new Option("--tcp <host:port>", "speak bare lines with any TCP server instead").conflicts([
  "server",
  "name",
  "key",
]);

const formatOption = (doc: string) => new Option("--format <format>", doc).choices(transferFormats);

interface Tools {
  /** Told of a command's exit status. */
  readonly finish: (exitCode: number) => void;
  /** Makes the text that follows a command's help. */
  readonly examples: (lines: string) => string;
  readonly output: Output;
}

/** Adds the commands that speak to a server as a client does: `chat`, `say`, `doctor`, `export`, `import`. */
export function addClientCommands(program: Command, tools: Tools): void {
  addChat(program, tools);
  addSay(program, tools);
  addDoctor(program, tools);
  addExport(program, tools);
  addImport(program, tools);
}

function addChat(program: Command, { finish, examples, output }: Tools): void {
  program
    .command("chat")
    .description("chat in this terminal; in a pipe, send each line of standard input")
    .argument("[room]", "the room to enter (default: general)")
    .option(...serverOption)
    .option(...nameOption)
    .option(...keyOption)
    .option(...langOption)
    .addOption(plainOption)
    .addOption(tcpOption)
    .addHelpText(
      "after",
      examples(
        [
          "parlance chat kitchen --name Оля",
          "tail -f build.log | parlance chat builds --name build",
          "parlance chat --plain ws://localhost:8765/echo",
          "parlance chat --tcp localhost:12345",
        ].join("\n"),
      ),
    )
    .action(async (room: string | undefined, options: ChatFlags) => {
      const { chat } = await import("./talk.ts");
      finish(await chat(room, options, output));
    });
}

function addSay(program: Command, { finish, examples }: Tools): void {
  program
    .command("say")
    .description("send one message, and exit once it is stored")
    .argument("<room>", "the room to send it to")
    .argument("<text...>", "the message; - reads standard input, a message a line")
    .option(...serverOption)
    .option(...nameOption)
    .option(...keyOption)
    .option(...langOption)
    .addHelpText(
      "after",
      examples(
        ['parlance say general "Lunch is ready." --name Kitchen', "df -h | parlance say ops - --name disk"].join("\n"),
      ),
    )
    .action(async (room: string, text: readonly string[], options: TalkFlags) => {
      const { say } = await import("./talk.ts");
      finish(await say(room, text.join(" "), options));
    });
}

function addDoctor(program: Command, { finish, examples }: Tools): void {
  program
    .command("doctor")
    .description("try every gateway of a server, and say what to change where one does not work")
    .argument("[url]", "the server's address", "http://localhost:8765")
    .option("--tcp-port <number>", "where its TCP chat is", "12345")
    .option("--tcp-echo-port <number>", "where its TCP echo is", "12346")
    .option(...keyOption)
    .option(...langOption)
    .addHelpText(
      "after",
      "\nWhat it says stays in the room parlance-doctor; two lines are in general,\nfor plain and open text have no other.",
    )
    .addHelpText("after", examples("parlance doctor https://chat.example.org"))
    .action(async (url: string, options: { tcpPort: string; tcpEchoPort: string; key?: string; lang?: string }) => {
      const { doctor } = await import("./doctor.ts");
      const { keyFrom, parseLanguage } = await import("./talk.ts");
      finish(await doctor({ url, ...options, key: keyFrom(options.key), language: parseLanguage(options.lang) }));
    });
}

function addExport(program: Command, { finish, examples }: Tools): void {
  program
    .command("export")
    .description("write the messages of a room, as they are now, to a file or standard output")
    .argument("<room>", "the room to read")
    .addOption(formatOption("txt for people; json and ndjson keep ids, exact times and answers, too (default: txt)"))
    .option("--out <file>", "the file to write (default: standard output)")
    .option(...serverOption)
    .option(...keyOption)
    .option(...langOption)
    .addHelpText("after", "\nAn import brings back no reactions, marks of edits, deleted messages or topic.")
    .addHelpText(
      "after",
      examples("parlance export kitchen > kitchen.txt\nparlance export kitchen --format ndjson --out kitchen.ndjson"),
    )
    .action(async (room: string, options: TransferFlags & { out?: string }) => {
      const { exportTo } = await import("./transfer.ts");
      finish(await exportTo(room, options));
    });
}

function addImport(program: Command, { finish, examples }: Tools): void {
  program
    .command("import")
    .description("put the messages of a file into a room, with their names and times; again is harmless")
    .argument("<file>", "what parlance export wrote, or a chat_history.txt")
    .requiredOption("--room <room>", "the room to put them into")
    .addOption(formatOption("what the file is (default: by its content)"))
    .option(...serverOption)
    .option(...keyOption)
    .option(...langOption)
    .addHelpText("after", examples("parlance import chat_history.txt --room general"))
    .action(async (file: string, options: TransferFlags & { room: string }) => {
      const { importFrom } = await import("./transfer.ts");
      finish(await importFrom(file, options));
    });
}
