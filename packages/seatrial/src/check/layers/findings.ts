import type { FindingKind, LayerFinding } from "./image-index.ts";

/** Files that are kept of each secret and of each format, so that many of one kind never take the place of another. */
const MOST_OF_A_KIND = 10_000;

/** Findings of a layer: each file once for each secret and for each format. */
export interface Findings {
  note(finding: LayerFinding): void;
  /** All of them, and the kinds that have more than are kept. */
  close(): { findings: LayerFinding[]; cut: FindingKind[] };
}

interface Kind {
  what: FindingKind;
  byPlace: Map<string, LayerFinding>;
  isCut: boolean;
}

export function createFindings(): Findings {
  const kinds = new Map<string, Kind>();
  return {
    note(finding) {
      const { what, path, inName } = finding;
      const name = nameOfKind(what);
      const kind = kinds.get(name) ?? { what, byPlace: new Map(), isCut: false };
      kinds.set(name, kind);
      const place = `${inName} ${path}`;
      if (kind.byPlace.has(place)) return;
      if (kind.byPlace.size < MOST_OF_A_KIND) kind.byPlace.set(place, finding);
      else kind.isCut = true;
    },
    close() {
      const all = [...kinds.values()];
      return {
        findings: all.flatMap(({ byPlace }) => [...byPlace.values()]),
        cut: all.filter(({ isCut }) => isCut).map(({ what }) => what),
      };
    },
  };
}

/** Of which secret or format it is, however it is written. */
export function nameOfKind(what: FindingKind): string {
  return what.kind === "value" ? `value ${what.secret}` : `format ${what.format}`;
}
