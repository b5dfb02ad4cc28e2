import type { RunEvent } from "../../model/index.ts";
import { createRunFolder } from "../../report/index.ts";
import {
  claimRoot,
  createRunId,
  type Description,
  type FoundJournal,
  guestLabel,
  journalFolder,
  openControl,
  openJournal,
  type RunPlan,
  requireSecrets,
  startInfrastructure,
} from "../../run/index.ts";
import { anyAborted, untilAborted } from "../../support/abort.ts";
import { type Cleanup, createCleanup } from "../../support/cleanup.ts";
import { problemOf } from "../../support/problem.ts";
import { createContext } from "../context.ts";
import { stateFolder } from "../paths.ts";
import type { Session } from "../session.ts";
import { sweepOthers } from "../sweep-others.ts";
import { removeEnvFile, upEnvFile } from "./env-file.ts";
import { createLease } from "./lease.ts";
import { createOrphans } from "./orphans.ts";
import type { InfrastructureRequest } from "./request.ts";

/** Infrastructure of this process. Disposing it removes everything, and what is written down of it last. */
export interface Owned extends AsyncDisposable {
  /** Fails with what went wrong first. */
  ready: Promise<void>;
  /** Begins the lease, and resolves when that is over, when it has failed, or when the process is asked to stop. */
  untilOver(): Promise<void>;
  describe(): Promise<Description>;
}

export interface OwnOptions {
  session: Session;
  /** As `planInfrastructure` gives it. */
  plan: RunPlan;
  request: InfrastructureRequest;
  /** As `startInfrastructure` takes it. */
  native: Record<string, string> | undefined;
  emit: (event: RunEvent) => void;
  signal: AbortSignal;
}

/** Becomes the owner for the project's folder and starts, unless there is one. */
export async function ownOrYield(options: OwnOptions): Promise<{ mine: Owned } | { other: FoundJournal }> {
  const { session, plan, request, signal } = options;
  requireSecrets(plan, session.missing);
  const state = stateFolder(session.surroundings.environment);
  return await claimRoot({
    state,
    root: plan.root,
    kind: request.what,
    yields: (other) => !request.instead.includes(other.run),
    signal,
    async become() {
      const cleanup = createCleanup();
      try {
        return await own({ ...options, state, cleanup });
      } catch (error) {
        await cleanup[Symbol.asyncDispose]();
        throw error;
      }
    },
  });
}

async function own(options: OwnOptions & { state: string; cleanup: Cleanup }): Promise<Owned> {
  const { session, plan, request, signal, state, cleanup } = options;
  const { engine } = session;
  const kind = request.what;
  const run = createRunId(new Date());
  const folder = await createRunFolder({ project: plan.root, run });
  const context = await createContext({
    ...options,
    run,
    folder: folder.path,
    fresh: request.fresh,
    emit(event) {
      if (event.type !== "output") options.emit(event);
    },
  });
  const lease = createLease({
    time: request.lease,
    inUse: async () => (await engine.workloads.list(guestLabel(run), AbortSignal.timeout(ASK_MS))).length > 0,
    onChange: (until) => journal.update({ keptUntil: until.toISOString() }),
  });
  const infrastructure = startInfrastructure({ plan, context, kind, native: options.native });
  const { failed } = infrastructure;
  cleanup.add(async () => await infrastructure[Symbol.asyncDispose]());
  const swept = sweepOthers({ session, run, signal });
  cleanup.add(() => swept);
  const orphans = createOrphans();
  // Before the services that they use.
  cleanup.add(() => orphans.end());
  const envFiles = new Set([upEnvFile(plan.root)]);
  const describe = async (): Promise<Description> => ({
    ...(await infrastructure.describe()),
    control: control.path,
    until: lease.until.toISOString(),
    lease: request.lease,
  });
  const control = await openControl({
    folder: journalFolder(state),
    run,
    duties: {
      describe,
      settled: infrastructure.ready.catch(() => undefined),
      extend: async (time) => (await lease.extend(time)).toISOString(),
      async use(user, command) {
        lease.use(user);
        if (command !== undefined) orphans.watch(command, user);
        using either = anyAborted([user, failed]);
        await untilAborted(either.signal);
        return failed.aborted ? problemOf(failed.reason) : undefined;
      },
      expire: lease.expire,
      ownEnvFile: (file) => void envFiles.add(file),
      broker: infrastructure.spaces.accept,
      define: infrastructure.spaces.define,
      address: infrastructure.addresses.address,
    },
  });
  const known = { kind, control: control.path, keptUntil: lease.until.toISOString() };
  const journal = await openJournal({ folder: state, run, plan, engine, known });
  return {
    ready: infrastructure.ready,
    async untilOver() {
      await lease.extend(request.lease);
      await lease.over(AbortSignal.any([signal, failed]));
    },
    describe,
    async [Symbol.asyncDispose]() {
      await Promise.all([...envFiles].map((file) => removeEnvFile(file, run).catch(() => undefined)));
      try {
        await cleanup[Symbol.asyncDispose]();
      } finally {
        // Last: who waits for its end looks for these.
        await control[Symbol.asyncDispose]();
        await journal.close();
      }
    },
  };
}

const ASK_MS = 10_000;
