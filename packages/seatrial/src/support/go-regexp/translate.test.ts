import { describe, expect, it } from "vitest";
import { GoRegexpError } from "./error.ts";
import { goMatches } from "./match.ts";
import { translate } from "./translate.ts";

// What Go 1.26 says of each; thousands more were compared with it when this was written.
const MATCHES: [expression: string, text: string][] = [
  ["(?i)line", "second LINE"],
  ["(?i)k", "\u212a"],
  ["(?i)[a-s]t", "ſT"],
  ["(?i:a)b", "Ab"],
  ["x(?i)a", "xA"],
  ["(?i)\\p{Lu}", "a"],
  ["^a.b$", "a\rb"],
  ["(?s)a.b", "a\nb"],
  ["(?m)^b$", "a\nb\nc"],
  ["\\Aab\\z", "ab"],
  ["(?P<year>\\d{4})-(?<month>\\d\\d)", "2026-07"],
  ["[[:alpha:]]+[[:^space:]\\d]", "ab1"],
  ["[]a]", "]"],
  ["[^]a]", "b"],
  ["\\Qa.b*\\E$", "a.b*"],
  ["\\x41\\x{e9}\\101\\07", "AéA\u0007"],
  ["\\pL\\p{Greek}\\P{Lu}", "éσ1"],
  ["a{,2}", "a{,2}"],
  ["{", "{"],
  ["^.$", "😀"],
  ["(?U)a+?", "aa"],
  ["\\_\\-\\/", "_-/"],
  ["()*", ""],
];

const NO_MATCHES: [expression: string, text: string][] = [
  ["(?i:a)b", "AB"],
  ["(?i)a(?-i)b", "AB"],
  ["a.b", "a\nb"],
  ["^b$", "a\nb\n"],
  ["b$", "b\n"],
  ["\\s", "\v"],
  ["\\s", "\u00a0"],
  ["\\d", "٣"],
  ["[[:space:]]", "\u2028"],
  ["\\bé", "é"],
];

const WRONG: [expression: string, offset: number, reason: RegExp][] = [
  ["ab(?=c)", 2, /look around/],
  ["ab(?<!c)", 2, /look around/],
  ["(a)\\1", 3, /reference back/],
  ["a**", 2, /repeats a repetition/],
  ["|*", 1, /repeats nothing/],
  ["a{2,1}", 1, /ends before it begins/],
  ["a{1001}", 1, /more than 1000/],
  ["x[a-", 1, /\[ without its \]/],
  ["[b-a]", 1, /backwards/],
  ["[[:letter:]]", 1, /known are alnum/],
  ["(a", 0, /\( without its \)/],
  ["a)", 1, /\) without its \(/],
  ["\\Z", 0, /no such escape/],
  ["\\p{Elvish}", 0, /no such class/],
  ["\\x{110000}", 0, /beyond the last/],
  ["ab\\", 2, /backslash at the end/],
  ["(?P<n>a)(?P<n>b)", 8, /two groups with the name n/],
  ["(?P<a-b>a)", 0, /no name for a group/],
  ["(?>a)", 0, /does not have/],
];

describe("a Go regular expression", () => {
  it.each(MATCHES)("%s matches %j, as in Go", (expression, text) => {
    expect(goMatches(expression, text)).toBe(true);
  });

  it.each(NO_MATCHES)("%s does not match %j, as in Go", (expression, text) => {
    expect(goMatches(expression, text)).toBe(false);
  });

  it.each(WRONG)("%s is refused at %i, as Go refuses it", (expression, offset, reason) => {
    try {
      translate(expression);
      expect.fail("it was accepted");
    } catch (error) {
      expect(error).toBeInstanceOf(GoRegexpError);
      expect(error).toMatchObject({ offset, message: expect.stringMatching(reason) });
    }
  });

  it("is given up when it takes too long, which Go's engine never does", () => {
    expect(goMatches("^(a+)+$", `${"a".repeat(40)}b`, 100)).toBeUndefined();
  });
});
