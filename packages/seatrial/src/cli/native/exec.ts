import { findProject } from "../../config/index.ts";
import { rewriteEnvironment } from "../../run/index.ts";
import type { ExitCode } from "../../support/error.ts";
import { cliError } from "../errors.ts";
import type { GlobalFlags } from "../flags.ts";
import { readPlan } from "../read-plan.ts";
import { listenForStop } from "../stop-signals.ts";
import type { Surroundings } from "../surroundings.ts";
import { runChild } from "./child.ts";
import { findUp, type Up } from "./join-up.ts";
import { bringUp } from "./up.ts";

export interface ExecFlags extends GlobalFlags {
  argv: string[];
  suite?: string;
  up?: boolean;
}

interface ExecOptions {
  surroundings: Surroundings;
  flags: ExecFlags;
  signal: AbortSignal;
}

/** Runs a command with the environment of what is up; its exit code is the command's. */
export async function execCommand(options: {
  surroundings: Surroundings;
  flags: ExecFlags;
}): Promise<number> {
  const { surroundings, flags } = options;
  let prepared: { up: Up; env: Record<string, string> } | { exit: ExitCode };
  {
    using stop = listenForStop(() => undefined);
    prepared = await prepare({ surroundings, flags, signal: stop.signal });
  }
  if ("exit" in prepared) return prepared.exit;
  const over = new AbortController();
  try {
    const { up, env } = prepared;
    await up.owner.use(over.signal);
    return await runChild({ surroundings, argv: flags.argv, env });
  } finally {
    over.abort(new Error("the command has ended"));
  }
}

async function prepare(
  options: ExecOptions,
): Promise<{ up: Up; env: Record<string, string> } | { exit: ExitCode }> {
  const { surroundings, flags, signal } = options;
  const { root } = await findProject({ environment: surroundings.environment, ...flags });
  const up = await requireUp({ ...options, root });
  if ("exit" in up) return up;
  const suite = flags.suite === undefined ? {} : await suiteVariables({ ...options, up, suite: flags.suite });
  return { up, env: { ...up.description.native?.variables, ...suite } };
}

async function requireUp(options: ExecOptions & { root: string }): Promise<Up | { exit: ExitCode }> {
  const { surroundings, flags, root, signal } = options;
  const there = await findUp({ surroundings, root, signal });
  if (there !== undefined) return there;
  if (flags.up !== true) {
    throw cliError({
      code: "NOT_UP",
      message: `Nothing is up for the project in ${root}.`,
      hint: "Run seatrial up first, or add --up.",
    });
  }
  const { folder, file } = flags;
  const started = await bringUp({
    surroundings,
    flags: { folder, file, services: [], format: "shell", for: "8h" },
    root,
    signal,
  });
  if ("exit" in started) return started;
  const up = await findUp({ surroundings, root, signal });
  if (up !== undefined) return up;
  throw cliError({ code: "NOT_UP", message: "What was brought up has ended at once.", hint: "seatrial up" });
}

/** The suite's own environment, as a program of this machine needs it. */
async function suiteVariables(
  options: ExecOptions & { up: Up; suite: string },
): Promise<Record<string, string>> {
  const { surroundings, up, suite } = options;
  const { native, services } = up.description;
  const plan = await readPlan({ ...options, suites: [suite] });
  const spec = plan.suites.find(({ name }) => name === suite);
  if (spec === undefined || native === undefined) return {};
  const lacking = spec.needs.filter((name) => !services.some(({ outcome }) => outcome.name === name));
  const apps = lacking.filter((name) => name === spec.app?.name);
  if (lacking.length > apps.length) {
    throw cliError({
      code: "UP_DIFFERS",
      message: `Suite ${suite} needs ${lacking.filter((name) => !apps.includes(name)).join(", ")}, which is not up.`,
      hint: "seatrial up --fresh",
    });
  }
  const notice = (text: string) => void surroundings.stderr.write(`! ${text}\n`);
  if (apps.length > 0)
    notice(`the app ${apps.join()} of suite ${suite} is not part of what is up: start it yourself`);
  return rewriteEnvironment({
    env: spec.env,
    services,
    native,
    onLooseHost: (variable, service) =>
      notice(`${variable} names the service ${service} without its port, which is another one natively`),
  });
}
