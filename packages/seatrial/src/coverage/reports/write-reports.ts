import { readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { CoverageFormat } from "../../model/index.ts";
import { messageOf } from "../../support/error.ts";
import { makeFolder } from "../../support/make-folder.ts";
import { coverageError } from "../errors.ts";
import { writeCobertura } from "./cobertura.ts";
import { writeHtml } from "./html/write-html.ts";
import { writeJson } from "./json.ts";
import { writeLcov } from "./lcov.ts";
import type { ReportInput } from "./report.ts";
import { writeText } from "./text.ts";

/** What each format's file is called; for HTML, the page to begin with. */
export const REPORT_FILES: Record<CoverageFormat, string> = {
  text: "coverage.txt",
  lcov: "lcov.info",
  cobertura: "cobertura.xml",
  html: "html/index.html",
  json: "coverage.json",
};

const MOST_SOURCE_BYTES = 16 * 1024 * 1024;

/** Writes reports into a folder, and makes it. Fails with COVERAGE_NOT_WRITTEN. */
export async function writeReports(options: {
  input: ReportInput;
  formats: readonly CoverageFormat[];
  folder: string;
  /** Paths whose text may be shown. */
  known: ReadonlySet<string>;
  signal: AbortSignal;
}): Promise<Partial<Record<CoverageFormat, string>>> {
  const { input, formats, folder, known, signal } = options;
  const written: Partial<Record<CoverageFormat, string>> = {};
  for (const format of new Set(formats)) {
    signal.throwIfAborted();
    const name = REPORT_FILES[format];
    try {
      await makeFolder(folder);
      if (format === "html") await writeFolder({ input, folder: path.join(folder, "html"), known, signal });
      else await writeFile(path.join(folder, name), piecesOf(format, input));
    } catch (cause) {
      signal.throwIfAborted();
      throw coverageError({
        code: "COVERAGE_NOT_WRITTEN",
        message: `The ${format} report cannot be written to ${path.join(folder, name)}: ${messageOf(cause)}`,
        hint: "Make the folder writable, or name another one.",
        cause,
      });
    }
    written[format] = name;
  }
  return written;
}

/** The text of a report that is one file. */
export function piecesOf(format: Exclude<CoverageFormat, "html">, input: ReportInput): Iterable<string> {
  if (format === "text") return [writeText(input)];
  if (format === "lcov") return [writeLcov(input)];
  return format === "cobertura" ? writeCobertura(input) : writeJson(input);
}

async function writeFolder(options: {
  input: ReportInput;
  folder: string;
  known: ReadonlySet<string>;
  signal: AbortSignal;
}): Promise<void> {
  const { input, folder, known, signal } = options;
  for (const below of ["files", "folders"]) await makeFolder(path.join(folder, below));
  const read = async (name: string) =>
    known.has(name) ? await readText(path.resolve(input.root, name)) : undefined;
  for await (const { name, content } of writeHtml({ ...input, read })) {
    signal.throwIfAborted();
    await writeFile(path.join(folder, name), content);
  }
}

/** A file as text, unless it is none. */
async function readText(file: string): Promise<string | undefined> {
  const details = await stat(file).catch(() => undefined);
  if (details === undefined || !details.isFile() || details.size > MOST_SOURCE_BYTES) return undefined;
  const content = await readFile(file).catch(() => undefined);
  return content === undefined || content.includes(0) ? undefined : content.toString();
}
