import { distance } from "fastest-levenshtein";

/** The known word that somebody who wrote `word` most likely meant, if one is near enough. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const plain = normal(word);
  let best: { word: string; away: number } | undefined;
  for (const candidate of known) {
    const other = normal(candidate);
    const away =
      other === plain ? 0 : other.startsWith(plain) || plain.startsWith(other) ? 1 : distance(plain, other);
    if (best === undefined || away < best.away) best = { word: candidate, away };
  }
  const limit = Math.max(plain.length > 3 ? 2 : 1, Math.floor(plain.length / 3));
  return best !== undefined && plain !== "" && best.away <= limit ? best.word : undefined;
}

/** `; did you mean "x"?`, or nothing. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? "" : `; did you mean "${near}"?`;
}

function normal(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, "");
}
