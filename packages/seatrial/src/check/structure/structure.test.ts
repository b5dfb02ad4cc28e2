import { describe, expect, it } from "vitest";
import { environmentOf, fileOf } from "../testing/structure.ts";
import { commandEnvironment, globalEnv } from "./environment.ts";
import { expand } from "./expand.ts";
import { fileMode } from "./file-mode.ts";
import { runMetadataTest } from "./metadata-test.ts";
import { patternProblems } from "./patterns.ts";

describe("variables in a text", () => {
  it.each([
    ["[$FOO] [${FOO}] [$FOOD]", "[bar] [bar] []"],
    ["[$$] [$1] [$?x] [${*}]", "[] [] [x] []"],
    ["[${}] [${] $", "[] [] $"],
    ["$. $", "$. $"],
    ["$__proto__ ${constructor}", " "],
  ])("%s becomes %s, as with Go's os.Expand", (text, expected) => {
    expect(expand(text, { FOO: "bar" })).toBe(expected);
  });
});

describe("the variables of a command test", () => {
  const file = fileOf({
    env: [
      { key: "A", value: "1-$FOO" },
      { key: "B", value: "2-$A" },
    ],
    env_: { OPTION: "o" },
  });

  it("see the image's, each global one alone", () => {
    expect(globalEnv(file, { FOO: "bar" })).toEqual({ A: "1-bar", B: "2-" });
  });

  it("are filled in for its setup, and plain for its command, as the tool has it", () => {
    const test = environmentOf([{ key: "C", value: "$A!" }], []);
    expect(commandEnvironment(file, test, { FOO: "bar" })).toEqual({
      setup: { A: "1-bar", B: "2-", OPTION: "o", C: "1-bar!" },
      command: { A: "1-bar", B: "2-", OPTION: "o", C: "$A!" },
      seen: { FOO: "bar", A: "1-bar", B: "2-" },
    });
    const prepared = environmentOf([{ key: "C", value: "$A!" }], [["true"]]);
    expect(commandEnvironment(file, prepared, { FOO: "bar" }).seen).toMatchObject({ C: "1-bar!" });
  });
});

describe("the permissions of a file", () => {
  it.each([
    ["file", 0o640, "-rw-r-----"],
    ["file", 0o4755, "urwxr-xr-x"],
    ["file", 0o2755, "grwxr-xr-x"],
    ["folder", 0o755, "drwxr-xr-x"],
    ["folder", 0o1777, "dtrwxrwxrwx"],
    ["link", 0o777, "Lrwxrwxrwx"],
  ] as const)("of a %s with %o are printed as Go prints them", (kind, mode, printed) => {
    expect(fileMode({ kind, mode })).toBe(printed);
  });
});

describe("expressions", () => {
  it("name what should match and does not, and what should not and does", () => {
    const problems = patternProblems("Hello\nworld\n", {
      what: "Its output",
      expected: ["^Hello", "^world"],
      excluded: ["(?m)^world$", "x"],
    });
    expect(problems).toEqual(["Its output does not match /^world/.", "Its output matches /(?m)^world$/."]);
  });
});

describe("a metadata test", () => {
  const image = {
    user: "app",
    env: { FOO: "bar", GREET: "hi there" },
    entrypoint: ["/bin/cat"],
    command: ["a", "b"],
    workingDir: "/opt",
    volumes: ["/data"],
    ports: [8080],
    exposed: ["8080/tcp", "9000/udp"],
    labels: { one: "1" },
  };
  const none = {
    envVars: [],
    unboundEnvVars: [],
    labels: [],
    exposedPorts: [],
    unexposedPorts: [],
    volumes: [],
    unmountedVolumes: [],
  };

  it("passes when all that it names is so", () => {
    const { problems } = runMetadataTest(
      {
        envVars: [
          { key: "FOO", value: "bar", isRegex: false },
          { key: "GREET", value: "^hi", isRegex: true },
        ],
        unboundEnvVars: ["NOPE"],
        labels: [{ key: "one", value: "1", isRegex: false }],
        entrypoint: ["/bin/cat"],
        cmd: ["a", "b"],
        exposedPorts: ["8080", "9000"],
        unexposedPorts: ["1"],
        volumes: ["/data"],
        unmountedVolumes: ["/x"],
        workdir: "/opt",
        user: "app",
      },
      image,
    );
    expect(problems).toEqual([]);
  });

  it("tells everything that is not so", () => {
    const { problems } = runMetadataTest(
      {
        ...none,
        envVars: [
          { key: "FOO", value: "b", isRegex: false },
          { key: "NOPE", value: "", isRegex: false },
        ],
        unboundEnvVars: ["FOO"],
        labels: [{ key: "one", value: "^2", isRegex: true }],
        entrypoint: [],
        cmd: ["a"],
        exposedPorts: ["8080/tcp"],
        unexposedPorts: ["8080"],
        volumes: ["/data/"],
        unmountedVolumes: ["/data"],
        workdir: "/",
        user: "root",
      },
      image,
    );
    expect(problems).toHaveLength(12);
    expect(problems[0]).toBe('The variable FOO is "bar", expected "b".');
  });
});
