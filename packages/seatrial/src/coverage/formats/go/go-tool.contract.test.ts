import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFolder } from "../../../support/testing/folder.ts";
import { goPercents } from "./go-percents.ts";
import { mergeGoProfiles } from "./merge-go-profiles.ts";
import { functionsText, percentText } from "./percents.ts";
import { readGoProfiles } from "./read-go-profiles.ts";
import { GO_MODULE, LEAVE_PROFILES } from "./testing/go-program.ts";
import { hasGo, runWithGo } from "./testing/go-shell.ts";
import { hitsOf } from "./testing/programs.ts";
import { writeGoText } from "./write-go-text.ts";

const MODES = ["set", "count", "atomic"];
const CASES: Record<string, string[]> = {
  "one command": ["app"],
  "two commands": ["app", "other"],
  "test binaries": ["tests"],
  "commands and test binaries": ["tests", "other", "app"],
};
const ALL = MODES.flatMap((mode) =>
  Object.entries(CASES).map(([name, folders], index) => ({
    mode,
    name,
    id: `${mode}${index}`,
    folders: folders.map((folder) => `profiles/${mode}/${folder}`),
  })),
);
const signal = new AbortController().signal;

/** What Go's tool says of each case, in files; and of our merges, once those are there. */
const ASK = ALL.map(({ id, folders }) => {
  const input = `-i=${folders.join(",")}`;
  return `
    go tool covdata textfmt ${input} -o=${id}.text
    go tool covdata percent ${input} > ${id}.percent
    go tool covdata func ${input} > ${id}.func`;
}).join("\n");
const ASK_AGAIN = ALL.map(
  ({ id }) => `
    go tool covdata textfmt -i=${id}-merged -o=${id}-merged.text
    go tool covdata textfmt -i=${id}-combined -o=${id}-combined.text`,
).join("\n");

/**
 * This machine's, and the oldest that `bench/coverage/agree.mjs` compares with whole. A machine without Go has that of its container:
 * another one would compile its standard library anew each time.
 */
const VERSIONS = (await hasGo()) ? ["local", "go1.22.12"] : ["local"];

describe.each(VERSIONS)("profiles of Go %s", (toolchain) => {
  let module: Awaited<ReturnType<typeof createFolder>>;

  beforeAll(async () => {
    module = await createFolder(GO_MODULE);
    const go = { toolchain, folder: module.path };
    await runWithGo({ ...go, script: LEAVE_PROFILES + ASK });
    for (const { id, folders } of ALL) {
      const input = { folders: folders.map(at), signal };
      await mergeGoProfiles({ ...input, output: at(`${id}-merged`) });
      await mergeGoProfiles({ ...input, output: at(`${id}-combined`), combine: true });
    }
    await runWithGo({ ...go, script: ASK_AGAIN });
  }, 600_000);

  afterAll(async () => await module[Symbol.asyncDispose]());

  const at = (name: string) => path.join(module.path, name);
  const read = async (name: string) => await readFile(at(name), "utf8");

  describe.each(ALL)("of $name in mode $mode", ({ id, folders }) => {
    it("have the text that Go's tool writes", async () => {
      const output = at(`${id}.ours`);
      const { problems } = await writeGoText({ folders: folders.map(at), output, signal });
      expect(problems).toEqual([]);
      expect(await read(`${id}.ours`)).toBe(await read(`${id}.text`));
    });

    it("have its figures", async () => {
      const percents = await goPercents({ folders: folders.map(at), signal });
      expect(functionsText(percents)).toBe(await read(`${id}.func`));
      // Other versions of Go have other spaces between the two.
      const words = (text: string) => text.split(/\s+/);
      expect(words(percentText(percents))).toEqual(words(await read(`${id}.percent`)));
    });

    it("are merged into folders that it reads alike", async () => {
      expect(await read(`${id}-merged.text`)).toBe(await read(`${id}.text`));
      expect(await read(`${id}-combined.text`)).toBe(await read(`${id}.text`));
    });
  });

  describe("of snapshots that a program wrote while it ran", () => {
    it("count once, as Go's tool does not", async () => {
      const [snapshots, once] = await Promise.all(
        ["snapshots", "once"].map((name) => readGoProfiles({ folders: [at(`profiles/${name}`)], signal })),
      );
      expect(snapshots?.problems).toEqual([]);
      expect(snapshots?.files).toBe(3);
      const lib = "example.com/oracle/lib/lib.go";
      if (snapshots === undefined || once === undefined) throw new Error("nothing was read");
      expect(hitsOf(snapshots.profile)[lib]).toEqual(hitsOf(once.profile)[lib]);
    });
  });
});
