import { parseGlob } from "../support/glob.ts";

/**
 * Whether a path fits one of the globs and none of those that begin with `!`. A glob without a slash in front fits anywhere: `*.go`,
 * `tests/**`.
 */
export function createGlobs(globs: readonly string[]): (path: string) => boolean {
  const [wanted, taken] = [
    globs.filter((glob) => !glob.startsWith("!")),
    globs.filter((glob) => glob.startsWith("!")),
  ];
  const fits = wanted.map(parse);
  const doesNot = taken.map((glob) => parse(glob.slice(1)));
  return (path) => fits.some((matches) => matches(path)) && !doesNot.some((matches) => matches(path));
}

function parse(glob: string): (path: string) => boolean {
  const anywhere = glob.startsWith("**/") ? `/${glob}` : `/**/${glob}`;
  return parseGlob(glob.startsWith("/") ? glob : anywhere).matches;
}
