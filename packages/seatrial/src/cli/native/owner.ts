import type { RunEvent } from "../../model/index.ts";
import { planInfrastructure } from "../../run/index.ts";
import { EXIT, type ExitCode, isToolError } from "../../support/error.ts";
import { problemOf } from "../../support/problem.ts";
import { openSession } from "../open-session.ts";
import { printError } from "../print-error.ts";
import { listenForStop } from "../stop-signals.ts";
import type { Surroundings } from "../surroundings.ts";
import { openTools } from "../wire.ts";
import { commonEnvironment } from "./common-environment.ts";
import { ownOrYield } from "./own.ts";
import type { InfrastructureRequest } from "./request.ts";
import type { OwnerMessage } from "./spawn-owner.ts";

/** Owns services for others than a run, tells of their start on stdout, and ends with their lease. */
export async function ownInfrastructure(options: {
  surroundings: Surroundings;
  request: InfrastructureRequest;
}): Promise<ExitCode> {
  const { surroundings, request } = options;
  using stop = listenForStop(() => undefined);
  const left = new AbortController();
  const onLeft = () => left.abort(new Error("whoever wanted the infrastructure is gone"));
  surroundings.stdin.once("end", onLeft).resume();
  // Nobody reads any more once the follower has left.
  for (const stream of [surroundings.stdout, surroundings.stderr]) stream.on("error", () => undefined);
  const say = (message: OwnerMessage | RunEvent) =>
    void surroundings.stdout.write(`${JSON.stringify(message)}\n`);
  try {
    await own({
      surroundings,
      request,
      say,
      // Whoever followed leaves now; from here on the lease decides, and its services must not end with that.
      onReady: () => surroundings.stdin.off("end", onLeft),
      signal: AbortSignal.any([stop.signal, left.signal]),
    });
    say({ type: "exit", code: EXIT.ok });
    return EXIT.ok;
  } catch (error) {
    const stopped = stop.signal.aborted || left.signal.aborted;
    const code = stopped ? EXIT.stopped : isToolError(error) ? error.exitCode : EXIT.bug;
    // The start of warm services is a part of somebody's run, which tells what goes wrong in its own way.
    if (!stopped && request.what === "up") printError(error, surroundings);
    say({ type: "exit", code, problem: stopped ? undefined : problemOf(error) });
    return code;
  }
}

async function own(options: {
  surroundings: Surroundings;
  request: InfrastructureRequest;
  say: (message: OwnerMessage | RunEvent) => void;
  onReady: () => void;
  signal: AbortSignal;
}): Promise<void> {
  const { surroundings, request, say, signal } = options;
  const { session, plan } = await openSession({
    surroundings,
    tools: openTools(surroundings, { signal }),
    flags: { ...request, infrastructure: request.services },
    signal,
  });
  await using _engine = session.engine;
  const owned = await ownOrYield({
    session,
    // What spaces of warm services are like is said by each run that uses them.
    plan: planInfrastructure(
      request.what === "up" ? plan : { ...plan, spaces: [], earlySpaces: [], steps: [] },
    ),
    request,
    native: request.what === "up" ? commonEnvironment(plan.suites) : undefined,
    emit: say,
    signal,
  });
  if ("other" in owned) {
    say({ type: "taken", run: owned.other.run, control: owned.other.control ?? "" });
    return;
  }
  await using mine = owned.mine;
  await mine.ready;
  options.onReady();
  say({ type: "ready", description: await mine.describe() });
  await mine.untilOver();
}
