import type { CommandTest, EnvVar, StructureFile } from "../../config/index.ts";

/** A file of container-structure-test without a test in it. `env_` is what its run options bring. */
export function fileOf({
  env_ = {},
  ...changes
}: Partial<StructureFile> & { env_?: Record<string, string> } = {}): StructureFile {
  return {
    path: "/project/structure.yaml",
    label: "structure.yaml",
    env: [],
    commands: [],
    existence: [],
    contents: [],
    licenses: [],
    options: { privileged: false, terminal: false, env: env_, capabilities: [], mounts: [] },
    ...changes,
  };
}

/** A command test about nothing but its variables and setup. */
export function environmentOf(env: EnvVar[], setup: string[][]): CommandTest {
  return commandTest({ env, setup });
}

/** A command test that asks for nothing but exit code 0. */
export function commandTest(changes: Partial<CommandTest> = {}): CommandTest {
  return {
    name: "it",
    setup: [],
    env: [],
    argv: ["tool"],
    exitCode: 0,
    expectedOutput: [],
    excludedOutput: [],
    expectedError: [],
    excludedError: [],
    ...changes,
  };
}
