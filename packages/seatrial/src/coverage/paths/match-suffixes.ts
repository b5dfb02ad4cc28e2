/** A file of an image, by its absolute path there, or relative where its folder is not known. */
export interface ImageName {
  name: string;
  /** The image's working directory. */
  workingDir: string;
}

interface Candidate {
  file: string;
  /** How many names at the end are the same. */
  same: number;
}

/**
 * Finds which file of the project each name of an image means: the one that shares most folders at the end with it. Where several do, or
 * only the last name is the same, others decide: what folder of the project the name's folder is for most of them.
 */
export function matchSuffixes(names: readonly ImageName[], files: readonly string[]): (string | undefined)[] {
  const byLast = new Map<string, string[]>();
  for (const file of files) {
    const last = lastOf(file);
    const same = byLast.get(last);
    if (same === undefined) byLast.set(last, [file]);
    else same.push(file);
  }
  const found = names.map(({ name }) => candidatesOf(name, byLast.get(lastOf(name)) ?? []));
  const votes = new Map<string, number>();
  names.forEach((name, at) => {
    const [only, ...others] = found[at] ?? [];
    if (only === undefined || others.length > 0 || !isStrong(name, only)) return;
    const folders = foldersOf(name.name, only);
    votes.set(folders, (votes.get(folders) ?? 0) + 1);
  });
  return names.map((name, at) => choose(name, found[at] ?? [], votes));
}

function choose(
  name: ImageName,
  candidates: readonly Candidate[],
  votes: ReadonlyMap<string, number>,
): string | undefined {
  const [only] = candidates;
  if (candidates.length === 1 && only !== undefined && isStrong(name, only)) return only.file;
  const ranked = candidates
    .map((each) => ({ file: each.file, votes: votes.get(foldersOf(name.name, each)) ?? 0 }))
    .filter((each) => each.votes > 0)
    .sort((a, b) => b.votes - a.votes);
  const [first, second] = ranked;
  if (first !== undefined && first.votes > (second?.votes ?? 0)) return first.file;
  // Nobody has another word: the project as a whole was copied.
  const whole = candidates.filter((each) => isStrong(name, each) && each.same === depth(each.file));
  return whole.length === 1 ? whole[0]?.file : undefined;
}

/** More than a last name that is the same by chance. */
function isStrong({ name, workingDir }: ImageName, { file, same }: Candidate): boolean {
  if (same >= 2 || same === depth(name)) return true;
  const folder = name.slice(0, name.lastIndexOf("/"));
  return same === depth(file) ? folder !== "" || !name.startsWith("/") : folder === workingDir;
}

function candidatesOf(name: string, files: readonly string[]): Candidate[] {
  let best: Candidate[] = [];
  let most = 1;
  for (const file of files) {
    const same = sharedNames(name, file);
    if (same < most) continue;
    if (same > most) best = [];
    most = same;
    best.push({ file, same });
  }
  return best;
}

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

const SLASH = 47;

/** The folder of the image and that of the project which a match says to be the same. */
function foldersOf(name: string, { file, same }: Candidate): string {
  return `${withoutLast(name, same)}\0${withoutLast(file, same)}`;
}

function withoutLast(path: string, names: number): string {
  return path.split("/").slice(0, -names).join("/");
}

function depth(path: string): number {
  return path.split("/").length - (path.startsWith("/") ? 1 : 0);
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
