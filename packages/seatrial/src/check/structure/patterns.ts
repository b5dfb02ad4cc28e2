import { goMatches } from "../../support/go-regexp/match.ts";

/** What is wrong with a text that should match some Go regular expressions and not others. */
export function patternProblems(
  text: string,
  options: { what: string; expected: readonly string[]; excluded: readonly string[] },
): string[] {
  const { what, expected, excluded } = options;
  const problemOf = (expression: string, wanted: boolean): string[] => {
    const matches = goMatches(expression, text);
    if (matches === wanted) return [];
    if (matches === undefined)
      return [
        `Whether ${what} matches /${expression}/ was not known after 5 s: write it without nested repetitions.`,
      ];
    return [wanted ? `${what} does not match /${expression}/.` : `${what} matches /${expression}/.`];
  };
  return [
    ...expected.flatMap((expression) => problemOf(expression, true)),
    ...excluded.flatMap((expression) => problemOf(expression, false)),
  ];
}
