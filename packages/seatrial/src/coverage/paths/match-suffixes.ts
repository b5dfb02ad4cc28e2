import { createTailIndex } from "./tail-index.ts";

/** A file of an image, by its absolute path there, or relative where its folder is not known. */
export interface ImageName {
  name: string;
  /** The image's working directory. */
  workingDir: string;
}

/** The files that share most names at the end with a name of an image. */
interface Match {
  files: readonly string[];
  /** How many names these are. */
  same: number;
}

/** How many names say that a folder of an image is this one of the project. */
type Votes = Map<string, Map<string, number>>;

/**
 * Finds which file of the project each name of an image means: the one that shares most folders at the end with it. Where several do, or
 * only the last name is the same, others decide: what folder of the project the name's folder is for most of them.
 */
export function matchSuffixes(names: readonly ImageName[], files: readonly string[]): (string | undefined)[] {
  const index = createTailIndex(files);
  const matches = names.map(({ name }) => index.find(name));
  const votes: Votes = new Map();
  names.forEach((name, at) => {
    const { files: found = [], same = 0 } = matches[at] ?? {};
    const [only] = found;
    if (only === undefined || found.length > 1 || !isStrong(name, only, same)) return;
    const folder = withoutLast(name.name, same);
    const ofFolder = votes.get(folder) ?? new Map<string, number>();
    votes.set(folder, ofFolder);
    const meant = withoutLast(only, same);
    ofFolder.set(meant, (ofFolder.get(meant) ?? 0) + 1);
  });
  return names.map((name, at) => {
    const match = matches[at];
    return match === undefined ? undefined : choose({ name, match, votes, has: index.has });
  });
}

function choose(options: {
  name: ImageName;
  match: Match;
  votes: Votes;
  has: (file: string) => boolean;
}): string | undefined {
  const { name, match, votes, has } = options;
  const { files, same } = match;
  const [only] = files;
  if (files.length === 1 && only !== undefined && isStrong(name, only, same)) return only;
  const tail = lastNames(name.name, same);
  const ranked = [...(votes.get(withoutLast(name.name, same)) ?? [])]
    .map(([folder, count]) => ({ file: folder === "" ? tail : `${folder}/${tail}`, count }))
    .filter(({ file }) => has(file))
    .sort((a, b) => b.count - a.count);
  const [first, second] = ranked;
  if (first !== undefined && first.count > (second?.count ?? 0)) return first.file;
  // Nobody has another word: the project as a whole was copied.
  return has(tail) && isStrong(name, tail, same) ? tail : undefined;
}

/** More than a last name that is the same by chance. */
function isStrong({ name, workingDir }: ImageName, file: string, same: number): boolean {
  if (same >= 2 || same === depth(name)) return true;
  const folder = withoutLast(name, 1);
  return same === depth(file) ? folder !== "" : folder === workingDir;
}

function withoutLast(path: string, names: number): string {
  return path.split("/").slice(0, -names).join("/");
}

function lastNames(path: string, names: number): string {
  return path.split("/").slice(-names).join("/");
}

function depth(path: string): number {
  return path.split("/").length - (path.startsWith("/") ? 1 : 0);
}
