import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { splitWords } from "../config/index.ts";
import type { ImageDetails, Outcome, SuiteSpec } from "../model/index.ts";
import { createRunFolder } from "../report/index.ts";
import {
  connectOwner,
  createRunId,
  joinRun,
  networkOf,
  type OwnerClient,
  openShell,
  planOfSuite,
  readJournals,
  requireSecrets,
} from "../run/index.ts";
import { EXIT, type ExitCode } from "../support/error.ts";
import { createContext } from "./context.ts";
import { cliError } from "./errors.ts";
import type { GlobalFlags } from "./flags.ts";
import { openSession } from "./open-session.ts";
import { openTerminal } from "./output.ts";
import { stateFolder } from "./paths.ts";
import type { Session } from "./session.ts";
import { listenForStop } from "./stop-signals.ts";
import type { Surroundings } from "./surroundings.ts";
import { openTools } from "./wire.ts";

interface ShellFlags extends GlobalFlags {
  suite?: string | undefined;
  run?: string;
  fresh?: boolean;
  command?: string;
}

/** Opens a shell in a suite's image beside its services: new ones, or those of a kept run. */
export async function shellCommand(options: {
  surroundings: Surroundings;
  flags: ShellFlags;
}): Promise<ExitCode> {
  const { surroundings, flags } = options;
  using stop = listenForStop(() => undefined);
  const suites = flags.suite === undefined ? [] : [flags.suite];
  const { session, plan } = await openSession({
    surroundings,
    tools: openTools(surroundings, { signal: stop.signal }),
    flags: { ...flags, suites },
    signal: stop.signal,
  });
  await using _engine = session.engine;
  const suite = plan.suites.find((each) => each.needs.length > 0) ?? plan.suites[0];
  if (suite === undefined) {
    throw cliError({
      code: "NO_SUITES",
      message: "The project has no suite to open a shell for.",
      hint: "seatrial init",
    });
  }
  const needed = planOfSuite(plan, suite);
  if (flags.run === undefined) requireSecrets(needed, session.missing);
  const run = createRunId(new Date());
  const folder = await createRunFolder({ project: plan.root, run });
  // What is being started is told on stderr: stdout belongs to the shell.
  const terminal = await openTerminal({
    surroundings,
    stream: surroundings.stderr,
    flags: { color: flags.color },
    live: false,
  });
  const context = await createContext({
    session,
    run,
    folder: folder.path,
    fresh: flags.fresh === true,
    emit: terminal.take,
    signal: stop.signal,
  });
  const ends = { input: surroundings.stdin, output: surroundings.stdout, errors: surroundings.stderr };
  const shell = { plan: needed, suite, context, command: wordsOf(flags.command), ends };
  let isWorthReading = false;
  try {
    const exit =
      flags.run === undefined
        ? await openShell(shell)
        : await joinRun({
            ...shell,
            ...(await findKept({ session, suite, run: flags.run, root: plan.root, signal: stop.signal })),
          });
    return exit.code === 0 ? EXIT.ok : EXIT.failed;
  } catch (error) {
    isWorthReading = !stop.signal.aborted;
    throw error;
  } finally {
    terminal.close();
    await context.logs.close();
    // A shell leaves no results; only the logs of services say why it could not be opened.
    if (!isWorthReading || (await readdir(path.join(folder.path, "logs"))).length === 0)
      await folder.remove();
  }
}

function wordsOf(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const split = splitWords(text);
  if ("words" in split) return split.words;
  throw cliError({
    code: "COMMAND_INVALID",
    message: `--command ${text}: ${split.problem}.`,
    hint: "For a shell's own words write --command \"sh -c '…'\".",
  });
}

async function findKept(options: {
  session: Session;
  suite: SuiteSpec;
  run: string;
  root: string;
  signal: AbortSignal;
}): Promise<{ run: string; network: string; image: ImageDetails; owner: OwnerClient | undefined }> {
  const { session, suite, run, root, signal } = options;
  const network = await networkOf({ engine: session.engine, run, signal });
  const outcome = await readFile(path.join(root, ".seatrial", "runs", run, "outcome.json"), "utf8").then(
    (text) => JSON.parse(text) as Outcome,
    () => undefined,
  );
  const id = outcome?.suites.find((each) => each.name === suite.name)?.imageId;
  const image = id === undefined ? undefined : await session.engine.images.inspect(id, signal);
  if (network !== undefined && image !== undefined)
    return { run, network, image, owner: await findOwner(session, run) };
  throw cliError({
    code: "RUN_NOT_FOUND",
    message: `Run ${run} is not kept: ${network === undefined ? "it has no network any more" : "its image is gone"}.`,
    hint: "Only failed runs of `seatrial run --keep` can be entered, until their lease ends.",
  });
}

async function findOwner({ surroundings }: Session, run: string): Promise<OwnerClient | undefined> {
  const journals = await readJournals(stateFolder(surroundings.environment));
  const found = journals.find((entry) => entry.alive && entry.run === run);
  return found?.control === undefined ? undefined : connectOwner({ run, control: found.control });
}
