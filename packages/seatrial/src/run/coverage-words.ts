import { type CoverageOutcome, formatPercent } from "../model/index.ts";

/** `84.1 %`, in a word for a run's line of coverage. */
export function coverageNote({ percent }: CoverageOutcome): string {
  return percent === undefined ? "nothing to count" : formatPercent(percent);
}

/** What else is worth a line: what each source reaches by itself, or how many rules are broken. */
export function coverageDetail({ sources, judgements }: CoverageOutcome): string {
  const failed = judgements.filter(({ passed }) => !passed).length;
  const counting = sources.filter(({ profiles }) => profiles > 0);
  const alone =
    counting.length < 2
      ? []
      : counting.map(({ name, percent }) => `${name} alone: ${formatPercent(percent)}`);
  return [...(failed === 0 ? [] : [`${failed} of ${judgements.length} rules broken`]), ...alone].join(", ");
}
