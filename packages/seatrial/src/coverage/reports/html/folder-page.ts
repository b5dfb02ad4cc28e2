import type { CoverageTotals } from "../../../model/index.ts";
import { escapeText } from "./escape.ts";
import type { Figures } from "./figures.ts";
import { bar, percentCell } from "./parts.ts";
import type { FolderNode } from "./tree.ts";

const KINDS = ["statements", "branches", "functions", "lines"] as const;

/** The table of what a folder holds. Columns of which there is nothing anywhere are left out. */
export function folderTable(options: {
  folder: FolderNode;
  sources: readonly string[];
  /** Of everything. */
  totals: CoverageTotals;
  depth: 0 | 1;
}): string {
  const { folder, sources, totals, depth } = options;
  const kinds = KINDS.filter((kind) => totals[kind].total > 0);
  const shown = sources.length > 1 ? sources : [];
  const top = "../".repeat(depth);
  const row = (name: string, page: string, figures: Figures, kind: string) =>
    `<tr class="${kind}"><th scope="row"><a href="${top}${page}">${escapeText(name)}</a></th><td class="bars">${bar(figures.all)}</td>${kinds.map((each) => percentCell(figures.totals[each])).join("")}${shown.map((_, at) => percentCell(figures.sources[at] ?? { covered: 0, total: 0 })).join("")}</tr>`;
  const titles = [
    `<th scope="col" data-sort="name">name</th><th scope="col"></th>`,
    ...kinds.map((kind) => `<th scope="col" class="number" data-sort="number">${kind}</th>`),
    ...shown.map(
      (name) =>
        `<th scope="col" class="number by" data-sort="number" title="covered by ${escapeText(name)}">${escapeText(name)}</th>`,
    ),
  ];
  const rows = [
    ...folder.folders.map((each) => row(`${each.name}/`, each.page, each.figures, "folder")),
    ...folder.files.map((each) => row(each.name, each.page, each.figures, "file")),
  ];
  return `<div class="wide"><table class="files"><thead><tr>${titles.join("")}</tr></thead><tbody>\n${rows.join("\n")}\n</tbody></table></div>`;
}
