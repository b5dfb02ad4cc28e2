import { findKey, loadSigner } from "../attest/index.ts";
import type { Project } from "../config/index.ts";
import { planRelease, type ReleasePlan, type Signing, type Source } from "../release/index.ts";
import type { ReleaseFlags } from "./flags.ts";
import { runUrl } from "./run-url.ts";
import type { Surroundings } from "./surroundings.ts";
import { VERSION } from "./version.ts";

/** What the project says of its releases, with what the command line allows. */
export function planProjectRelease(options: {
  project: Project;
  flags: Pick<ReleaseFlags, "allowDirty" | "allowSibling" | "allowBackwards">;
  source: Source;
}): ReleasePlan {
  const { project, flags, source } = options;
  const plan = planRelease({
    settings: project.config.release,
    suites: project.suites,
    checks: asksForChecks(project.config.check),
    commit: source.commit,
    locate: project.locate,
  });
  return {
    ...plan,
    allowSibling: plan.allowSibling || flags.allowSibling === true,
    allowDirty: allowsDirty(project, flags),
    allowBackwards: plan.allowBackwards || flags.allowBackwards === true,
  };
}

/** Whether changes that are in no commit are fine. */
export function allowsDirty(project: Project, flags: Pick<ReleaseFlags, "allowDirty">): boolean {
  return project.config.release?.allowDirty === true || flags.allowDirty === true;
}

/** Who writes down what must hold wants it to have been looked at; what is looked for anyway (secrets) binds nobody. */
function asksForChecks(check: Project["config"]["check"]): boolean {
  const { absent, noSources, user, maxSizeBytes, entrypoint, wasteBytes, structure } = check;
  const named = [check.files, check.labels, check.env].some((each) => Object.keys(each).length > 0);
  const single = [user, maxSizeBytes, entrypoint, wasteBytes].some((each) => each !== undefined);
  return named || single || noSources.enabled || absent.length + structure.length > 0;
}

/** The key is opened before anything else is done: a wrong passphrase must not end a release half way. */
export async function openSigning(options: { project: Project; surroundings: Surroundings }): Promise<{
  signing: Omit<Signing, "folder"> | undefined;
  secrets: string[];
}> {
  const { project, surroundings } = options;
  const { env } = surroundings.environment;
  const key = await findKey({ source: project.config.release?.key, env, cwd: project.root });
  if (key === undefined) return { signing: undefined, secrets: [] };
  const signer = await loadSigner(key);
  return { signing: { signer, version: VERSION, url: runUrl(env) }, secrets: key.secrets };
}
