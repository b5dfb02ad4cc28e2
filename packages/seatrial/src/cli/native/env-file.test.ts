import { execFileSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import { parseEnv } from "node:util";
import { describe, expect, it } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { envHeader, formatVariables, removeEnvFile, upEnvFile } from "./env-file.ts";

const AWKWARD = {
  PLAIN: "postgres://app:x@127.0.0.1:5432/app?a=b",
  SPACES: "a b",
  QUOTES: `it's "quoted"`,
  SHELL: "$(rm -rf /) `x` $HOME \\n !",
  LINES: "one\ntwo",
  EMPTY: "",
  UNICODE: "名前 🚢",
};

describe("variables", () => {
  it("come out of a shell as they went in", () => {
    const script = `${formatVariables(AWKWARD, "shell")}\nexec env -0`;
    const output = execFileSync("/bin/sh", ["-c", script], { env: {} }).toString();
    const found = Object.fromEntries(
      output.split("\0").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
    expect(found).toMatchObject(AWKWARD);
  });

  it("come out of an env file as they went in", () => {
    const { QUOTES: _both, ...others } = AWKWARD;
    expect(parseEnv(formatVariables(others, "dotenv"))).toEqual(others);
  });

  it("come out of JSON as they went in", () => {
    expect(JSON.parse(formatVariables(AWKWARD, "json"))).toEqual(AWKWARD);
  });
});

describe("the env file of what is up", () => {
  it("goes with its run, and not with another one", async () => {
    await using folder = await createFolder({
      ".seatrial/up.env": `${envHeader("r1")}A=1\n`,
      ".env": "A=1\n",
    });
    const file = upEnvFile(folder.path);
    await removeEnvFile(file, "r2");
    await removeEnvFile(`${folder.path}/.env`, "r1");
    await removeEnvFile(`${folder.path}/elsewhere`, "r1");
    expect((await readdir(folder.path)).sort()).toEqual([".env", ".seatrial"]);
    expect(await readdir(`${folder.path}/.seatrial`)).toEqual(["up.env"]);
    await removeEnvFile(file, "r1");
    expect(await readdir(`${folder.path}/.seatrial`)).toEqual([]);
  });
});
