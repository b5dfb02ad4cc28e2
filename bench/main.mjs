// npm run bench -- NAME: one comparison, side by side, as a table of medians and ratios.
import { check } from "./check.mjs";
import { cycle } from "./cycle.mjs";
import { release } from "./release.mjs";
import { secondRun } from "./second-run.mjs";
import { snapshotStorage } from "./snapshot-storage.mjs";
import { start } from "./start.mjs";

const comparisons = {
  check,
  cycle,
  release,
  "second-run": secondRun,
  start,
  "snapshot-storage": snapshotStorage,
};
const [name = "", ...flags] = process.argv.slice(2);
const comparison = comparisons[name];
if (comparison === undefined) {
  console.error(`usage: npm run bench -- ${Object.keys(comparisons).join("|")} [--rounds N]`);
  process.exit(2);
}
const at = flags.indexOf("--rounds");
console.log(await comparison(at < 0 ? {} : { rounds: Number(flags[at + 1]) }));
