import { describe, expect, it } from "vitest";
import { parseEnvFile } from "./env-file.ts";
import { readEnvFiles } from "./env-files.ts";
import { failureOf, makeFolder } from "./testing/folder.ts";

const values: Record<string, string> = { A: "vA" };
const lookup = (name: string) => values[name];
const parse = (text: string) => parseEnvFile({ text, lookup });

// The right-hand sides are what `docker compose config` gives for a service with this env file.
const lines: [string, Record<string, string>][] = [
  ["B=plain", { B: "plain" }],
  ["B=a b # comment", { B: "a b" }],
  ["B=a#b", { B: "a#b" }],
  ["B=#x", { B: "#x" }],
  ['B="q # x"  # c', { B: "q # x" }],
  ["B='s $A ${A} \\n'", { B: "s $A ${A} \\n" }],
  ["export B=exp", { B: "exp" }],
  ["B: yaml style", { B: "yaml style" }],
  ['B="line1\nline2"', { B: "line1\nline2" }],
  ["B='multi\n line'", { B: "multi\n line" }],
  ["B=$A-${A}-${UNSET:-d}", { B: "vA-vA-d" }],
  ['B="$A \\$A \\"q\\" \\n|\\t|"', { B: 'vA $A "q" \n|\t|' }],
  ["B=", { B: "" }],
  ["B=first\nC=$B/x", { B: "first", C: "first/x" }],
  ["A\nUNSET", { A: "vA" }],
  ["B = spaced", { B: "spaced" }],
  ["B='it\\'s'", { B: "it's" }],
  ["B=$$x", { B: "$x" }],
  ['B="a\\\\b"', { B: "a\\b" }],
  ["B=a\\nb", { B: "a\\nb" }],
  ['B="\\z"', { B: "\\z" }],
  ['B="a$$b"', { B: "a$b" }],
  ["B.23=dot\nB-24=dash", { "B.23": "dot", "B-24": "dash" }],
  ["B=crlf\r\nC=x\r\n", { B: "crlf", C: "x" }],
  ["\n  # a comment\n\n\tB=1\n", { B: "1" }],
  ["B=1\nB=2", { B: "2" }],
];

describe("parseEnvFile", () => {
  it.each(lines)("reads %j", (text, expected) => {
    expect(parse(text)).toEqual({ values: expected, mistakes: [] });
  });

  it("takes every line as it is when the format is raw", () => {
    const text = "# no\nB='$A' # kept\nC=a=b\r\n";
    expect(parseEnvFile({ text, lookup, raw: true }).values).toEqual({ B: "'$A' # kept", C: "a=b" });
  });

  it.each([
    ["A=1\nB C=2", 4, "expected NAME=value"],
    ["A=1\n=2", 4, "expected NAME=value"],
    ["A=1\n!x", 4, "expected NAME=value"],
    ['A="open\nB=2\n', 2, 'A: the quote " is never closed'],
    ["A='x' y", 5, "A: text after the closing quote"],
    ["A=${B", 2, 'expected "}" after ${B, found the end'],
    ["A=${B:?say it}", 2, "required variable B is not set or empty: say it"],
  ])("says where %j is wrong", (text, start, message) => {
    expect(parse(text).mistakes).toMatchObject([{ start, message }]);
  });
});

describe("readEnvFiles", () => {
  const file = (path: string, required = true) => ({ path, required, raw: false });

  it("lets later files win, and see earlier ones", async () => {
    await using folder = await makeFolder({ "a.env": "X=1\nY=1", "b.env": "Y=$X$X" });
    const files = [file(`${folder.path}/a.env`), file(`${folder.path}/b.env`)];
    expect(await readEnvFiles({ files, lookup, environment: folder.environment() })).toEqual({
      X: "1",
      Y: "11",
    });
  });

  it("passes over a missing file that is not required", async () => {
    await using folder = await makeFolder({});
    const files = [file(`${folder.path}/a.env`, false)];
    expect(await readEnvFiles({ files, lookup, environment: folder.environment() })).toEqual({});
  });

  it("says which required file is missing", async () => {
    await using folder = await makeFolder({});
    const files = [file(`${folder.path}/a.env`)];
    const error = await failureOf(readEnvFiles({ files, lookup, environment: folder.environment() }));
    expect(error).toMatchObject({ code: "ENV_FILE_NOT_FOUND", message: "no such file: a.env" });
  });

  it("names the line of a mistake and shows nothing of the file", async () => {
    await using folder = await makeFolder({ "a.env": "OK=1\nPASSWORD='hunter2secret\n" });
    const files = [file(`${folder.path}/a.env`)];
    const error = await failureOf(readEnvFiles({ files, lookup, environment: folder.environment() }));
    expect(error.code).toBe("ENV_FILE_INVALID");
    expect(error.message).toBe("a.env:2:10: PASSWORD: the quote ' is never closed");
  });
});
