import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { createFolder } from "../support/testing/folder.ts";
import { at } from "./testing/at.ts";

const run = promisify(execFile);

/** A program that answers like `seatrial complete`, and says on request what it was asked. */
const FAKE = `#!/bin/sh
printf '%s|' "$@" >"$ASKED"
cat <<'END'
unit
unit tests
integration
--keep
$(touch "$ASKED.pwned")
\`touch "$ASKED.pwned"\`
*
END
`;

/** What bash would offer after these words, and what it asked seatrial. */
async function offered(words: string[]): Promise<{ replies: string[]; asked: string; files: string[] }> {
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
  const { stdout, stderr } = await run("bash", argv, { env, cwd: folder.path });
  const files = (await readdir(folder.path)).sort();
  return { replies: stdout.split("\n").filter((line) => line !== ""), asked: stderr, files };
}

describe("the script for bash", () => {
  it("asks seatrial with the words up to the cursor, the empty one included", async () => {
    expect((await offered(["seatrial", "test", ""])).asked).toBe("complete|--|test||");
    expect((await offered(["seatrial", "run", "--only", "a b"])).asked).toBe("complete|--|run|--only|a b|");
  });

  it("expands nothing that is offered, neither now nor when the line is run", async () => {
    const { replies, files } = await offered(["seatrial", "test", ""]);
    expect(replies.slice(4)).toEqual([
      '\\$\\(touch\\ \\"\\$ASKED.pwned\\"\\)',
      '\\`touch\\ \\"\\$ASKED.pwned\\"\\`',
      "\\*",
    ]);
    expect(files).toEqual(["asked", "bin", "completion.bash"]);
  });

  it("offers what fits to what was typed, its spaces quoted", async () => {
    expect((await offered(["seatrial", "test", "uni"])).replies).toEqual(["unit", "unit\\ tests"]);
    expect((await offered(["seatrial", "test", "unit\\ t"])).replies).toEqual(["unit\\ tests"]);
    expect((await offered(["seatrial", "test", ""])).replies).toHaveLength(7);
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
