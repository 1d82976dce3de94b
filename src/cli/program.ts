import { Command, CommanderError, Option } from "commander";
import { type Setting, type SettingKey, settingKeys, settings } from "../ops/settings.ts";
import { type TransferFormat, transferFormats } from "../ops/transfer/formats.ts";
import { program as manifest } from "../server/program.ts";
import { addDataCommands } from "./data-commands.ts";
import { exitCodes, UsageError } from "./exit.ts";
import { type Output, watchOutput } from "./output.ts";
import type { ChatFlags } from "./talk.ts";

const examples = (lines: string) => `\nExamples:\n${lines.replace(/^/gm, "  ")}\n`;

/** The option of a setting: its flag and what it is for, read as text; the schema parses it. */
function settingOption(setting: Setting<unknown>): Option {
  const defaults = setting.default.join(" and ");
  const details = [
    ...(setting.repeatable ? ["may be given several times"] : []),
    ...(defaults === "" ? [] : [`default: ${defaults}`]),
    setting.variable,
  ];
  const option = new Option(`${setting.flag} ${setting.placeholder}`.trim(), `${setting.doc} (${details.join("; ")})`);
  if (setting.placeholder === "") return option;
  return option.argParser((text: string, earlier: readonly string[] = []) => [...earlier, text]);
}

const settingOptions = settingKeys.map((key): readonly [SettingKey, Option] => [key, settingOption(settings[key])]);

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

/** The `parlance` command. Each command's own code is loaded when it runs, so that the others start at once. */
function createProgram(finish: (exitCode: number) => void, output: Output): Command {
  const program = new Command("parlance")
    .description("A chat server that anything can talk to, and its terminal client.")
    .version(manifest.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "❌ ")) })
    .addHelpText(
      "after",
      examples(
        [
          "parlance serve                             start a server on this machine",
          "parlance chat general --name Ann           chat from this terminal",
          'parlance say general "The build is done."  send one message',
        ].join("\n"),
      ),
    );

  const serve = program.command("serve").description("start a server");
  for (const [, option] of settingOptions) serve.addOption(option);
  serve
    .addHelpText(
      "after",
      examples(
        ["parlance serve --port 8765 --port 8000", "parlance serve --host 0.0.0.0 --data /var/lib/parlance"].join("\n"),
      ),
    )
    .action(async (options: Readonly<Record<string, readonly string[] | true | undefined>>) => {
      const given = settingOptions.map(([key, option]) => {
        const texts = options[option.attributeName()] ?? [];
        return [key, texts === true ? ["true"] : texts] as const;
      });
      const { serve } = await import("./serve.ts");
      // A server's work is elsewhere.
      output.abandon();
      finish(await serve(Object.fromEntries(given)));
    });

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
    .action(
      async (
        room: string,
        text: readonly string[],
        options: { server?: string; name?: string; key?: string; lang?: string },
      ) => {
        const { say } = await import("./talk.ts");
        finish(await say(room, text.join(" "), options));
      },
    );

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

  const formatOption = (doc: string) => new Option("--format <format>", doc).choices(transferFormats);
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
    .action(
      async (
        room: string,
        options: { format?: TransferFormat; out?: string; server?: string; key?: string; lang?: string },
      ) => {
        const { exportTo } = await import("./transfer.ts");
        finish(await exportTo(room, options));
      },
    );

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
    .action(
      async (
        file: string,
        options: { room: string; format?: TransferFormat; server?: string; key?: string; lang?: string },
      ) => {
        const { importFrom } = await import("./transfer.ts");
        finish(await importFrom(file, options));
      },
    );
  addDataCommands(program, { finish, examples });
  for (const command of [program, ...program.commands]) {
    command.showHelpAfterError(
      command === program
        ? "`parlance --help` lists the commands."
        : `\`parlance ${command.name()} --help\` tells what it takes.`,
    );
  }
  return program;
}

/** Runs the command line and ends the process with its exit status, once what it printed is written. */
export async function runProgram(words: readonly string[]): Promise<void> {
  const output = watchOutput(process);
  let exitCode: number = exitCodes.done;
  try {
    await createProgram((code) => {
      exitCode = code;
    }, output).parseAsync(words, { from: "user" });
  } catch (error) {
    exitCode = explain(error);
  }
  const trouble = await output.settled();
  if (trouble) {
    process.stderr.write(`❌ Standard output could not be written: ${trouble.message}\n`);
    exitCode ||= exitCodes.failed;
  }
  process.exit(exitCode);
}

/** Prints what is not printed yet of an error; the exit status that it stands for. */
function explain(error: unknown): number {
  // Help and version arrive here too, with 0. Asked for nothing at all, the help was printed as an error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (error instanceof UsageError) {
    process.stderr.write(`❌ ${error.message}\n`);
    return exitCodes.usage;
  }
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return exitCodes.bug;
}
