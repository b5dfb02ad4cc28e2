import { addHits } from "../numbers.ts";
import type { IstanbulItem, IstanbulItems, IstanbulRange } from "./istanbul-items.ts";

/** Adds up what two scripts reached of one source, as Istanbul does it. */
export function mergeItems(one: IstanbulItems, other: IstanbulItems): IstanbulItems {
  return {
    statements: merge(one.statements, other.statements),
    branches: merge(one.branches, other.branches),
    functions: merge(one.functions, other.functions),
  };
}

/**
 * Items of the same range add up. V8 only names ranges whose count differs from what is around them: one that the other side does not
 * name ran there as often as the narrowest that contains it.
 */
function merge(one: readonly IstanbulItem[], other: readonly IstanbulItem[]): IstanbulItem[] {
  const ones = byRange(one);
  const others = byRange(other);
  const matched = [...ones].map(([key, item]) => {
    const more = others.get(key)?.hits ?? narrowestAround(item.range, other)?.hits ?? 0;
    return { ...item, hits: addHits(item.hits, more) };
  });
  const added = [...others]
    .filter(([key]) => !ones.has(key))
    .map(([, item]) => ({
      ...item,
      hits: addHits(item.hits, narrowestAround(item.range, one)?.hits ?? 0),
    }));
  return [...matched, ...added];
}

function byRange(items: readonly IstanbulItem[]): Map<string, IstanbulItem> {
  return new Map(items.map((item) => [rangeKey(item.range), item]));
}

function rangeKey({ start, end }: IstanbulRange): string {
  return `${start.line}:${start.column}-${end.line}:${end.column}`;
}

/** How far a range lies inside another, at its beginning and at its end: lines, then columns. */
interface Distance {
  before: readonly [number, number];
  after: readonly [number, number];
}

function narrowestAround(range: IstanbulRange, items: readonly IstanbulItem[]): IstanbulItem | undefined {
  let nearest: { item: IstanbulItem; distance: Distance } | undefined;
  for (const item of items) {
    const distance: Distance = {
      before: [range.start.line - item.range.start.line, range.start.column - item.range.start.column],
      after: [item.range.end.line - range.end.line, item.range.end.column - range.end.column],
    };
    if (!isInside(distance.before) || !isInside(distance.after)) continue;
    if (
      nearest === undefined ||
      isCloser(distance.before, nearest.distance.before) ||
      isCloser(distance.after, nearest.distance.after)
    )
      nearest = { item, distance };
  }
  return nearest?.item;
}

function isInside([lines, columns]: readonly [number, number]): boolean {
  return lines > 0 || (lines === 0 && columns >= 0);
}

function isCloser(one: readonly [number, number], other: readonly [number, number]): boolean {
  return one[0] < other[0] || (one[0] === 0 && one[1] < other[1]);
}
