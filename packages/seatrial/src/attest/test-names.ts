import { createHash } from "node:crypto";
import type { TestResult } from "../model/index.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { NameList } from "./statement.ts";

/** Bytes of names that one list of a statement has at most: registries take far more, readers should not have to. */
const MOST_BYTES = 512 * 1024;

/** The names of the tests that ended so, sorted, and what is said of those that found no room. */
export function namesOf(
  tests: readonly TestResult[],
  status: TestResult["status"],
): { names: string[]; list: NameList } {
  const all = tests.filter((test) => test.status === status).map(nameOf);
  all.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const names = fitting(all);
  const hex = createHash("sha256").update(canonicalJson(all)).digest("hex");
  return { names, list: { total: all.length, listed: names.length, digest: `sha256:${hex}` } };
}

/** As pytest writes them: `tests.test_cart.Total::test_is_empty`. */
function nameOf({ group, name }: TestResult): string {
  return group === "" ? name : `${group}::${name}`;
}

function fitting(names: readonly string[]): string[] {
  let bytes = 0;
  const count = names.findIndex((name) => {
    bytes += Buffer.byteLength(JSON.stringify(name)) + 1;
    return bytes > MOST_BYTES;
  });
  return count < 0 ? [...names] : names.slice(0, count);
}
