import { formatPercent, percentOf } from "../../../model/index.ts";
import { countOnly } from "../../totals.ts";
import type { ReportInput } from "../report.ts";
import { sourceTable } from "./file-page.ts";
import { folderTable } from "./folder-page.ts";
import { type Crumb, writePage } from "./page.ts";
import { SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";
import { headline, judgementList, sourcesTable } from "./summary.ts";
import { createTree, type FileNode, type FolderNode, foldersOf } from "./tree.ts";

export interface HtmlInput extends ReportInput {
  /** The text of a file of the project; undefined where there is none, or it must not be shown. */
  read: (path: string) => Promise<string | undefined>;
}

/** One file of the report: its name below the report's folder, with slashes. */
export interface HtmlFile {
  name: string;
  content: string;
}

/** The report as a folder of plain files that needs nothing else: a page for each folder and each file, one style sheet, one script. */
export async function* writeHtml(input: HtmlInput): AsyncGenerator<HtmlFile> {
  const { coverage, read } = input;
  const tree = createTree(coverage);
  yield { name: "style.css", content: STYLE };
  yield { name: "script.js", content: SCRIPT };
  yield { name: "files.js", content: searchData(tree) };
  yield { name: tree.page, content: indexPage(input, tree) };
  for (const { node, crumbs } of walk(tree, [])) {
    const to: Crumb[] = [...crumbs, { name: node.name, page: node.page }];
    if (node !== tree) yield { name: node.page, content: folderPage(input, { node, tree, crumbs }) };
    for (const file of node.files) {
      const text = await read(file.file.path);
      yield { name: file.page, content: filePage(input, { file, text, crumbs: named(to) }) };
    }
  }
}

interface Walked {
  node: FolderNode;
  crumbs: Crumb[];
}

function* walk(node: FolderNode, crumbs: Crumb[]): Generator<Walked> {
  yield { node, crumbs };
  for (const folder of node.folders) yield* walk(folder, [...crumbs, { name: node.name, page: node.page }]);
}

/** The top has no name of its own. */
function named(crumbs: readonly Crumb[]): Crumb[] {
  return crumbs.map((crumb) => (crumb.name === "" ? { ...crumb, name: "coverage" } : crumb));
}

function indexPage(input: HtmlInput, tree: FolderNode): string {
  const { coverage, judgements, time } = input;
  const stamp = `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return writePage({
    title: `${formatPercent(percentOf(tree.figures.all))} covered`,
    crumbs: [{ name: "coverage" }],
    depth: 0,
    scripts: ["files.js"],
    content: [
      headline(tree.figures),
      judgementList(judgements),
      sourcesTable({ sources: coverage.sources, figures: tree.figures, only: countOnly(coverage) }),
      `<div class="find" hidden><label><span class="dim">Find a file <kbd>/</kbd></span><br><input type="search" autocomplete="off" spellcheck="false"></label><ol></ol></div>`,
      `<section><h2>Files</h2>${folderTable({ folder: tree, sources: coverage.sources, totals: tree.figures.totals, depth: 0 })}</section>`,
      `<p class="stamp">${coverage.files.length} files, ${stamp}</p>`,
    ].join("\n"),
  });
}

function folderPage(
  input: HtmlInput,
  options: { node: FolderNode; tree: FolderNode; crumbs: Crumb[] },
): string {
  const { node, tree, crumbs } = options;
  return writePage({
    title: node.path,
    crumbs: named([...crumbs, { name: node.name }]),
    depth: 1,
    content: `${headline(node.figures)}<section><h2>Files</h2>${folderTable({ folder: node, sources: input.coverage.sources, totals: tree.figures.totals, depth: 1 })}</section>`,
  });
}

function filePage(
  input: HtmlInput,
  options: { file: FileNode; text: string | undefined; crumbs: Crumb[] },
): string {
  const { file, text, crumbs } = options;
  const { sources } = input.coverage;
  return writePage({
    title: file.file.path,
    crumbs: [...crumbs, { name: file.name }],
    depth: 1,
    content: `${headline(file.figures)}${sourceTable({ file: file.file, sources, text })}`,
  });
}

/** What the index finds files by. A script, since pages opened from a disk may not read other files. */
function searchData(tree: FolderNode): string {
  const files = [...foldersOf(tree)].flatMap((folder) =>
    folder.files.map(({ file, page, figures }) => [file.path, page, formatPercent(percentOf(figures.all))]),
  );
  return `window.seatrialFiles = ${JSON.stringify(files)};\n`;
}
