import type { CheckOutcome, ImageReading, Problem, TestResult } from "../model/index.ts";
import { EXIT, isToolError } from "../support/error.ts";
import { problemOf } from "../support/problem.ts";
import { createRedactor } from "../support/redact.ts";
import { CATALOGUE } from "./catalogue.ts";
import type { Check, CheckCase, DynamicCheck, StaticCheck } from "./check.ts";
import { shareContainer } from "./container/shared.ts";
import type { CheckContext } from "./context.ts";
import { readImages } from "./layers/read-images.ts";
import type { CheckPlan } from "./plan.ts";
import { textsToHide } from "./secrets/forms.ts";
import type { SearchedSecret } from "./secrets/values.ts";

/** The suite that test events of checks belong to; shard 0 tells them from those of a suite with this name. */
const CHECK_SUITE = "check";

/**
 * Asks of the release image what the plan says: its layers are read and its containers run at the same time. Each case is told as
 * it is known. Never rejects: what is wrong with the image is a failed case, what kept a check from being carried out is the
 * outcome's problem and no case.
 */
export async function runChecks(
  plan: CheckPlan,
  context: CheckContext,
  checks: readonly Check[] = CATALOGUE,
): Promise<CheckOutcome> {
  const { now, emit, signal } = context;
  const start = now();
  const told = new Map<Check, TestResult[]>();
  const errors: unknown[] = [];
  let reading: ImageReading | undefined;
  const shared = shareContainer(context);

  const reporter = (check: Check) => (test: CheckCase) => {
    const { duration = 0, ...rest } = test;
    const result: TestResult = { group: `check.${check.name}`, duration, ...rest };
    told.set(check, [...(told.get(check) ?? []), result]);
    emit({ type: "test-finished", suite: CHECK_SUITE, shard: 0, test: result });
  };

  async function runStatic(asked: readonly StaticCheck[]): Promise<void> {
    const images = await readImages({ plan, context, signal });
    reading = images.reading;
    // Names of files and lines of the history may hold what must not be shown.
    const { release: index, waste, secrets } = images;
    const redactor = createRedactor([...secrets.flatMap(textsOf), ...index.credentials]);
    for (const check of asked) {
      const cases = check.run({ plan, index, waste, secrets });
      redactor.value(cases).forEach(reporter(check));
    }
    reading = redactor.value(reading);
  }

  async function runDynamic(check: DynamicCheck): Promise<void> {
    await check.run({ plan, context, container: shared.get, report: reporter(check), signal });
  }

  const asked = checks.filter((check) => check.asked(plan) !== undefined);
  const ended = await Promise.allSettled([
    runStatic(asked.filter((check) => check.kind === "static")),
    ...asked.filter((check) => check.kind === "dynamic").map(runDynamic),
  ]);
  ended.push(...(await Promise.allSettled([shared.close()])));
  for (const end of ended) if (end.status === "rejected") errors.push(end.reason);

  const problem = signal.aborted ? undefined : problemOfAll(errors, context);
  const results = inOrder(checks).flatMap((check) => told.get(check) ?? []);
  const number = (status: TestResult["status"]) => results.filter((each) => each.status === status).length;
  const counts = { passed: number("passed"), failed: number("failed"), skipped: number("skipped") };
  return {
    status: signal.aborted ? "stopped" : counts.failed > 0 || problem !== undefined ? "failed" : "passed",
    imageId: context.release.imageId,
    counts,
    duration: Math.round(now() - start),
    results,
    reading,
    problem,
  };
}

function textsOf(secret: SearchedSecret): string[] {
  return "forms" in secret ? textsToHide(secret.forms) : [];
}

/** The first one, with what the others say. */
function problemOfAll(errors: readonly unknown[], context: CheckContext): Problem | undefined {
  const [first, ...others] = errors;
  if (first === undefined) return undefined;
  context.onError?.(isToolError(first) ? first.exitCode : EXIT.bug);
  const problem = problemOf(first, "check");
  const further = others.map((error) => problemOf(error).message).filter((text) => text !== problem.message);
  if (further.length === 0) return problem;
  return { ...problem, lastLines: [...(problem.lastLines ?? []), ...new Set(further)] };
}

/** In the order of the catalogue, the halves of a check together. */
function inOrder(checks: readonly Check[]): Check[] {
  const names = [...new Set(checks.map(({ name }) => name))];
  return names.flatMap((name) => checks.filter((check) => check.name === name));
}
