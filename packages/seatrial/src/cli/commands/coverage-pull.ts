import { Option } from "commander";
import type { DefineAction } from "./context.ts";
import { examples } from "./examples.ts";

/** `seatrial coverage pull`: its flags, help and examples. */
export const defineCoveragePull: DefineAction = (coverage, { surroundings, exit, global }) => {
  coverage
    .command("pull")
    .description("fetch what `agent cover` put into storage: units of coverage, each checked by its digests")
    .argument(
      "<url>",
      "s3://bucket/prefix, gs://bucket/prefix, az://account/container/prefix, https://… or a folder",
    )
    .option("--run <run>", "only units of this run")
    .option("--service <service>", "only units of this service")
    .option(
      "--into <folder>",
      "where <run>/<service>/<instance>/<boot>/ are put (default: .seatrial/coverage of the project)",
    )
    .option(
      "--units <count>",
      "how many units must have ended; fewer are a failure, and so is one without a manifest",
    )
    .option("--wait <time>", "wait so long for --units units (default: one) to have ended")
    .option("--incomplete", "fetch units without a manifest too")
    .addOption(new Option("--json", "print what was fetched as JSON"))
    .option("--quiet", "print problems only")
    .option("--dry-run", "print what would be fetched")
    .addHelpText(
      "after",
      examples(
        "seatrial coverage pull s3://coverage/orders --run 4711",
        "seatrial coverage pull s3://coverage/orders --run 4711 --wait 60s --units 3",
        "seatrial coverage pull 's3://coverage?endpoint=http://localhost:8080' --dry-run",
      ),
    )
    .action(async (from: string, flags) =>
      exit(
        await (await import("../coverage/pull.ts")).coveragePullCommand({
          surroundings,
          flags: { ...global(), ...flags, from },
        }),
      ),
    );
};
