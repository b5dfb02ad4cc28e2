import { describe, expect, it } from "vitest";
import { failureOf, makeFolder } from "../testing/folder.ts";
import { readStructureFile } from "./read.ts";

async function read(text: string, options: { name?: string; env?: Record<string, string> } = {}) {
  const { name = "structure.yaml", env = {} } = options;
  await using folder = await makeFolder({ [name]: text, ".env.test": "A=1\nB='two words'\n" });
  const environment = folder.environment(env);
  const path = `${folder.path}/${name}`;
  return await readStructureFile({ path, root: folder.path, lookup: (key) => env[key], environment });
}

const fails = async (text: string, name?: string) =>
  await failureOf(read(text, name === undefined ? {} : { name }));

describe("a file of container-structure-test", () => {
  it("is read with the tool's own defaults", async () => {
    const file = await read(`
schemaVersion: 2.0.0
globalEnvVars: [{ key: PATH, value: "/env/bin:$PATH" }]
commandTests:
  - { name: version, command: tool, args: [--version], expectedOutput: ['v\\d+'] }
fileExistenceTests:
  - { name: app, path: /app }
  - { name: no sources, path: /src, shouldExist: no }
fileContentTests:
  - { name: release, path: /etc/os-release, expectedContents: ['(?i)debian'] }
metadataTest: { exposedPorts: [8080], cmd: [], labels: [{ key: v, value: 1.20 }] }
licenseTests: [{ debian: true }]
`);
    expect(file).toMatchObject({
      label: "structure.yaml",
      env: [{ key: "PATH", value: "/env/bin:$PATH" }],
      commands: [
        {
          argv: ["tool", "--version"],
          exitCode: 0,
          setup: [],
          expectedOutput: ["v\\d+"],
          excludedError: [],
        },
      ],
      existence: [{ shouldExist: true }, { shouldExist: false }],
      contents: [{ expectedContents: ["(?i)debian"] }],
      metadata: {
        exposedPorts: ["8080"],
        cmd: [],
        labels: [{ key: "v", value: "1.20", isRegex: false }],
      },
      licenses: [{ debian: true, files: [] }],
      options: { privileged: false, terminal: false, env: {}, capabilities: [], mounts: [] },
    });
    expect(file.metadata?.entrypoint).toBeUndefined();
  });

  it("may be JSON", async () => {
    const text = JSON.stringify({
      schemaVersion: "2.0.0",
      commandTests: [{ name: "a", command: "b", exitCode: 3 }],
    });
    const { commands } = await read(text, { name: "structure.json" });
    expect(commands).toMatchObject([{ argv: ["b"], exitCode: 3 }]);
  });

  it("brings variables of a file and of this machine, and copies in place of mounts", async () => {
    const { options } = await read(
      `
schemaVersion: 2.0.0
containerRunOptions:
  { user: root, envFile: .env.test, envVars: [TOKEN], capabilities: [NET_ADMIN], bindMounts: ["/etc/x:/y:ro"] }
commandTests: [{ name: a, command: b }]
`,
      { env: { TOKEN: "t0ken" } },
    );
    expect(options).toEqual({
      user: "root",
      privileged: false,
      terminal: false,
      env: { A: "1", B: "two words", TOKEN: "t0ken" },
      capabilities: ["NET_ADMIN"],
      mounts: [{ source: "/etc/x", target: "/y" }],
    });
  });

  it("fails with each mistake at its place, and the key that was meant", async () => {
    const error = await fails(`
schemaVersion: 2.0.0
commandTests:
  - { name: a, comand: b }
  - { name: c, command: [d] }
  - { command: e, expectedOutput: ['x', 'a(?=b)'] }
`);
    expect(error.code).toBe("STRUCTURE_INVALID");
    expect(error.message).toContain(
      'structure.yaml:4:16: commandTests[0]: unknown key "comand"; did you mean "command"?',
    );
    expect(error.message).toContain(
      "structure.yaml:5:25: commandTests[1].command: expected text, found a list",
    );
    expect(error.message).toMatch(
      /structure\.yaml:6:41: commandTests\[2\]\.expectedOutput\[1\]: not a regular expression of Go: a look around .*, at character 2/,
    );
  });

  it.each([
    ["schemaVersion: 1.0.0\ncommandTests: []", /schemaVersion: expected "2\.0\.0"/],
    ["commandTests: [{ name: a, command: b }]", /schemaVersion is missing/],
    ["schemaVersion: 2.0.0", /no test in this file/],
    ["schemaVersion: 2.0.0\ncommandTests: [{ name: a }]", /command is missing/],
    ["schemaVersion: 2.0.0\nmetadataTest: { env: [] }", /did you mean "envVars"/],
    [
      "schemaVersion: 2.0.0\nmetadataTest: { labels: [{ key: a, value: '(', isRegex: true }] }",
      /not a regular/,
    ],
    ["schemaVersion: 2.0.0\ncommandTests: [{ name: a, command: b, setup: [[]] }]", /at least one word/],
    [
      "schemaVersion: 2.0.0\ncommandTests: [{ name: a, command: b }]\ncontainerRunOptions: { bindMounts: [data:/x] }",
      /\/path\/on\/this\/machine/,
    ],
    [
      "schemaVersion: 2.0.0\ncommandTests: [{ name: a, command: b }]\ncontainerRunOptions: { envVars: [UNSET] }",
      /the variable UNSET is not set/,
    ],
    [
      "schemaVersion: 2.0.0\nfileExistenceTests: [{ name: a, path: /b, isExecutableBy: everybody }]",
      /one of any, owner, group, other/,
    ],
    ["schemaVersion: [", /invalid YAML/],
  ])("is refused: %s", async (text, reason) => {
    const error = await fails(text);
    expect(error.code).toBe("STRUCTURE_INVALID");
    expect(error.message).toMatch(reason);
  });

  it.each([
    ["s.yaml", { shouldExist: true, uid: undefined, gid: undefined }],
    // Go's own defaults: the tool has others for YAML alone.
    ["s.json", { shouldExist: false, uid: 0, gid: 0 }],
  ])("means in %s by what an existence test leaves out what the tool means", async (name, meant) => {
    const tests = [
      { name: "a", path: "/b" },
      { name: "c", path: "/d", shouldExist: true, uid: -1, gid: 7 },
    ];
    const text = JSON.stringify({ schemaVersion: "2.0.0", fileExistenceTests: tests });
    const { existence } = await read(text, { name });
    expect(existence).toMatchObject([meant, { shouldExist: true, uid: undefined, gid: 7 }]);
  });

  it("is said to be missing by its name", async () => {
    await using folder = await makeFolder({});
    const reading = readStructureFile({
      path: `${folder.path}/none.yaml`,
      root: folder.path,
      lookup: () => undefined,
      environment: folder.environment(),
    });
    await expect(reading).toThrowWithCode("STRUCTURE_NOT_FOUND");
  });
});
