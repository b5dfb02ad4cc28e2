import { createHash } from "node:crypto";
import type { Digest, Outcome, SuiteOutcome } from "../model/index.ts";
import type { JunitReport, RunFolder } from "../report/index.ts";

/** Writes what a run leaves for people and other programs, and gives the outcome with the digests of it. */
export async function writeReports(options: {
  folder: RunFolder;
  outcome: Outcome;
  junit: JunitReport;
}): Promise<Outcome> {
  const { folder, junit } = options;
  // First, so that on a full disk too the latest run is found, with what had room.
  await folder.makeLatest();
  const suites = await Promise.all(
    options.outcome.suites.map(async (suite) => ({
      ...suite,
      junit: suite.status === "skipped" ? undefined : await writeSuite({ ...options, suite }),
    })),
  );
  const outcome: Outcome = { ...options.outcome, suites };
  await Promise.all([
    folder.write("outcome.json", `${JSON.stringify(outcome, undefined, 2)}\n`),
    folder.write("junit.xml", junit.render(outcome)),
  ]);
  return outcome;
}

async function writeSuite(options: {
  folder: RunFolder;
  outcome: Outcome;
  junit: JunitReport;
  suite: SuiteOutcome;
}): Promise<{ file: string; digest: Digest }> {
  const { folder, outcome, junit, suite } = options;
  const file = `${suite.results.replace(/^results\//, "junit/")}.xml`;
  const text = junit.renderSuite(suite, outcome);
  await folder.write(file, text);
  return { file, digest: digestOf(text) };
}

/** The digest of a text's bytes. */
export function digestOf(text: string): Digest {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}
