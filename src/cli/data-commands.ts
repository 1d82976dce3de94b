import type { Command } from "commander";
import { settings } from "../ops/settings.ts";
import type { PlaceOptions } from "./people-commands.ts";

const dataOption = [settings.data.flag, settings.data.placeholder].join(" ");

const storeOption = [settings.store.flag, settings.store.placeholder].join(" ");

/**
 * Adds `backup`, `restore`, `migrate`, and the commands about people: `release`, `ban`, `unban`, `bans`. `examples` makes
 * the text that follows a command's help.
 */
export function addDataCommands(
  program: Command,
  { finish, examples }: { finish: (exitCode: number) => void; examples: (lines: string) => string },
): void {
  const defaults = `default: ${settings.data.default.join("")}; ${settings.data.variable}`;
  program
    .command("backup")
    .description("copy everything that a server keeps into one file, while it runs")
    .argument("<file>", "the file to make; who can read it can read every room, and come in as anybody")
    .option(dataOption, `the server's folder (${defaults})`)
    .addHelpText("after", examples('parlance backup "/backup/parlance-$(date +%F).db" --data /var/lib/parlance'))
    .action(async (file: string, options: { data?: string }) => {
      const { backUp } = await import("./backup.ts");
      finish(await backUp(file, options));
    });

  program
    .command("restore")
    .description("put a backup in the place of what a stopped server keeps")
    .argument("<file>", "what parlance backup wrote")
    .option(dataOption, `the server's folder (${defaults})`)
    .option("--force", "also where there is a database already; that one is kept under another name")
    .addHelpText("after", examples("parlance restore /backup/parlance.db --data /var/lib/parlance --force"))
    .action(async (file: string, options: { data?: string; force?: true }) => {
      const { restore } = await import("./backup.ts");
      finish(await restore(file, options));
    });

  program
    .command("migrate")
    .description("move everything from a server's folder into a Postgres database, while the server runs or not")
    .option("--from <folder>", `the server's folder (${defaults})`)
    .option("--to <url>", `an empty database (${settings.store.variable})`)
    .addHelpText("after", examples("parlance migrate --from ./data --to postgres://parlance:PASSWORD@db/parlance"))
    .action(async (options: { from?: string; to?: string }) => {
      const { migrate } = await import("./migrate.ts");
      finish(await migrate(options));
    });

  // Commands about people, who are in one folder or in a shared database.
  const peopleCommand = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .option(dataOption, `the server's folder (${defaults})`)
      .option(storeOption, `the database of servers that share one (${settings.store.variable})`);

  peopleCommand(
    "release",
    "free a name that is kept for somebody who has forgotten the passphrase, while the server runs or not",
  )
    .argument("<name>", "the name; its owner stays who they are, and may claim it anew")
    .addHelpText("after", examples("parlance release Оля --data /var/lib/parlance"))
    .action(async (name: string, options: PlaceOptions) => {
      const { release } = await import("./people-commands.ts");
      finish(await release(name, options));
    });

  const whom = "an address, a subnet, an id (u_…), or a name";
  peopleCommand("ban", "keep somebody out, and close the lines they have, while the server runs or not")
    .argument("<who>", `${whom}, as its owner or who spoke under it last`)
    .addHelpText(
      "after",
      "\nWhose name is not kept may come back as somebody else: the server's log then\nhas their address (“sent away: banned”), which can be banned, too.",
    )
    .addHelpText("after", examples("parlance ban 203.0.113.7\nparlance ban 2001:db8::/48\nparlance ban Оля"))
    .action(async (who: string, options: PlaceOptions) => {
      const { banOne } = await import("./people-commands.ts");
      finish(await banOne(who, options));
    });

  peopleCommand("unban", "let somebody in again who was banned")
    .argument("<who>", `${whom}, as \`parlance bans\` tells it`)
    .addHelpText("after", examples("parlance unban 203.0.113.7"))
    .action(async (who: string, options: PlaceOptions) => {
      const { unbanOne } = await import("./people-commands.ts");
      finish(await unbanOne(who, options));
    });

  peopleCommand("bans", "tell who is banned, the latest first").action(async (options: PlaceOptions) => {
    const { listBans } = await import("./people-commands.ts");
    finish(await listBans(options));
  });
}
