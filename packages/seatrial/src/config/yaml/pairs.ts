import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml";
import type { Mistake } from "../mistake.ts";
import { positionAt, type Span } from "../source.ts";
import { spanOf } from "./span.ts";

/** A key and its value in a mapping, where they stand in the file. */
export interface KeyedNode {
  key: string;
  keySpan: Span;
  value: Node | null;
}

export interface PairsOptions {
  text: string;
  anchored: ReadonlyMap<Alias, Node>;
  mistakes: Mistake[];
  /** Mappings that were read before: merges of merges would otherwise multiply. "open" while one is being read. */
  known: Map<YAMLMap, KeyedNode[] | "open">;
}

const RESERVED = new Set(["__proto__", "constructor", "prototype"]);

/** The entries of a mapping with its merge keys (`<<`) done: the mapping's own win, then earlier merges. */
export function pairsOf(map: YAMLMap, options: PairsOptions): KeyedNode[] {
  const before = options.known.get(map);
  if (before === "open") return [];
  if (before !== undefined) return before;
  options.known.set(map, "open");
  const pairs = readPairs(map, options);
  options.known.set(map, pairs);
  return pairs;
}

function readPairs(map: YAMLMap, options: PairsOptions): KeyedNode[] {
  const own = new Map<string, KeyedNode>();
  const merges: Node[] = [];
  for (const pair of map.items) {
    const key = pair.key as Node | null;
    if (isMergeKey(key)) {
      merges.push(...mergedNodes(pair, key, options));
      continue;
    }
    const keyed = keyedNode(pair, key, map, options);
    if (keyed === undefined) continue;
    const first = own.get(keyed.key);
    if (first === undefined) own.set(keyed.key, keyed);
    else {
      const { line } = positionAt(options.text, first.keySpan.start);
      options.mistakes.push({
        ...keyed.keySpan,
        message: `duplicate key "${keyed.key}", first in line ${line}`,
      });
    }
  }
  for (const node of merges) {
    const target = isAlias(node) ? options.anchored.get(node) : node;
    if (target === undefined) continue;
    if (!isMap(target)) {
      options.mistakes.push({
        ...spanOf(node),
        message: "<<: expected a mapping, or a list of mappings, to merge",
      });
    } else if (options.known.get(target) === "open") {
      options.mistakes.push({ ...spanOf(node), message: "<<: a mapping that merges itself" });
    } else {
      for (const keyed of pairsOf(target, options)) {
        if (!own.has(keyed.key)) own.set(keyed.key, keyed);
      }
    }
  }
  return [...own.values()];
}

function keyedNode(pair: Pair, key: Node | null, map: YAMLMap, options: PairsOptions): KeyedNode | undefined {
  const target = isAlias(key) ? options.anchored.get(key) : key;
  const keySpan = key === null ? spanOf(map) : spanOf(key);
  if (!isScalar(target) || target.value === null || target.value === "") {
    options.mistakes.push({ ...keySpan, message: "expected a plain key" });
    return undefined;
  }
  const name = typeof target.value === "string" ? target.value : (target.source ?? String(target.value));
  if (RESERVED.has(name)) {
    options.mistakes.push({ ...keySpan, message: `the key "${name}" is not allowed` });
    return undefined;
  }
  return { key: name, keySpan, value: pair.value as Node | null };
}

function isMergeKey(key: Node | null): key is Node {
  return isScalar(key) && key.value === "<<" && key.type === "PLAIN";
}

function mergedNodes(pair: Pair, key: Node, options: PairsOptions): Node[] {
  const value = pair.value as Node | null;
  if (value === null) {
    options.mistakes.push({ ...spanOf(key), message: "<<: expected a mapping to merge, found nothing" });
    return [];
  }
  const target = isAlias(value) ? options.anchored.get(value) : value;
  return isSeq(target) ? (target.items as Node[]) : [value];
}
