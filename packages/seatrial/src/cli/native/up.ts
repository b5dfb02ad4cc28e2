import path from "node:path";
import { findProject } from "../../config/index.ts";
import { connectOwner, type Description, findOwners } from "../../run/index.ts";
import { EXIT, type ExitCode, messageOf } from "../../support/error.ts";
import { writeWhole } from "../../support/write-whole.ts";
import { endOwner } from "../down.ts";
import { cliError } from "../errors.ts";
import { openTerminal } from "../output.ts";
import { stateFolder } from "../paths.ts";
import { createStopNotice, type StopNotice } from "../stop-notice.ts";
import { listenForStop } from "../stop-signals.ts";
import type { Surroundings } from "../surroundings.ts";
import { tellWaiting } from "../tell-waiting.ts";
import { durationOf } from "./duration.ts";
import { envHeader, formatVariables, upEnvFile } from "./env-file.ts";
import { findChanges, findUp } from "./join-up.ts";
import type { UpFlags } from "./request.ts";
import { spawnOwner } from "./spawn-owner.ts";

interface UpOptions {
  surroundings: Surroundings;
  flags: UpFlags;
  root: string;
  notice?: StopNotice | undefined;
  signal: AbortSignal;
}

/** Starts services in the background for programs of this machine, or finds them, and prints where they are. */
export async function upCommand(options: { surroundings: Surroundings; flags: UpFlags }): Promise<ExitCode> {
  const { surroundings, flags } = options;
  const notice = createStopNotice(surroundings.stderr);
  using stop = listenForStop(notice.tell);
  const { root } = await findProject({ environment: surroundings.environment, ...flags });
  const up = await bringUp({ surroundings, flags, root, notice, signal: stop.signal });
  if ("exit" in up) return up.exit;
  const variables = up.description.native?.variables ?? {};
  surroundings.stdout.write(formatVariables(variables, flags.format));
  return EXIT.ok;
}

/** Joins what is up for the project, or starts it, and writes its env file. */
export async function bringUp(
  options: UpOptions,
): Promise<{ description: Description } | { exit: ExitCode }> {
  const { surroundings, flags, root, signal } = options;
  const up = await joinOrStart(options);
  if ("exit" in up) return up;
  const file = path.resolve(surroundings.environment.cwd, flags.envOut ?? upEnvFile(root));
  // Before there is anything in it, so that it never outlives what it speaks of.
  if (flags.envOut !== undefined) await connectOwner(up.description).ownEnvFile(file, signal);
  await writeEnvFile(file, up.description, up.description.native?.variables ?? {});
  return up;
}

async function joinOrStart(options: UpOptions): Promise<{ description: Description } | { exit: ExitCode }> {
  const { surroundings, flags, root, signal } = options;
  const lease = durationOf("--for", flags.for);
  if (flags.fresh === true) await endAll(options);
  const up = await findUp({ surroundings, root, quiet: flags.quiet, signal });
  if (up === undefined) return await startUp({ ...options, lease });
  const changed = await findChanges({ surroundings, flags, description: up.description, signal });
  if (changed.length > 0) {
    const services = changed.join(", ");
    surroundings.stderr.write(
      `! ${services} ${changed.length === 1 ? "has" : "have"} changed since run ${up.description.run} was started; ` +
        "`seatrial up --fresh` starts anew\n",
    );
  }
  await up.owner.extend(lease, signal);
  return up;
}

async function endAll({ surroundings, flags, root }: UpOptions): Promise<void> {
  const state = stateFolder(surroundings.environment);
  for (const entry of await findOwners({ state, root, kinds: ["up"] }))
    await endOwner({ entry, state, surroundings, quiet: flags.quiet });
}

async function startUp(
  options: UpOptions & { lease: number },
): Promise<{ description: Description } | { exit: ExitCode }> {
  const { surroundings, flags, lease, signal } = options;
  const owner = spawnOwner({
    surroundings,
    request: {
      what: "up",
      folder: flags.folder,
      file: flags.file,
      services: flags.services,
      suites: [],
      fresh: flags.fresh === true,
      instead: [],
      lease,
      quiet: flags.quiet,
    },
    signal,
  });
  // Stdout is the variables' alone, so that a shell can evaluate it.
  const terminal = await openTerminal({ surroundings, stream: surroundings.stderr, flags });
  options.notice?.showOn(terminal);
  try {
    for await (const { message } of owner.messages()) {
      if (message.type === "exit") return { exit: message.code };
      if (message.type === "ready") return { description: message.description };
      if (message.type === "taken") {
        const other = connectOwner(message);
        const what = () => `run ${message.run} to be ready`;
        using _telling = tellWaiting({ surroundings, what, quiet: flags.quiet });
        const description = await other.describe({ settled: true, signal });
        if (description.state === "ready") return { description };
        throw notStarted(description);
      }
      terminal.take(message);
    }
  } finally {
    terminal.close();
  }
  return { exit: EXIT.bug };
}

function notStarted({ run, problem }: Description): Error {
  return cliError({
    code: "NOT_UP",
    message: `Another \`seatrial up\` was quicker, and its run ${run} failed: ${problem?.message ?? "it does not say why"}`,
    hint: problem?.hint ?? "Try again.",
  });
}

async function writeEnvFile(
  file: string,
  { run }: Description,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  try {
    await writeWhole(file, envHeader(run) + formatVariables(variables, "dotenv"), {
      mode: 0o600,
      shared: true,
    });
  } catch (cause) {
    throw cliError({
      code: "ENV_FILE_NOT_WRITTEN",
      message: `Cannot write ${file}: ${messageOf(cause)}`,
      hint: "Name another file with --env-out.",
      cause,
    });
  }
}
