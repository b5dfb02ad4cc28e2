import type { CommandContext } from "./context.ts";
import { examples } from "./examples.ts";

/** `seatrial space`: its actions, their flags, help and examples. */
export function defineSpace({ program, surroundings, exit, global }: CommandContext): void {
  const code = () => import("../native/space.ts");
  const space = program
    .command("space")
    .description("look at the spaces of running, kept, up and warm services, and open, keep or drop them")
    .addHelpText(
      "after",
      examples(
        "seatrial space list",
        "seatrial space open 4f1c09ab",
        'seatrial space open 4f1c09ab -- -c "select count(*) from orders"',
        "seatrial space keep 4f1c09ab --for 1h",
        "seatrial space drop 4f1c09ab",
      ),
    );
  space
    .command("list")
    .description("list spaces with their suite, test and run")
    .option("--all", "of all projects on this machine (default: of this project)")
    .option("--json", "print them as JSON, those that wait to be given out too")
    .action(async (flags) =>
      exit(await (await code()).spaceListCommand({ surroundings, flags: { ...global(), ...flags } })),
    );
  space
    .command("open")
    .description("open psql, redis-cli, mysql… in a leased or kept space")
    .argument("<id>", "its id")
    .argument("[arguments...]", "further arguments of the client, after --")
    .action(async (id: string, words: string[]) =>
      exit(
        await (await code()).spaceOpenCommand({
          surroundings,
          flags: { ...global(), id, arguments: words },
        }),
      ),
    );
  space
    .command("drop")
    .description("remove a space from its server")
    .argument("<id>", "its id")
    .action(async (id: string) =>
      exit(await (await code()).spaceDropCommand({ surroundings, flags: { ...global(), id } })),
    );
  space
    .command("keep")
    .description("keep a leased space beyond its test, or a kept one for longer (never for less)")
    .argument("<id>", "its id")
    .option("--for <time>", "for how long (default: as the project says)")
    .action(async (id: string, flags) =>
      exit(await (await code()).spaceKeepCommand({ surroundings, flags: { ...global(), ...flags, id } })),
    );
}
