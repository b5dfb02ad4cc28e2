import { type CheckName, type CheckOutcome, formatBytes, type ImageReading } from "../model/index.ts";
import type { CheckPlan } from "./plan.ts";

const MOST_NAMES = 3;

/** What was proved, in a line: `no pytest, gcc; non-root; 18.2 MB (test image: 412 MB)`. What failed is told elsewhere. */
export function summarise(plan: CheckPlan, outcome: CheckOutcome): string {
  const holds = (check: CheckName) => {
    const cases = outcome.results.filter(({ group }) => group === `check.${check}`);
    return cases.length > 0 && cases.every(({ status }) => status === "passed");
  };
  const things = plan.absent;
  const absent =
    things.length > MOST_NAMES ? `none of ${things.length} commands and packages` : `no ${things.join(", ")}`;
  return [
    holds("absent") ? absent : "",
    holds("user") ? (plan.user === "non-root" ? "non-root" : `runs as ${plan.user}`) : "",
    outcome.reading === undefined ? "" : sizesOf(outcome.reading),
  ]
    .filter((part) => part !== "")
    .join("; ");
}

function sizesOf({ release, test }: ImageReading): string {
  const own = formatBytes(release.uncompressed);
  return test === undefined ? own : `${own} (test image: ${formatBytes(test.uncompressed)})`;
}
