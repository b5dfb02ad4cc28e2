import type { CommandContext } from "./context.ts";
import { examples } from "./examples.ts";
import { withOutputFlags } from "./flags.ts";

/** `seatrial release`: its flags, help and examples. */
export function defineRelease({ program, surroundings, exit, global }: CommandContext): void {
  withOutputFlags(program.command("release"))
    .description("give the tested image its tags, by digest, when its tests speak for it")
    .option(
      "--images <file>",
      "the images that `build --push` pushed (default: .seatrial/images.json, if it is about the newest run)",
    )
    .option("--image <reference>", "an image in a registry, in place of a pushed one")
    .option("--evidence <folder...>", "runs that speak for it (default: .seatrial/runs)")
    .option("--allow-dirty", "release although the git tree had changes")
    .option("--allow-sibling", "release although no suite speaks for the release image")
    .option("--allow-backwards", "move floating tags also to an image of an older commit or another branch")
    .option("--dry-run", "say what each tag names now and what a release would do, and change nothing")
    .addHelpText(
      "after",
      examples(
        "seatrial release",
        "seatrial release --dry-run",
        "seatrial release --images .seatrial/images.json --evidence artifacts/*/.seatrial/runs",
      ),
    )
    .action(async (flags) =>
      exit(
        await (await import("../release.ts")).releaseCommand({
          surroundings,
          flags: { ...global(), ...flags },
        }),
      ),
    );
}
