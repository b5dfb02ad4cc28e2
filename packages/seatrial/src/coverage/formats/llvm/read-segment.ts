import type { JsonReading } from "../json.ts";

/** Where the count of a file's text changes. */
export interface Segment {
  line: number;
  count: number;
  hasCount: boolean;
  isRegionEntry: boolean;
  isGap: boolean;
}

export function readSegment(reading: JsonReading, value: unknown, place: string): Segment {
  const [line, , count, hasCount, isRegionEntry, isGap] = reading.list(value, place);
  return {
    line: reading.line(line, place),
    count: reading.hits(count, place),
    hasCount: hasCount === true,
    isRegionEntry: isRegionEntry === true,
    isGap: isGap === true,
  };
}
