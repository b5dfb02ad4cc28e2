import { findKey, loadSigner } from "../attest/index.ts";
import { loadProject, type Project } from "../config/index.ts";
import { planRelease, type ReleasePlan, readEvidence, type Signing, type Source } from "../release/index.ts";
import type { ExitCode } from "../support/error.ts";
import type { ReleaseFlags } from "./flags.ts";
import { gitVariables, readSource } from "./git.ts";
import { chooseImage } from "./release-image.ts";
import type { ReleaseSession } from "./release-session.ts";
import { runUrl } from "./run-url.ts";
import { listenForStop } from "./stop-signals.ts";
import type { Surroundings } from "./surroundings.ts";
import { VERSION } from "./version.ts";
import { openRegistries } from "./wire.ts";

/** `release`: gives the tested image its tags, and keeps a receipt. */
export async function releaseCommand(options: {
  surroundings: Surroundings;
  flags: ReleaseFlags;
}): Promise<ExitCode> {
  const { surroundings, flags } = options;
  const { environment } = surroundings;
  using stop = listenForStop(() => surroundings.stderr.write("stopping; once more to leave at once\n"));
  const { signal } = stop;
  const project = await loadProject({
    environment,
    folder: flags.folder,
    file: flags.file,
    builtin: gitVariables({ folder: flags.folder ?? environment.cwd, env: environment.env, signal }),
  });
  const source = await readSource({ folder: project.root, env: environment.env, signal });
  const plan = planProjectRelease({ project, flags, source });
  const found = await readEvidence({ folders: flags.evidence ?? [`${project.root}/.seatrial/runs`], signal });
  const chosen = await chooseImage({ project, flags, cwd: environment.cwd, found });
  const { signing, secrets } = await openSigning({ project, surroundings });
  await using registries = await openRegistries(surroundings, { insecure: project.config.release?.insecure });
  const session: ReleaseSession = {
    surroundings,
    project,
    plan,
    found,
    chosen,
    source,
    registries,
    signing,
    secrets: [...project.secretValues, ...secrets],
  };
  if (flags.dryRun === true) {
    const { printRelease } = await import("./print-release.ts");
    return await printRelease({ session, flags, signal });
  }
  const { executeRelease } = await import("./execute-release.ts");
  return await executeRelease({ session, flags, signal });
}

function planProjectRelease(options: { project: Project; flags: ReleaseFlags; source: Source }): ReleasePlan {
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
    allowDirty: plan.allowDirty || flags.allowDirty === true,
  };
}

/** Who writes down what must hold wants it to have been looked at; what is looked for anyway (secrets) binds nobody. */
function asksForChecks(check: Project["config"]["check"]): boolean {
  const { absent, noSources, user, maxSizeBytes, entrypoint, wasteBytes, structure } = check;
  const named = [check.files, check.labels, check.env].some((each) => Object.keys(each).length > 0);
  const single = [user, maxSizeBytes, entrypoint, wasteBytes].some((each) => each !== undefined);
  return named || single || noSources.enabled || absent.length + structure.length > 0;
}

/** The key is opened before anything else is done: a wrong passphrase must not end a release half way. */
async function openSigning(options: { project: Project; surroundings: Surroundings }): Promise<{
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
