interface Counted<Hits> {
  hits: Hits;
}

interface Merge<T extends Counted<number>, C extends Counted<number[]>> {
  into: C[];
  /** In any order; things that are equal add up. */
  from: readonly T[];
  source: number;
  sources: number;
  compare: (a: Omit<T, "hits">, b: Omit<T, "hits">) => number;
  /** Called with what is in both. */
  meet?: (known: C, other: T) => void;
}

/**
 * Adds the hits of one source to what is known, both in order; what is new is put in its place. Most lists are of the same program, and
 * then nothing is copied.
 */
export function mergeSorted<T extends Counted<number>, C extends Omit<T, "hits"> & Counted<number[]>>(
  options: Merge<T, C>,
): C[] {
  const { into, source, sources, compare, meet } = options;
  const fresh: C[] = [];
  let at = 0;
  for (const item of inOrder(options.from, compare)) {
    let known = into[at];
    while (known !== undefined && compare(known, item) < 0) {
      at += 1;
      known = into[at];
    }
    if (known === undefined || compare(known, item) !== 0) known = fresh.at(-1);
    if (known !== undefined && compare(known, item) === 0) {
      known.hits[source] = added(known.hits[source] ?? 0, item.hits);
      meet?.(known, item);
    } else {
      const hits = new Array<number>(sources).fill(0);
      hits[source] = added(0, item.hits);
      fresh.push({ ...item, hits } as unknown as C);
    }
  }
  return fresh.length === 0 ? into : interleave(into, fresh, compare);
}

function inOrder<T>(list: readonly T[], compare: (a: T, b: T) => number): readonly T[] {
  for (let at = 1; at < list.length; at += 1) {
    const [before, here] = [list[at - 1], list[at]];
    if (before !== undefined && here !== undefined && compare(before, here) > 0)
      return [...list].sort(compare);
  }
  return list;
}

function interleave<C>(one: readonly C[], other: readonly C[], compare: (a: C, b: C) => number): C[] {
  if (one.length === 0) return [...other];
  const all: C[] = [];
  let at = 0;
  for (const item of one) {
    for (let next = other[at]; next !== undefined && compare(next, item) < 0; next = other[at]) {
      all.push(next);
      at += 1;
    }
    all.push(item);
  }
  return all.concat(other.slice(at));
}

/** Counters that are full stay full; what is no count adds nothing. */
function added(one: number, other: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, one + Math.max(other, 0));
}
