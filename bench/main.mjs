// npm run bench -- NAME: one comparison, side by side, as a table of medians and ratios.
import { constants } from "node:os";
import { parseArgs } from "node:util";
import { check } from "./check.mjs";
import { coverage } from "./coverage.mjs";
import { cycle } from "./cycle.mjs";
import { release } from "./release.mjs";
import { secondRun } from "./second-run.mjs";
import { snapshotStorage } from "./snapshot-storage.mjs";
import { spaces } from "./spaces.mjs";
import { start } from "./start.mjs";
import { listenForStop, stopped } from "./stop.mjs";

const comparisons = {
  check,
  coverage,
  cycle,
  release,
  "second-run": secondRun,
  spaces,
  start,
  "snapshot-storage": snapshotStorage,
};
const [name = "", ...flags] = process.argv.slice(2);
const comparison = comparisons[name];
if (comparison === undefined) {
  console.error(
    `usage: npm run bench -- ${Object.keys(comparisons).join("|")} [--rounds N] [--storage layer|memory] [--part NAME] [--layer-bytes N] [--dry-run]`,
  );
  process.exit(2);
}
const { values } = parseArgs({
  args: flags,
  options: {
    rounds: { type: "string" },
    storage: { type: "string" },
    part: { type: "string" },
    "layer-bytes": { type: "string" },
    "dry-run": { type: "boolean", default: false },
  },
});
if (values["dry-run"] && name !== "second-run") {
  console.error("--dry-run is for second-run only: it says which commands each job has");
  process.exit(2);
}
const { rounds, "dry-run": dryRun, ...others } = values;
listenForStop();
try {
  console.log(
    await comparison({ ...(rounds !== undefined && { rounds: Number(rounds) }), dryRun, ...others }),
  );
} catch (error) {
  if (!stopped.aborted) throw error;
  process.exitCode = 128 + constants.signals[stopped.reason];
}
