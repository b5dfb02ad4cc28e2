import { posix } from "node:path";
import type { Agent } from "../../agent/index.ts";
import type { ContentTest } from "../../config/index.ts";
import { patternProblems } from "./patterns.ts";
import { readFileText } from "./read-file.ts";
import type { Verdict } from "./verdict.ts";

/** Reads a file and looks for expressions in it. */
export async function runContentTest(
  test: ContentTest,
  options: { agent: Agent; signal: AbortSignal },
): Promise<Verdict> {
  const path = posix.join("/", test.path);
  const read = await readFileText(path, options);
  if ("problem" in read) return { problems: [read.problem] };
  const { expectedContents: expected, excludedContents: excluded } = test;
  return { problems: patternProblems(read.text, { what: path, expected, excluded }) };
}
