import { readFileSync } from "node:fs";
import { symlink } from "node:fs/promises";
import path from "node:path";
import { type Duration, type Emit, type Problem, type RunEvent, SPACE_KINDS } from "../../model/index.ts";
import {
  type Borrow,
  type BorrowedServices,
  type BorrowOptions,
  connectOwner,
  type Description,
  digestService,
  findOwners,
  type OwnerClient,
  type RunPlan,
} from "../../run/index.ts";
import { EXIT, isToolError, ToolError } from "../../support/error.ts";
import { cliError } from "../errors.ts";
import { stateFolder } from "../paths.ts";
import type { Session } from "../session.ts";
import { spawnOwner } from "./spawn-owner.ts";

/** Services that stay for the next runs: those that are there and still the same, or new ones with an owner of their own. */
export function createWarmBorrow(options: {
  session: Session;
  flags: { folder?: string | undefined; file?: string | undefined; fresh?: boolean | undefined };
  /** The names of the suites whose services are meant. */
  suites: string[];
  /** How long they stay after a run. */
  lease: Duration;
}): Borrow {
  const { session, flags } = options;
  return async (wanted) => {
    const digests = digestsOf({ ...wanted, session });
    // It is awaited as soon as there is something to compare.
    digests.catch(() => undefined);
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const reuse = flags.fresh !== true || round > 0;
      const there = await findWarm({ ...wanted, session, digests, reuse });
      if ("owner" in there) return await borrowed({ ...there, ...wanted, found: true });
      const started = await startWarm({ ...options, ...wanted, instead: there.instead });
      if (started !== undefined) return await borrowed({ ...started, ...wanted, found: false });
    }
    throw cliError({
      code: "NOT_UP",
      message: `No warm services could be had in ${MOST_ROUNDS} rounds: other runs with other services were quicker each time.`,
      hint: "Run one of them without --warm.",
    });
  };
}

const MOST_ROUNDS = 4;

interface Warm {
  owner: OwnerClient;
  description: Description;
}

/** By service; undefined where an image is not even there yet. */
async function digestsOf(
  options: BorrowOptions & { session: Session },
): Promise<Map<string, string | undefined>> {
  const { plan, session, build, signal } = options;
  const entries = plan.services.map(async (service) => {
    const { name, image } = service.spec;
    const id =
      image.kind === "target"
        ? (await build).images.get(image.target)?.imageId
        : (await session.engine.images.inspect(image.reference, signal))?.id;
    return [name, id === undefined ? undefined : await digestService(service, id)] as const;
  });
  return new Map(await Promise.all(entries));
}

/** One that has all of the services, or those of kind `warm` that have not, and are let go. */
async function findWarm(
  options: BorrowOptions & {
    session: Session;
    digests: Promise<Map<string, string | undefined>>;
    /** Whether any will do. */
    reuse: boolean;
  },
): Promise<Warm | { instead: string[] }> {
  const { plan, session, reuse, signal } = options;
  const state = stateFolder(session.surroundings.environment);
  const owners = await findOwners({ state, root: plan.root, kinds: ["warm", "up"] });
  const instead: string[] = [];
  // The youngest first.
  for (const { run, kind, control } of owners.reverse()) {
    if (control === undefined) continue;
    const owner = connectOwner({ run, control });
    try {
      const description = await owner.describe({ settled: true, signal });
      if (reuse && description.state === "ready" && hasAll(description, await options.digests))
        return { owner, description };
      if (kind !== "warm") continue;
      await owner.expire(signal);
      instead.push(run);
    } catch (error) {
      // It has just ended.
      if (!isToolError(error, "OWNER_AWAY")) throw error;
    }
  }
  return { instead };
}

function hasAll(description: Description, digests: ReadonlyMap<string, string | undefined>): boolean {
  return [...digests].every(([name, digest]) => {
    const there = description.services.find(({ outcome }) => outcome.name === name);
    return digest !== undefined && there?.digest === digest;
  });
}

/** New ones; undefined when another run was quicker. */
async function startWarm(
  options: Parameters<typeof createWarmBorrow>[0] & BorrowOptions & { instead: string[] },
): Promise<Warm | undefined> {
  const { session, flags, lease, plan, emit, instead, signal } = options;
  warnOfSharing(plan, emit);
  const { folder, file } = flags;
  const starting = spawnOwner({
    surroundings: session.surroundings,
    request: {
      what: "warm",
      folder,
      file,
      services: [],
      suites: options.suites,
      fresh: flags.fresh === true,
      instead,
      lease,
      // The run in front of it has lines of its own.
      quiet: true,
    },
    signal,
  });
  for await (const { message } of starting.messages()) {
    switch (message.type) {
      case "ready":
        return { description: message.description, owner: connectOwner(message.description) };
      case "taken":
        return undefined;
      case "exit":
        signal.throwIfAborted();
        throw new ToolError({
          code: message.problem?.code ?? "OWNER_AWAY",
          message: message.problem?.message ?? "The owner of the warm services ended at once.",
          hint: message.problem?.hint,
          lastLines: message.problem?.lastLines,
          exitCode: message.code,
        });
      default:
        if (isOfService(message)) emit(message);
    }
  }
  throw new Error("the owner's messages end with its exit");
}

/** Of a service that has spaces, each run gets new ones; any other is as the last run has left it. */
function warnOfSharing(plan: RunPlan, emit: Emit): void {
  const kinds: readonly (string | undefined)[] = SPACE_KINDS;
  const shared = plan.services.filter(({ spec, preset }) => !spec.oneShot && !kinds.includes(preset));
  if (shared.length === 0) return;
  const names = shared.map(({ spec }) => spec.name).join(", ");
  emit({
    type: "warning",
    message: `There are no spaces of ${names}: what one warm run leaves there, the next one finds.`,
    hint: "`seatrial down` ends warm services.",
  });
}

/** The build is the run's own, which tells it. */
function isOfService(event: RunEvent): boolean {
  return event.type === "warning" || ("node" in event && event.node.kind === "service");
}

async function borrowed(options: Warm & BorrowOptions & { found: boolean }): Promise<BorrowedServices> {
  const { owner, description, plan, found } = options;
  const over = new AbortController();
  const { ended } = await owner.use(AbortSignal.any([options.signal, over.signal]));
  const files = new Map(description.services.map(({ outcome }) => [outcome.name, outcome.log]));
  // Where the run's folder is read, the log of each of its services is looked for in it.
  await Promise.all(
    plan.services.map(async ({ spec: { name } }) => {
      const file = files.get(name) ?? "";
      const [target, link] = [description, options].map(({ folder }) => path.join(folder, file)) as [
        string,
        string,
      ];
      await symlink(path.relative(path.dirname(link), target), link).catch(() => undefined);
    }),
  );
  return {
    description,
    found,
    ended: ended.then((problem) => gone(description.run, problem)),
    define: (definitions) => owner.define(definitions, over.signal),
    dialBroker: ({ digest }) => owner.dialBroker({ definitions: digest, signal: over.signal }),
    said(service, count) {
      const log = files.get(service) ?? "";
      return { log, lines: lastLines(path.join(description.folder, log), count) };
    },
    release: () => over.abort(new Error("the services are not used any more")),
  };
}

function gone(run: string, problem: Problem): Error {
  return new ToolError({
    ...problem,
    message: `The services of run ${run} ended while they were used: ${problem.message}`,
    exitCode: EXIT.failed,
  });
}

/** Of a log that another owner may be writing. */
function lastLines(file: string, count: number): string[] {
  try {
    return readFileSync(file, "utf8").replace(/\n$/, "").split("\n").slice(-count);
  } catch {
    return [];
  }
}
