import { setTimeout as wait } from "node:timers/promises";
import { findProject } from "../config/index.ts";
import { type JournalEntry, readJournals } from "../run/index.ts";
import { EXIT, type ExitCode } from "../support/error.ts";
import { cliError } from "./errors.ts";
import type { GlobalFlags } from "./flags.ts";
import { stateFolder } from "./paths.ts";
import type { Surroundings } from "./surroundings.ts";
import { tellWaiting } from "./tell-waiting.ts";

const LIMIT_MS = 30_000;
const POLL_MS = 50;

/** Ends kept runs and infrastructure: asks their owners to stop, and waits until nothing of them is left. */
export async function downCommand(options: {
  surroundings: Surroundings;
  flags: GlobalFlags & { run?: string | undefined };
}): Promise<ExitCode> {
  const { surroundings, flags } = options;
  const state = stateFolder(surroundings.environment);
  const kept = (await readJournals(state)).filter((entry) => entry.alive && entry.keptUntil !== undefined);
  const chosen =
    flags.run === undefined
      ? await ofThisProject(kept, surroundings, flags)
      : kept.filter((entry) => entry.run === flags.run);
  if (chosen.length === 0) {
    throw cliError({
      code: "RUN_NOT_FOUND",
      message:
        flags.run === undefined ? "Nothing of this project is up or kept." : `No ${flags.run} is up or kept.`,
      hint:
        kept.length === 0
          ? "Nothing is up or kept on this machine."
          : `There are: ${kept.map((entry) => entry.run).join(", ")}.`,
    });
  }
  for (const entry of chosen) {
    await endOwner({ entry, state, surroundings });
    surroundings.stdout.write(`ended ${entry.run}\n`);
  }
  return EXIT.ok;
}

async function ofThisProject(
  kept: JournalEntry[],
  surroundings: Surroundings,
  flags: GlobalFlags,
): Promise<JournalEntry[]> {
  const { root } = await findProject({ environment: surroundings.environment, folder: flags.folder });
  return kept.filter((entry) => entry.root === root);
}

/** Asks an owner to stop and waits until nothing of it is left. Fails with OWNER_STUCK. */
export async function endOwner(options: {
  entry: JournalEntry;
  state: string;
  surroundings: Surroundings;
  quiet?: boolean | undefined;
}): Promise<void> {
  const { entry, state } = options;
  using _telling = tellWaiting({ ...options, what: () => `run ${entry.run} to end` });
  askToStop(entry.pid);
  const limit = Date.now() + LIMIT_MS;
  while ((await readJournals(state)).some((each) => each.run === entry.run && each.alive)) {
    if (Date.now() > limit) {
      throw cliError({
        code: "OWNER_STUCK",
        message: `The owner of run ${entry.run} (process ${entry.pid}) did not end within ${LIMIT_MS / 1000} s.`,
        hint: `kill -9 ${entry.pid} ends it and its containers.`,
        exitCode: EXIT.unreachable,
      });
    }
    await wait(POLL_MS);
  }
}

function askToStop(pid: number): void {
  try {
    process.kill(pid, "SIGTERM");
  } catch (error) {
    // It has ended since its journal was read.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
