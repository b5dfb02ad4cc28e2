/** A time in which a test had the space of a name; without an end: its process was killed. */
export interface Use {
  name: string;
  from: bigint;
  to: bigint | undefined;
}

/** Names that a second test got before the first had given them back, or after the first was killed. */
export function findOverlaps(uses: readonly Use[]): string[] {
  const sorted = [...uses].sort((one, other) => (one.from < other.from ? -1 : 1));
  const until = new Map<string, bigint | undefined>();
  const found = new Set<string>();
  for (const { name, from, to } of sorted) {
    if (until.has(name)) {
      const end = until.get(name);
      if (end === undefined || from < end) found.add(name);
    }
    until.set(name, to);
  }
  return [...found];
}
