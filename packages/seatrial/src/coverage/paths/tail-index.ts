/** Tails of so many names are looked up at once; longer ones are compared. */
const DEEPEST = 4;

export interface TailIndex {
  has(file: string): boolean;
  /** The files that share most names at the end with a path, and how many these are; undefined where not even the last one is. */
  find(path: string): { files: readonly string[]; same: number } | undefined;
}

/** Finds files by the names at their end. */
export function createTailIndex(files: readonly string[]): TailIndex {
  const all = new Set(files);
  const byTail = new Map<string, string[]>();
  for (const file of files) {
    for (const tail of tailsOf(file)) {
      const same = byTail.get(tail);
      if (same === undefined) byTail.set(tail, [file]);
      else same.push(file);
    }
  }
  return {
    has: (file) => all.has(file),
    find(path) {
      const tails = tailsOf(path);
      for (let names = tails.length; names > 0; names -= 1) {
        const found = byTail.get(tails[names - 1] ?? "");
        if (found !== undefined)
          return names < DEEPEST ? { files: found, same: names } : longest(path, found);
      }
      return undefined;
    },
  };
}

/** Its last name, its last two names, and so on. */
function tailsOf(path: string): string[] {
  const tails: string[] = [];
  let cut = path.length;
  while (tails.length < DEEPEST && cut > 0) {
    cut = path.lastIndexOf("/", cut - 1);
    tails.push(path.slice(cut + 1));
  }
  return tails;
}

function longest(path: string, files: readonly string[]): { files: string[]; same: number } {
  let best: string[] = [];
  let most = 0;
  for (const file of files) {
    const same = sharedNames(path, file);
    if (same > most) best = [];
    if (same < most) continue;
    most = same;
    best.push(file);
  }
  return { files: best, same: most };
}

const SLASH = 47;

/** How many names at the ends of two paths are the same. */
function sharedNames(one: string, other: string): number {
  let [a, b, names] = [one.length - 1, other.length - 1, 0];
  for (; a >= 0 && b >= 0; a -= 1, b -= 1) {
    const char = one.charCodeAt(a);
    if (char !== other.charCodeAt(b)) return names;
    if (char === SLASH) names += 1;
  }
  const ended = (path: string, at: number) => at < 0 || path.charCodeAt(at) === SLASH;
  return ended(one, a) && ended(other, b) ? names + 1 : names;
}
