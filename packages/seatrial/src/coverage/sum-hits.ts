/** How often all sources together reached a thing; counters that are full stay full. */
export function sumHits(hits: readonly number[]): number {
  return hits.reduce((total, each) => Math.min(Number.MAX_SAFE_INTEGER, total + each), 0);
}
