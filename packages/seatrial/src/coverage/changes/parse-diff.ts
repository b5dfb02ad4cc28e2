import { unquotePath } from "./unquote-path.ts";

/** Lines that were added or altered, by the path that the file has now. */
export type ChangedLines = Map<string, Set<number>>;

export interface DiffReader {
  /** Takes a line without its end. */
  line(text: string): void;
  changes(): ChangedLines;
}

const HUNK = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/**
 * Reads what `git diff -U0` with the prefixes a/ and b/ prints. What stands in hunks is told by their counts alone: it can look like a
 * header. Files that were removed, binary ones, and those whose mode alone changed have no lines. Blank lines, comments by `//` and
 * closing brackets are no change that could be covered.
 */
export function createDiffReader(): DiffReader {
  const changes: ChangedLines = new Map();
  let file: string | undefined;
  let [removed, added, next] = [0, 0, 0];
  return {
    line(text) {
      if (removed > 0 && text.startsWith("-")) removed -= 1;
      else if (added > 0 && text.startsWith("+")) {
        added -= 1;
        if (file !== undefined && isCode(text.slice(1))) linesOf(changes, file).add(next);
        next += 1;
      } else if (text.startsWith("\\")) return;
      else {
        const hunk = HUNK.exec(text);
        if (hunk !== null) {
          removed = Number(hunk[1] ?? 1);
          next = Number(hunk[2]);
          added = Number(hunk[3] ?? 1);
        } else if (text.startsWith("diff --")) file = undefined;
        else if (text.startsWith("+++ ")) file = newName(text.slice("+++ ".length));
      }
    },
    changes: () => changes,
  };
}

function newName(written: string): string | undefined {
  // A tab ends names that have spaces.
  const name = unquotePath(written.replace(/\t$/, ""));
  return name.startsWith("b/") ? name.slice("b/".length) : undefined;
}

function linesOf(changes: ChangedLines, file: string): Set<number> {
  const lines = changes.get(file) ?? new Set();
  changes.set(file, lines);
  return lines;
}

/** False for what no tool counts: nothing, a comment, a closing bracket. */
export function isCode(line: string): boolean {
  const text = line.trim();
  return text !== "" && !text.startsWith("//") && !/^[)\]}]+[;,]?$/.test(text);
}
