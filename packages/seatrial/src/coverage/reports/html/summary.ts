import {
  type CoverageJudgement,
  type CoverageTotals,
  formatPercent,
  percentOf,
} from "../../../model/index.ts";
import { titleOf } from "../../judge/titles.ts";
import { escapeText } from "./escape.ts";
import type { Figures } from "./figures.ts";
import { bar, formatCount, grade } from "./parts.ts";

/** The figures at the head of a page: the percentage that people quote, then what there is of each kind. */
export function headline(figures: Figures): string {
  const kinds = (["statements", "lines", "branches", "functions"] as const).filter(
    (kind) => figures.totals[kind].total > 0,
  );
  const cards = kinds.map((kind) => card(kind, figures.totals));
  return `<div class="headline"><p class="percent ${grade(figures.all)}">${formatPercent(percentOf(figures.all))}</p><dl class="cards">${cards.join("")}</dl></div>`;
}

function card(kind: keyof CoverageTotals, totals: CoverageTotals): string {
  const count = totals[kind];
  return `<div><dt>${kind}</dt><dd>${formatPercent(percentOf(count))}<small>${formatCount(count.covered)} of ${formatCount(count.total)}</small></dd></div>`;
}

/** What each source reached, and what only it did. */
export function sourcesTable(options: {
  sources: readonly string[];
  figures: Figures;
  only: readonly number[];
}): string {
  const { sources, figures, only } = options;
  if (sources.length === 0) return "";
  const rows = sources.map((name, at) => {
    const count = figures.sources[at] ?? { covered: 0, total: 0 };
    const alone = only[at] ?? 0;
    return `<tr><th scope="row">${escapeText(name)}</th><td class="bars">${bar(count)}</td><td class="number">${formatPercent(percentOf(count))}</td><td class="number">${formatCount(count.covered)}</td><td class="number${alone === 0 ? " dim" : ""}">${formatCount(alone)}</td></tr>`;
  });
  return `<section><h2>Sources</h2><div class="wide"><table class="sources"><thead><tr><th scope="col">source</th><th scope="col"></th><th scope="col" class="number">covers</th><th scope="col" class="number">statements</th><th scope="col" class="number">only by it</th></tr></thead><tbody>${rows.join("")}</tbody></table></div></section>`;
}

/** How each rule was judged. */
export function judgementList(judgements: readonly CoverageJudgement[]): string {
  if (judgements.length === 0) return "";
  const items = judgements.map(({ rule, subject, wanted, found, passed, problem }) => {
    const text =
      problem?.message ??
      (rule === "arrived"
        ? `${titleOf(rule, subject)} arrived`
        : `${titleOf(rule, subject)}: ${formatPercent(found)}, ${wanted} % wanted`);
    return `<li class="${passed ? "passed" : "failed"}"><b>${passed ? "passed" : "failed"}</b> ${escapeText(text)}</li>`;
  });
  return `<section><h2>Rules</h2><ul class="rules">${items.join("")}</ul></section>`;
}
