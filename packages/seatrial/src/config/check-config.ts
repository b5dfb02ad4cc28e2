import * as v from "valibot";
import { nearest } from "../support/nearest.ts";
import type { Mistake } from "./mistake.ts";
import { type ConfigInput, configSchema } from "./schema/config.ts";
import type { Path, Tree } from "./yaml/tree.ts";

type Issue = v.BaseIssue<unknown>;

/** Checks a tree against the schema; every mistake has its place. */
export function checkConfig(tree: Tree): { value: ConfigInput } | { mistakes: Mistake[] } {
  return checkTree(tree, configSchema);
}

/** The same for a file with another schema, whose messages follow the rules of `schema/section.ts`. */
export function checkTree<T>(
  tree: Tree,
  schema: v.GenericSchema<unknown, T>,
): { value: T } | { mistakes: Mistake[] } {
  const result = v.safeParse(schema, tree.value);
  if (result.success) return { value: result.output };
  return { mistakes: result.issues.flatMap((issue) => mistakesOf(issue, [], tree)) };
}

function mistakesOf(issue: Issue, parent: Path, tree: Tree): Mistake[] {
  const path = [...parent, ...(issue.path ?? []).map((item) => item.key as string | number)];
  const relevant = relevantIssues(issue);
  if (relevant.length > 0) return relevant.flatMap((inner) => mistakesOf(inner, path, tree));
  const last = issue.path?.at(-1);
  const atKey = last !== undefined && "origin" in last && last.origin === "key";
  const where = path.length === 0 ? "" : `${dotted(path)}: `;
  // Rules and unknown keys bring whole sentences.
  if (issue.type === "raw_check") {
    const place = atKey ? dotted(path.slice(0, -1)) : dotted(path);
    const message = place === "" ? issue.message : `${place}: ${issue.message}`;
    return [{ ...tree.locate(path, atKey ? "key" : "value"), message }];
  }
  if (atKey && issue.input === undefined) {
    const message = `${dotted(path.slice(0, -1))}: expected the key "${String(last.key)}"`;
    return [{ ...tree.locate(path.slice(0, -1), "key"), message }];
  }
  if (atKey) {
    const message = `${dotted(path.slice(0, -1))}: expected ${issue.message}, found "${String(last.key)}"`;
    return [{ ...tree.locate(path, "key"), message }];
  }
  // "expected a, found b; did you mean c?" reads better than the other way round.
  const [expected = "", ...more] = issue.message.split("; ");
  const words = /^one of (.*)$/.exec(expected)?.[1]?.split(", ") ?? [];
  if (typeof issue.input === "string" && more.length === 0) more.push(...near(issue.input, words));
  const message = [`${where}expected ${expected}, found ${tree.describe(path)}`, ...more].join("; ");
  return [{ ...tree.locate(path), message }];
}

function near(word: string, words: readonly string[]): string[] {
  const found = nearest(word, words);
  return found === undefined ? [] : [`did you mean ${found}?`];
}

/** Of the reasons why a value is none of several things: those that come from the one it was meant to be. */
function relevantIssues(issue: Issue): Issue[] {
  const inner = (issue.issues ?? []) as Issue[];
  return inner.filter(
    (each) => each.path !== undefined || each.kind !== "schema" || relevantIssues(each).length > 0,
  );
}

function dotted(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? key : `${text}.${key}`;
  }, "");
}
