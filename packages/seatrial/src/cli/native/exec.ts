import { findProject } from "../../config/index.ts";
import type { SuiteSpec } from "../../model/index.ts";
import { type OwnerClient, processIdentity, type RunPlan, rewriteEnvironment } from "../../run/index.ts";
import type { SpaceResult } from "../../spaces/index.ts";
import { EXIT, type ExitCode, messageOf } from "../../support/error.ts";
import { cliError } from "../errors.ts";
import type { GlobalFlags } from "../flags.ts";
import { readPlan } from "../read-plan.ts";
import { listenForStop } from "../stop-signals.ts";
import type { Surroundings } from "../surroundings.ts";
import { tellWaiting } from "../tell-waiting.ts";
import { runChild } from "./child.ts";
import { type ExecSpaces, openExecSpaces } from "./exec-spaces.ts";
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
  const over = new AbortController();
  try {
    const prepared = await prepare({ surroundings, flags, over: over.signal });
    if ("exit" in prepared) return prepared.exit;
    const { env, owner, spaces } = prepared;
    const onStart = (pid: number) => void tellOwner({ owner, pid, over: over.signal });
    let outcome: SpaceResult["outcome"] = "skipped";
    try {
      const code = await runChild({ surroundings, argv: flags.argv, env, onStart });
      outcome = code === EXIT.ok ? "passed" : "failed";
      return code;
    } finally {
      await giveBack({ spaces, outcome, surroundings });
    }
  } finally {
    over.abort(new Error("the command has ended"));
  }
}

/** Never fails: what the command came to is told, whatever becomes of its spaces, which end with their session at the latest. */
async function giveBack(options: {
  spaces: ExecSpaces | undefined;
  outcome: SpaceResult["outcome"];
  surroundings: Surroundings;
}): Promise<void> {
  const { spaces, outcome, surroundings } = options;
  for (const step of [() => spaces?.release(outcome), () => spaces?.[Symbol.asyncDispose]()]) {
    try {
      await step();
    } catch (error) {
      surroundings.stderr.write(`! the command's spaces were not given back: ${messageOf(error)}\n`);
    }
  }
}

/** Where this process is killed, nobody else could end the command. That nobody will is no reason to stop it. */
async function tellOwner(options: { owner: OwnerClient; pid: number; over: AbortSignal }): Promise<void> {
  const { owner, pid, over } = options;
  const identity = await processIdentity(pid);
  if (identity !== "") await owner.use(over, { pid, identity }).catch(() => undefined);
}

interface Prepared {
  owner: OwnerClient;
  env: Record<string, string>;
  spaces: ExecSpaces | undefined;
}

/** Until the command runs, a signal ends this process; then they are the command's. */
async function prepare(options: {
  surroundings: Surroundings;
  flags: ExecFlags;
  over: AbortSignal;
}): Promise<Prepared | { exit: ExitCode }> {
  const { surroundings, flags, over } = options;
  using stop = listenForStop(() => undefined);
  const { signal } = stop;
  const { root } = await findProject({ environment: surroundings.environment, ...flags });
  const up = await requireUp({ surroundings, flags, root, signal });
  if ("exit" in up) return up;
  await up.owner.use(over);
  const variables = { ...up.description.native?.variables };
  const { owner } = up;
  if (flags.suite === undefined) return { owner, env: variables, spaces: undefined };
  const notice = (text: string) => void surroundings.stderr.write(`! ${text}\n`);
  const suite = await readSuite({ surroundings, flags, up, suite: flags.suite, notice, signal });
  using _telling = tellWaiting({ surroundings, what: () => `the spaces of suite ${suite.spec.name}` });
  const spaces = await openExecSpaces({ ...suite, up, notice, signal });
  return { owner, env: { ...variables, ...suite.env, ...spaces.env }, spaces };
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

/** A suite, and its own environment as a program of this machine needs it. */
async function readSuite(
  options: ExecOptions & { up: Up; suite: string; notice: (text: string) => void },
): Promise<{ plan: RunPlan; spec: SuiteSpec; env: Record<string, string> }> {
  const { up, suite, notice } = options;
  const { native = { addresses: {}, variables: {} }, services } = up.description;
  const plan = await readPlan({ ...options, suites: [suite] });
  const [spec] = plan.suites;
  if (spec === undefined) throw new Error(`suite ${suite} was not planned`);
  const lacking = spec.needs.filter((name) => !services.some(({ outcome }) => outcome.name === name));
  const missing = lacking.filter((name) => name !== spec.app?.name);
  if (missing.length > 0) {
    throw cliError({
      code: "UP_DIFFERS",
      message: `Suite ${suite} needs ${missing.join(", ")}, which is not up.`,
      hint: "seatrial up --fresh",
    });
  }
  if (lacking.length > 0)
    notice(`the app ${lacking.join()} of suite ${suite} is no part of what is up: start it yourself`);
  const env = rewriteEnvironment({
    env: spec.env,
    services,
    native,
    onLooseHost: (variable, service) =>
      notice(`${variable} names the service ${service} without its port, which is another one natively`),
  });
  return { plan, spec, env };
}
