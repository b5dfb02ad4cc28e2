import type { Profile } from "../data.ts";

/** A profile in the text format of Go, which keeps statements and the names of packages. */
export function goTextOf(profile: Profile): string {
  const lines = profile.files.flatMap(({ path, statements }) =>
    statements.map(
      ({ startLine, startColumn, endLine, endColumn, weight, hits }) =>
        `${path}:${startLine}.${startColumn},${endLine}.${endColumn} ${weight} ${hits}\n`,
    ),
  );
  return `mode: atomic\n${lines.join("")}`;
}
