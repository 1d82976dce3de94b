import type { Command } from "commander";
import { settings } from "../ops/settings.ts";

const dataOption = [settings.data.flag, settings.data.placeholder].join(" ");

const storeOption = [settings.store.flag, settings.store.placeholder].join(" ");

/** Adds `backup`, `restore`, `migrate` and `release`. `examples` makes the text that follows a command's help. */
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

  program
    .command("release")
    .description("free a name that is kept for somebody who has forgotten the passphrase, while the server runs or not")
    .argument("<name>", "the name; its owner stays who they are, and may claim it anew")
    .option(dataOption, `the server's folder (${defaults})`)
    .option(storeOption, `the database of servers that share one (${settings.store.variable})`)
    .addHelpText("after", examples("parlance release Оля --data /var/lib/parlance"))
    .action(async (name: string, options: { data?: string; store?: string }) => {
      const { release } = await import("./release.ts");
      finish(await release(name, options));
    });
}
