import { writeWhole } from "../../support/write-whole.ts";
import { combine } from "../combine.ts";
import { readGoProfiles } from "../formats/go/read-go-profiles.ts";
import { writeGoText } from "../formats/go/write-go-text.ts";
import { sumHits } from "../sum-hits.ts";
import type { ReadProfile } from "../units/read-source.ts";
import { goTextOf } from "./go-text-of.ts";

/** Writes all of Go's profiles as one text: what Go's own tool would write where all are binary. */
export async function writeAllGo(options: {
  folders: readonly string[];
  /** Those that were texts already. */
  texts: readonly ReadProfile[];
  output: string;
  signal: AbortSignal;
}): Promise<void> {
  const { folders, texts, output, signal } = options;
  if (texts.length === 0) {
    await writeGoText({ folders, output, signal });
    return;
  }
  const { profile } = await readGoProfiles({ folders, signal });
  const all = combine([{ name: "all", profiles: [profile, ...texts.map((text) => text.profile)] }]);
  const files = all.files.map((file) => ({
    ...file,
    lines: [],
    branches: [],
    functions: [],
    statements: file.statements.map((each) => ({ ...each, hits: sumHits(each.hits) })),
  }));
  await writeWhole(output, goTextOf({ files }));
}
