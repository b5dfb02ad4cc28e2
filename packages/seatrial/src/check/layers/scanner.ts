import type { WrittenSecret } from "../../support/secret-forms.ts";
import { GO_HEAD_BYTES, GO_MAGIC, goInfoBytes } from "../packages/go.ts";
import { FORMAT_BYTES, FORMATS } from "../secrets/formats.ts";
import type { FindingKind } from "./image-index.ts";
import { createSearch } from "./search.ts";

/** A value to look for. */
export interface NamedSecret extends WrittenSecret {
  secret: string;
}

/** Something in the bytes of a layer. */
export type Hit =
  | { kind: "finding"; finding: FindingKind; at: number; isInPackages: boolean }
  /** The build information of a Go program, and how long it is. */
  | { kind: "go"; at: number; bytes: number };

export interface Scanner {
  /** Bytes behind a position that must be known before it can be judged. */
  lookahead: number;
  /** What begins in `[from, to)` of the window; positions count from the window's beginning. */
  scan(window: Buffer, from: number, to: number): Hit[];
}

interface Pattern {
  bytes: Buffer;
  judge(window: Buffer, at: number): Hit | undefined;
}

/** Looks for values of secrets, for formats of keys and credentials, and for the build information of Go programs. */
export function createScanner(secrets: readonly NamedSecret[]): Scanner {
  const patterns: Pattern[] = [...secrets.map(valuePattern), ...formatPatterns(), goPattern()];
  const search = createSearch(patterns.map(({ bytes }) => bytes));
  return {
    lookahead: Math.max(search.longest, FORMAT_BYTES, GO_HEAD_BYTES),
    scan(window, from, to) {
      const hits: Hit[] = [];
      search.find(window, { from, to }, (index, at) => {
        const hit = patterns[index]?.judge(window, at);
        if (hit !== undefined) hits.push(hit);
      });
      return hits;
    },
  };
}

function valuePattern({ secret, form, bytes }: NamedSecret): Pattern {
  const finding: FindingKind = { kind: "value", secret, form };
  return { bytes, judge: (_window, at) => ({ kind: "finding", finding, at, isInPackages: false }) };
}

function formatPatterns(): Pattern[] {
  return FORMATS.flatMap((format) =>
    format.beginnings.map((beginning) => ({
      bytes: Buffer.from(beginning),
      judge(window: Buffer, at: number): Hit | undefined {
        const text = window.toString("latin1", at, at + FORMAT_BYTES);
        const before = at === 0 ? "" : window.toString("latin1", at - 1, at);
        if (format.find(text, before) === undefined) return undefined;
        const finding: FindingKind = { kind: "format", format: format.name };
        return { kind: "finding", finding, at, isInPackages: format.isInPackages };
      },
    })),
  );
}

function goPattern(): Pattern {
  return {
    bytes: GO_MAGIC,
    judge(window, at) {
      const bytes = goInfoBytes(window.subarray(at, at + GO_HEAD_BYTES));
      return bytes === undefined ? undefined : { kind: "go", at, bytes };
    },
  };
}
