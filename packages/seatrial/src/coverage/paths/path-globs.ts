import { parseGlob } from "../../support/glob.ts";

/**
 * Whether a path of the project fits one of the globs, and none of those that begin with `!`. They are read as in a `.gitignore`: one
 * without a slash fits a name anywhere, others begin at the root; a folder stands for all that is in it.
 */
export function createPathGlobs(globs: readonly string[]): (path: string) => boolean {
  const wanted = globs.filter((glob) => !glob.startsWith("!")).map(parse);
  const taken = globs.filter((glob) => glob.startsWith("!")).map((glob) => parse(glob.slice(1)));
  return (path) => wanted.some((fits) => fits(path)) && !taken.some((fits) => fits(path));
}

function parse(written: string): (path: string) => boolean {
  const glob = written.replace(/^\.\//, "").replace(/\/+$/, "");
  const anchored = glob.includes("/") ? glob.replace(/^\//, "") : `**/${glob}`;
  const itself = parseGlob(`/${anchored}`).matches;
  const below = parseGlob(`/${anchored}/**`).matches;
  // Names that are no file of the project may begin with a slash of their own.
  return (path) => {
    const place = `/${path.replace(/^\//, "")}`;
    return itself(place) || below(place);
  };
}
