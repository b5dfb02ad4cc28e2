import {
  connectOwner,
  type Description,
  digestDefinitions,
  digestService,
  findOwners,
  type OwnerClient,
  planInfrastructure,
  type RunPlan,
} from "../../run/index.ts";
import { isToolError } from "../../support/error.ts";
import { cliError } from "../errors.ts";
import { openSession } from "../open-session.ts";
import { stateFolder } from "../paths.ts";
import type { Surroundings } from "../surroundings.ts";
import { tellWaiting } from "../tell-waiting.ts";
import { openTools } from "../wire.ts";
import type { UpFlags } from "./request.ts";

/** What is up, and its owner. */
export interface Up {
  description: Description;
  owner: OwnerClient;
}

/** The infrastructure that is up for a project's folder, once it is ready; undefined: there is none, or its start failed. */
export async function findUp(options: {
  surroundings: Surroundings;
  root: string;
  quiet?: boolean | undefined;
  signal: AbortSignal;
}): Promise<Up | undefined> {
  const { surroundings, root, quiet, signal } = options;
  const [found] = await findOwners({ state: stateFolder(surroundings.environment), root, kinds: ["up"] });
  if (found?.control === undefined) return undefined;
  const owner = connectOwner({ run: found.run, control: found.control });
  using _telling = tellWaiting({ surroundings, what: () => `run ${found.run} to be ready`, quiet });
  try {
    const description = await owner.describe({ settled: true, signal });
    return description.state === "ready" ? { description, owner } : undefined;
  } catch (error) {
    // It has ended since it was found.
    if (isToolError(error, "OWNER_AWAY")) return undefined;
    throw error;
  }
}

/** The names of services, and of definitions of spaces, that are not as the project now says. Fails with UP_DIFFERS when one that is wanted is not there at all. */
export async function findChanges(options: {
  surroundings: Surroundings;
  flags: UpFlags;
  description: Description;
  signal: AbortSignal;
}): Promise<string[]> {
  const { surroundings, flags, description, signal } = options;
  const { session, plan } = await openSession({
    surroundings,
    tools: openTools(surroundings, { signal }),
    flags: { ...flags, infrastructure: flags.services },
    signal,
  });
  await using _engine = session.engine;
  const changed: string[] = [];
  const missing: string[] = [];
  for (const service of planInfrastructure(plan).services) {
    const { name, image } = service.spec;
    const there = description.services.find(({ outcome }) => outcome.name === name);
    if (there === undefined) {
      missing.push(name);
      continue;
    }
    // What is built is not built here: only its plan is compared.
    const held =
      image.kind === "reference" ? await session.engine.images.inspect(image.reference, signal) : undefined;
    const imageId = held?.id ?? there.outcome.imageId;
    if (imageId === undefined || (await digestService(service, imageId)) !== there.digest) changed.push(name);
  }
  if (missing.length === 0) return [...changed, ...(await changedSpaces(plan, description))];
  throw cliError({
    code: "UP_DIFFERS",
    message: `What is up lacks ${missing.join(", ")}.`,
    hint: "seatrial up --fresh starts everything anew; native programs then find it at other addresses.",
  });
}

async function changedSpaces(plan: RunPlan, { definitionDigests = {} }: Description): Promise<string[]> {
  const now = await digestDefinitions(plan);
  const names = Object.keys(now).filter(
    (name) => definitionDigests[name] !== undefined && definitionDigests[name] !== now[name],
  );
  return names.map((name) => `what makes spaces of ${name}`);
}
