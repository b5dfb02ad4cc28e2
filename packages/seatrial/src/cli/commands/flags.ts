import { type Command, Option } from "commander";

/** Flags of commands that tell a run. */
export function withOutputFlags(command: Command): Command {
  return command
    .addOption(new Option("--json", "print events as JSON lines; run-finished holds the outcome"))
    .option("--quiet", "print failures and the last line only");
}

/** Flags of commands that run suites. */
export function withRunFlags(command: Command): Command {
  return withOutputFlags(command)
    .option("--only <suite...>", "run only these suites")
    .option("--grep <pattern>", "run only tests that match, in the runner's own words")
    .option("--fresh", "ignore snapshots: start services from their images")
    .option("--image <reference...>", "test this image, [target=]repository@sha256:…, in place of building")
    .option("--images <file>", "test the images that `build --push` wrote to this file")
    .option("--shard <index/count>", "run only this shard of each suite, such as 2/4")
    .option("--keep", "when the run fails, keep its services for a while")
    .option("--dry-run", "print the plan and do nothing");
}
