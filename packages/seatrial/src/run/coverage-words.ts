import type { CoverageOutcome } from "../model/index.ts";

/** `84.1 %`, in a word for a run's line of coverage. */
export function coverageNote({ percent }: CoverageOutcome): string {
  return percent === undefined ? "nothing to count" : `${floor(percent)} %`;
}

/** What else is worth a line: what each source reaches by itself, or how many rules are broken. */
export function coverageDetail({ sources, judgements }: CoverageOutcome): string {
  const failed = judgements.filter(({ passed }) => !passed).length;
  const alone =
    sources.length < 2
      ? []
      : sources.map(
          ({ name, percent }) => `${name} alone: ${percent === undefined ? "–" : `${floor(percent)} %`}`,
        );
  return [...(failed === 0 ? [] : [`${failed} of ${judgements.length} rules broken`]), ...alone].join(", ");
}

/** Never rounded up to what a rule asks. */
function floor(percent: number): string {
  return (Math.floor(percent * 10 + 1e-9) / 10).toFixed(1);
}
