import type { Attestation, Verification } from "../attest/index.ts";
import { onOneLine, type Style } from "../report/index.ts";
import { formatAge } from "./age.ts";

/** As many as a person reads; --json has all. */
const MOST_IGNORED = 10;

/** What was proved of an image, as lines for people. */
export function formatVerification(
  verification: Verification,
  options: { style: Style; now: number },
): string[] {
  const { reference, digest, holds, problems, notes, attestations, ignored } = verification;
  const { style } = options;
  const newest = newestOf(attestations);
  const hasSeveral = verification.images.length > 1;
  const lines = [
    `${holds ? style.good("✔") : style.bad("✖")} ${style.bold(reference)}`,
    ...row("digest", digest),
    ...problems.map((problem) => `  ${style.bad("✖")} ${onOneLine(problem)}`),
    ...notes.map((note) => `  ${style.warn("!")} ${onOneLine(note)}`),
    ...table(
      newest.map((each) => [...suiteCells(each, options.now), ...(hasSeveral ? [each.platform] : [])]),
    ),
    ...unique(newest.map(({ keyId }) => keyId)).flatMap((id) => row("signed by", id)),
    ...unique(newest.map(commitOf)).flatMap((commit) => row("commit", commit)),
    ...unique(newest.flatMap(servicesOf)).flatMap((service) => row("with", service)),
  ];
  if (ignored.length === 0) return lines;
  const shown = ignored.slice(0, MOST_IGNORED);
  return [
    ...lines,
    style.dim(`attached, and not counted: ${ignored.length}`),
    ...shown.map(({ referrer, message, suite }) =>
      style.dim(
        `  ${referrer.slice(7, 19)}  ${onOneLine(suite === undefined ? message : `${suite}: ${message}`)}`,
      ),
    ),
    ...(ignored.length > shown.length ? [style.dim("  … (--json prints all)")] : []),
  ];
}

/** The first of each suite on each image: they come with the newest first. */
function newestOf(attestations: readonly Attestation[]): Attestation[] {
  const keyOf = ({ suite, imageId }: Attestation) => `${suite} ${imageId}`;
  const oldestFirst = attestations.toReversed().map((each) => [keyOf(each), each] as const);
  return [...new Map(oldestFirst).values()].toReversed();
}

function suiteCells({ suite, counts, proof, finishedAt }: Attestation, now: number): string[] {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  const when = finishedAt.slice(0, 16).replace("T", " ");
  const age = formatAge(now - Date.parse(finishedAt));
  return [suite, `${counts.passed} passed${skipped}`, `proof: ${proof.kind}`, `${when} UTC (${age} ago)`];
}

function commitOf({ commit, dirty }: Attestation): string {
  return `${commit ?? "none"}${dirty ? " with changes on top" : ""}`;
}

function servicesOf({ services }: Attestation): string[] {
  return services.map(
    ({ name, image, digest, isLocal, standIn }) =>
      `${name}: ${image} ${isLocal ? "image id " : ""}${digest.slice(0, 19)}${standIn ? ", a stand-in" : ""}`,
  );
}

/** Columns as wide as their widest cell. */
function table(rows: readonly string[][]): string[] {
  const clean = rows.map((cells) => cells.map(onOneLine));
  const width = (column: number) => Math.max(11, ...clean.map((cells) => (cells[column] ?? "").length));
  return clean.map((cells) =>
    `  ${cells.map((cell, column) => cell.padEnd(width(column))).join("  ")}`.trimEnd(),
  );
}

function row(name: string, value: string): string[] {
  return [`  ${name.padEnd(11)}  ${onOneLine(value)}`];
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
