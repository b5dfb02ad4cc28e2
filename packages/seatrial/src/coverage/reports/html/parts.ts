import { type CoverageCount, formatPercent, percentOf } from "../../../model/index.ts";

/** How good a percentage looks, as a class: where people would look first. */
export function grade(count: CoverageCount): string {
  const percent = percentOf(count);
  if (percent === undefined) return "none";
  return percent >= 80 ? "good" : percent >= 50 ? "fair" : "poor";
}

/** A bar as long as what is covered. */
export function bar(count: CoverageCount): string {
  const percent = percentOf(count) ?? 0;
  const width = Math.floor(percent * 10) / 10;
  return `<svg class="bar ${grade(count)}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="rest" width="100" height="8"/><rect class="part" width="${width}" height="8"/></svg>`;
}

/** A cell with a percentage and, to hover, its fraction. */
export function percentCell(count: CoverageCount): string {
  if (count.total === 0) return `<td class="number dim">–</td>`;
  const percent = percentOf(count) ?? 0;
  return `<td class="number" data-value="${percent}" title="${count.covered} of ${count.total}">${formatPercent(percent)}</td>`;
}

/** A number with thin spaces between thousands. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}
