import type { Profile } from "../data.ts";
import { invalidProfile, shown } from "./invalid.ts";
import { createLcovSection, type LcovSection } from "./lcov-section.ts";
import { createProfileBuilder } from "./profile-builder.ts";
import { withSlashes } from "./slashes.ts";

/** Totals, which are counted anew, and what no report of ours tells: test names, versions, decisions. */
const IGNORED = /^[A-Z][A-Z_]*$/;

/** Reads lcov's tracefile, of any version up to 2.x. Several sections of one file add up. It has no statements: lines are what counts. */
export function parseLcov(text: string): Profile {
  const builder = createProfileBuilder();
  let section: LcovSection | undefined;
  let number = 0;
  for (const raw of text.replace(/^\uFEFF/, "").split("\n")) {
    number += 1;
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    const fail = (reason: string) => invalidProfile({ format: "lcov", place: `line ${number}`, reason });
    if (line === "" || line.startsWith("#")) continue;
    if (line === "end_of_record") {
      section?.end();
      section = undefined;
      continue;
    }
    const colon = line.indexOf(":");
    const kind = line.slice(0, Math.max(0, colon));
    const value = line.slice(colon + 1);
    if (kind === "SF") {
      if (section !== undefined) throw fail("a file begins before the one before it ended");
      if (value === "") throw fail("a file without a name");
      section = createLcovSection(builder.file(withSlashes(value)));
      continue;
    }
    const read = section?.records.get(kind);
    if (read === undefined) {
      if (!IGNORED.test(kind)) throw fail(`${shown(line)} is no record of lcov`);
      continue;
    }
    const reason = read(value);
    if (reason !== undefined) throw fail(`${reason} in ${shown(line)}`);
  }
  if (section !== undefined)
    throw invalidProfile({
      format: "lcov",
      place: `line ${number}`,
      reason: "it ends in the middle of a file: end_of_record is missing",
    });
  return builder.build();
}
