import type { CommandTest, EnvVar, StructureFile } from "../../config/index.ts";
import { expand } from "./expand.ts";

type Env = Record<string, string>;

/** What `globalEnvVars` give; each value sees the image's variables, not the other ones. */
export function globalEnv(file: StructureFile, image: Env): Env {
  return filled(file.env, image);
}

/**
 * The variables of one command test, as container-structure-test has them: in the command's own values a `$` is a `$`, while its
 * setup sees them with variables filled in; arguments see the image's and the global ones, and after a setup the test's too.
 */
export function commandEnvironment(
  file: StructureFile,
  test: CommandTest,
  image: Env,
): { setup: Env; command: Env; seen: Env } {
  const global = globalEnv(file, image);
  const base = { ...image, ...global };
  const setup = filled(test.env, base);
  const literal = Object.fromEntries(test.env.map(({ key, value }) => [key, value]));
  const common = { ...global, ...file.options.env };
  return {
    setup: { ...common, ...setup },
    command: { ...common, ...literal },
    seen: test.setup.length > 0 ? { ...base, ...setup } : base,
  };
}

function filled(variables: readonly EnvVar[], env: Env): Env {
  return Object.fromEntries(variables.map(({ key, value }) => [key, expand(value, env)]));
}
