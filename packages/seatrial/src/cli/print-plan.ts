import { describeChecks } from "../check/index.ts";
import { formatChange } from "../compose/index.ts";
import { describeCoverage } from "../coverage/index.ts";
import { formatDuration } from "../model/index.ts";
import { familiarName } from "../registry/index.ts";
import { type RunPlan, requireSecrets } from "../run/index.ts";
import { createRedactor } from "../support/redact.ts";
import type { OutputFlags } from "./flags.ts";
import type { Session } from "./session.ts";

/** Prints what a run would do, for people or as JSON; secrets are replaced. */
export function printPlan(options: { plan: RunPlan; flags: OutputFlags; session: Session }): void {
  const { plan, flags, session } = options;
  requireSecrets(plan, session.missing);
  const redactor = createRedactor(session.secrets);
  const text = flags.json === true ? JSON.stringify(plan, undefined, 2) : describePlan(plan).join("\n");
  session.surroundings.stdout.write(`${redactor.text(text)}\n`);
}

function describePlan(plan: RunPlan): string[] {
  const { targets, services, suites, changes, warnings } = plan;
  return [
    `project ${plan.project} in ${plan.root}`,
    "",
    ...targets.map((target) => `build    ${target.key}${target.key === plan.release ? "  (ships)" : ""}`),
    ...services.map(
      (plan) =>
        `service  ${plan.spec.name.padEnd(14)} ${imageOf(plan.spec.image)}${waits(plan.spec.dependsOn)}`,
    ),
    ...suites.map(
      (suite) =>
        `suite    ${suite.name.padEnd(14)} ${suite.runner} in ${imageOf(suite.image)}, ${suite.shards} shard${suite.shards === 1 ? "" : "s"}, limit ${formatDuration(suite.timeout)}${suite.needs.length > 0 ? `, needs ${suite.needs.join(", ")}` : ""}`,
    ),
    ...plan.spaces.map((space) => `space    ${space.name.padEnd(14)} ${describeSpace(space)}`),
    ...(plan.check === undefined ? [] : describeChecks(plan.check)).flatMap(({ name, asked }) =>
      asked === undefined ? [] : [`check    ${name.padEnd(14)} ${asked}`],
    ),
    ...(plan.coverage === undefined ? [] : describeCoverage(plan.coverage)).map((line) => `coverage ${line}`),
    ...(plan.releasing === undefined ? [] : [`release  ${describeRelease(plan.releasing)}`]),
    ...(plan.push === undefined ? [] : [`push     ${describePush(plan.push)}`]),
    `network  one of ${plan.network.pool}, /${plan.network.size}`,
    ...(warnings.length === 0 ? [] : ["", ...warnings.map((warning) => `! ${warning}`)]),
    ...(changes.length === 0
      ? []
      : [
          "",
          "different from the Compose file in a run:",
          ...changes.map((change) => `  ${formatChange(change)}`),
        ]),
  ];
}

function describeSpace(space: RunPlan["spaces"][number]): string {
  const { from, steps } = space.template;
  const built = [
    ...(from === undefined ? [] : [`a copy of ${from}`]),
    ...steps.map((step) => {
      if (step.kind === "files") return `${step.files.length} ${step.files.length === 1 ? "file" : "files"}`;
      return step.kind === "service" ? `service ${step.service}` : `${step.argv.join(" ")} (${step.target})`;
    }),
  ];
  const begins = built.length === 0 ? "" : `, begins with ${built.join(", then ")}`;
  return `${space.kind}, a ${space.isolation} of ${space.service}${begins}, ${space.limit} at most`;
}

function describePush({ repository, tag }: NonNullable<RunPlan["push"]>): string {
  const name = familiarName(repository);
  return tag === undefined ? `${name}, tagged by image: there is no commit` : `${name}:${tag}`;
}

function describeRelease({ repository, tags }: NonNullable<RunPlan["releasing"]>): string {
  return `${familiarName(repository)}: ${tags.map(({ tag, kind }) => `${tag} (${kind})`).join(", ")}`;
}

function imageOf(image: RunPlan["services"][number]["spec"]["image"]): string {
  return image.kind === "target" ? `target ${image.target}` : image.reference;
}

function waits(dependencies: RunPlan["services"][number]["spec"]["dependsOn"]): string {
  return dependencies.length === 0 ? "" : `, after ${dependencies.map((each) => each.service).join(", ")}`;
}
