import { describePaths, type ImageDifference, type Problem } from "../model/index.ts";
import type { Evidence } from "./evidence.ts";
import type { SuiteEvidence } from "./judgement.ts";

/** At least one suite must speak for what ships; others may have run beside it. */
export function judgeProofs(options: {
  suites: readonly SuiteEvidence[];
  /** About the same image: checks may have looked in what it differs from others. */
  evidence: readonly Evidence[];
  allowSibling: boolean;
}): { refusals: Problem[]; warnings: string[] } {
  const { suites, evidence, allowSibling } = options;
  const silent = suites.filter(({ proof }) => proof === undefined || proof.kind === "sibling");
  if (silent.length === 0) return { refusals: [], warnings: [] };
  const what = silent.map((suite) => describeSilent(suite, evidence)).join("; ");
  if (silent.length < suites.length || allowSibling)
    return { refusals: [], warnings: [`not in the image that ships: ${what}`] };
  const refusal: Problem = {
    code: "EVIDENCE_SIBLING",
    message: `No suite speaks for the image that ships: ${what}.`,
    hint: "Test the release image itself: build the test stage FROM it, or run a suite against it with `app:`. Or release with --allow-sibling.",
  };
  return { refusals: [refusal], warnings: [] };
}

function describeSilent(suite: SuiteEvidence, evidence: readonly Evidence[]): string {
  const { proof } = suite;
  if (proof?.kind !== "sibling") return `suite ${suite.suite} ran in another image`;
  const said = `suite ${suite.suite} ran in a sibling that shares ${proof.sharedLayers} of its ${proof.releaseLayers} layers`;
  const difference = differenceOf(suite, evidence);
  return `${said} (${difference === undefined ? "`seatrial check` says which paths differ" : describe(difference)})`;
}

/** As the checks of any run have seen it: an image is always the same. */
function differenceOf({ parts }: SuiteEvidence, evidence: readonly Evidence[]): ImageDifference | undefined {
  const [tested] = parts;
  return evidence
    .map(({ outcome }) => outcome.check?.reading)
    .find((reading) => reading?.test !== undefined && reading.test.imageId === tested?.suite.imageId)
    ?.difference;
}

function describe({ untested, unshipped }: ImageDifference): string {
  return `what ships differs in ${describePaths(untested)}; the sibling alone has ${describePaths(unshipped)}`;
}
