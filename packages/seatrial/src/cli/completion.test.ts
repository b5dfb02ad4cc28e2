import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { createFolder } from "../support/testing/folder.ts";
import { at } from "./testing/at.ts";

const run = promisify(execFile);

/** A program that answers like `seatrial complete`, and says on request what it was asked. */
const FAKE = `#!/bin/sh
printf '%s|' "$@" >"$ASKED"
printf 'unit\\nunit tests\\nintegration\\n--keep\\n'
`;

/** What bash would offer after these words, and what it asked seatrial. */
async function offered(words: string[]): Promise<{ replies: string[]; asked: string }> {
  await using here = await at({});
  await here.seatrial("completion", "bash");
  await using folder = await createFolder({ "bin/seatrial": FAKE, "completion.bash": here.stdout() });
  const script = `
    source ${folder.path}/completion.bash
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    complete -p seatrial | grep -q -- '-F _seatrial' || exit 9
    _seatrial
    printf '%s\\n' "\${COMPREPLY[@]}"
    cat "$ASKED" >&2`;
  const env = { PATH: `${folder.path}/bin:/usr/bin:/bin`, ASKED: `${folder.path}/asked` };
  const argv = ["--norc", "-c", script, "bash", ...words];
  const { stdout, stderr } = await run("bash", argv, { env });
  return { replies: stdout.split("\n").filter((line) => line !== ""), asked: stderr };
}

describe("the script for bash", () => {
  it("asks seatrial with the words up to the cursor, the empty one included", async () => {
    expect((await offered(["seatrial", "test", ""])).asked).toBe("complete|--|test||");
    expect((await offered(["seatrial", "run", "--only", "a b"])).asked).toBe("complete|--|run|--only|a b|");
  });

  it("offers what fits to what was typed, with spaces in it kept", async () => {
    expect((await offered(["seatrial", "test", "uni"])).replies).toEqual(["unit", "unit tests"]);
    expect((await offered(["seatrial", "test", ""])).replies).toHaveLength(4);
    expect((await offered(["seatrial", "run", "--k"])).replies).toEqual(["--keep"]);
    expect((await offered(["seatrial", "test", "nothing-like-it"])).replies).toEqual([]);
  });
});

it("there is a script for each shell that is named, and an error for others", async () => {
  for (const [shell, part] of Object.entries({ bash: "complete -F", zsh: "compdef", fish: "complete -c" })) {
    await using here = await at({});
    expect(await here.seatrial("completion", shell)).toBe(0);
    expect(here.stdout()).toContain(part);
    expect(here.stdout()).toContain("seatrial complete --");
  }
  await using here = await at({});
  expect(await here.seatrial("completion", "tcsh")).toBe(2);
});
