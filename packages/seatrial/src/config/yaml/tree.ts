import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Scalar } from "yaml";
import type { Mistake } from "../mistake.ts";
import type { Span } from "../source.ts";
import type { YamlDocument } from "./document.ts";
import { type PairsOptions, pairsOf } from "./pairs.ts";
import { spanOf } from "./span.ts";

export type Path = readonly (string | number)[];

/** The plain value of a document, and where each part of it was written. */
export interface Tree {
  value: unknown;
  /** The place of a value, or of its key; of the nearest parent when the path is not there. */
  locate(path: Path, part?: "key" | "value"): Span;
  /** Whether the path is there. */
  has(path: Path): boolean;
  /** A value in words, as it was written: `"ten"`, `12`, `a list`, `nothing`. */
  describe(path: Path): string;
  mistakes: Mistake[];
}

export interface TreeOptions {
  text: string;
  document: YamlDocument;
  /** Puts variables into a string; undefined after reporting what is wrong with it. */
  fill: (text: string, node: Scalar, path: Path) => Filled | undefined;
  /** Whether a key without a value means something here; elsewhere it counts as absent. */
  keepsNull: (path: Path) => boolean;
}

export interface Filled {
  text: string;
  /** The value may be shown in messages. */
  showable: boolean;
}

interface Entry {
  keySpan: Span | undefined;
  span: Span;
  shown: string;
}

const MOST_VALUES = 50_000;
const DEEPEST = 60;

/** Turns nodes into plain values: anchors and merge keys resolved, variables filled in. Numbers with an odd spelling (`1.20`) stay text. */
export function readTree(options: TreeOptions): Tree {
  const { document, text } = options;
  const mistakes: Mistake[] = [];
  const entries = new Map<string, Entry>();
  const pairsOptions: PairsOptions = { text, anchored: document.anchored, mistakes, known: new Map() };
  let budget = MOST_VALUES;

  function read(node: Node | null, path: Path, keySpan: Span | undefined, within: readonly Alias[]): unknown {
    const empty = node === null || (isScalar(node) && node.source === "");
    const span =
      empty && keySpan !== undefined ? keySpan : node === null ? { start: 0, end: 1 } : spanOf(node);
    budget -= 1;
    if (budget < 0 || path.length > DEEPEST) {
      if (budget >= -1) {
        const what =
          budget < 0
            ? `more than ${MOST_VALUES} values, anchors expanded`
            : `nested more than ${DEEPEST} deep`;
        mistakes.push({ ...span, message: what });
        budget = -2;
      }
      return null;
    }
    if (isAlias(node)) {
      if (within.includes(node)) {
        mistakes.push({ ...span, message: `the anchor "${node.source}" contains itself` });
        return null;
      }
      return read(document.anchored.get(node) ?? null, path, keySpan, [...within, node]);
    }
    const entry: Entry = { keySpan, span, shown: "nothing" };
    entries.set(keyOf(path), entry);
    if (isMap(node)) {
      entry.shown = "a mapping";
      const result: Record<string, unknown> = {};
      for (const pair of pairsOf(node, pairsOptions)) {
        const inner = [...path, pair.key];
        const value = read(pair.value, inner, pair.keySpan, within);
        if (value !== null || options.keepsNull(inner)) result[pair.key] = value;
      }
      return result;
    }
    if (isSeq(node)) {
      entry.shown = "a list";
      return node.items.map((item, index) => read(item as Node | null, [...path, index], undefined, within));
    }
    return isScalar(node) ? readScalar(node, entry, path) : null;
  }

  function readScalar(node: Scalar, entry: Entry, path: Path): unknown {
    const { value, source } = node;
    if (typeof value === "string") {
      const filled = options.fill(value, node, path);
      const written = JSON.stringify(value);
      entry.shown =
        filled === undefined || filled.text === value || !filled.showable
          ? written
          : `${JSON.stringify(filled.text)} (from ${written})`;
      return filled?.text ?? value;
    }
    if (value === null) return null;
    entry.shown = source ?? String(value);
    return typeof value === "number" && source !== undefined && String(value) !== source ? source : value;
  }

  function entryAt(path: Path): Entry | undefined {
    for (let length = path.length; length >= 0; length -= 1) {
      const entry = entries.get(keyOf(path.slice(0, length)));
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  const value = document.contents === null ? {} : read(document.contents, [], undefined, []);
  return {
    value: value ?? {},
    locate(path, part = "value") {
      const entry = entryAt(path);
      const missing = entries.get(keyOf(path)) === undefined;
      const span = (part === "key" || missing ? entry?.keySpan : undefined) ?? entry?.span;
      return span ?? { start: 0, end: 1 };
    },
    has: (path) => entries.has(keyOf(path)),
    describe: (path) => entries.get(keyOf(path))?.shown ?? "nothing",
    mistakes,
  };
}

function keyOf(path: Path): string {
  return JSON.stringify(path);
}
