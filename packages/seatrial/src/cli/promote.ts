import type { NodeRef, Problem, ReleaseReceipt, RunEvent } from "../model/index.ts";
import type { RegistryClient, Repository } from "../registry/index.ts";
import {
  type AppliedRelease,
  applyRelease,
  beginReceipt,
  describeReceipt,
  sumTraffic,
} from "../release/index.ts";
import { EXIT, isToolError } from "../support/error.ts";
import { problemOf } from "../support/problem.ts";
import { pushHeld, type ReleaseImage } from "./release-image.ts";
import type { ReleaseSession } from "./release-session.ts";

export const RELEASE_NODE: NodeRef = { kind: "release", name: "release" };

/** As `AppliedRelease`; without a receipt where nothing was begun. */
export type EndedRelease = Omit<AppliedRelease, "receipt"> & { receipt?: ReleaseReceipt | undefined };

/** Pushes the image if only the engine has it, and releases it. Never rejects. */
export async function promoteImage(given: {
  session: ReleaseSession;
  folder: string;
  onNote: (note: string) => void;
  now: () => number;
  signal: AbortSignal;
}): Promise<EndedRelease> {
  const { session } = given;
  const { chosen, signing, source, project, plan } = session;
  await using registries = await session.openRegistries(given.onNote);
  const asked = remembersRepositories(registries);
  const [start, receipt] = [given.now(), beginReceipt({ plan, isPushed: true, traffic: asked.traffic() })];
  let image: ReleaseImage;
  try {
    image =
      chosen.kind === "pushed"
        ? chosen
        : await pushHeld({ ...session, ...given, registries: asked.registries, held: chosen });
  } catch (error) {
    const status = given.signal.aborted ? "stopped" : "failed";
    const rest = { traffic: asked.traffic(), duration: Math.round(given.now() - start) };
    return { ...failedRelease(error, given.signal), receipt: { ...receipt, ...rest, status } };
  }
  return await applyRelease({
    ...session,
    ...given,
    ...image,
    registries,
    project: project.name,
    plan,
    source: { now: source, built: image.built },
    signing: signing && { ...signing, folder: given.folder },
  });
}

/** A push that fails gives no account of what it asked of the registry: each handle that it took does. */
function remembersRepositories(real: RegistryClient) {
  const taken: Repository[] = [];
  const registries: RegistryClient = {
    ...real,
    repository(name) {
      const repository = real.repository(name);
      taken.push(repository);
      return repository;
    },
  };
  return { registries, traffic: () => sumTraffic(...taken.map((each) => each.traffic())) };
}

/** The end of a release as an event. */
export function releaseFinished({ receipt, problems, exitCode }: EndedRelease, duration: number): RunEvent {
  const state = exitCode === EXIT.ok ? "passed" : exitCode === EXIT.stopped ? "stopped" : "failed";
  const said = receipt === undefined ? undefined : describeReceipt(receipt);
  const note =
    state === "passed" ? said?.note : problems.length > 1 ? `refused: ${problems.length} reasons` : state;
  return {
    type: "node-finished",
    node: RELEASE_NODE,
    state,
    duration,
    note,
    detail: said?.detail,
    problem: problems[0],
  };
}

/** The end of a release that had not begun, by an error or by the user. */
export function failedRelease(error: unknown, signal: AbortSignal): EndedRelease {
  const problems: Problem[] = [problemOf(error, RELEASE_NODE.name)];
  const exitCode = signal.aborted ? EXIT.stopped : isToolError(error) ? error.exitCode : EXIT.bug;
  return { problems, warnings: [], exitCode };
}
