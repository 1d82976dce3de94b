import { Command, CommanderError, Option } from "commander";
import { type Setting, type SettingKey, settingKeys, settings } from "../ops/settings.ts";
import { program as manifest } from "../server/program.ts";
import { addClientCommands } from "./client-commands.ts";
import { addDataCommands } from "./data-commands.ts";
import { exitCodes, UsageError } from "./exit.ts";
import { type Output, watchOutput } from "./output.ts";

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

  addClientCommands(program, { finish, examples, output });
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
