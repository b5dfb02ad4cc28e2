import type { CoverageRules } from "../model/index.ts";
import { asksSomething } from "./judge/arrival.ts";
import type { ContainerCoverage, CoveragePlan } from "./plan.ts";

/** A plan of coverage for people: a line for each container, what is asked, and what is written. */
export function describeCoverage(plan: CoveragePlan): string[] {
  const { containers, rules, formats } = plan;
  const asked = [...describeRules(rules), ...describeDefault(plan)];
  return [
    ...containers.map(describeContainer),
    ...(asked.length === 0 ? [] : [`asked: ${asked.join(", ")}`]),
    `reports: ${formats.join(", ")}`,
  ];
}

function describeContainer({ service, source, languages, reports, llvm, java }: ContainerCoverage): string {
  const counts = source === service ? "" : `, counts for ${source}`;
  const kept = reports.length === 0 ? "" : `, reports at ${reports.join(", ")}`;
  const targets = [...new Set([llvm?.target, java?.target].flatMap((target) => target ?? []))];
  const tools = targets.length === 0 ? "" : `, read with the tools of target ${targets.join(", ")}`;
  return `${service.padEnd(14)} ${languages.join(", ")}${counts}${kept}${tools}`;
}

/** Where nobody says whose coverage must arrive. */
function describeDefault({ rules, containers }: CoveragePlan): string[] {
  if (rules.expected.length > 0 || !asksSomething(rules)) return [];
  return containers.flatMap(({ mayBeEmpty, service }) => (mayBeEmpty ? [] : [`${service} leaves a profile`]));
}

function describeRules({ total, files, sources, changed, base, expected }: CoverageRules): string[] {
  return [
    ...(total === undefined ? [] : [`${total} % in total`]),
    ...Object.entries(files).map(([glob, percent]) => `${percent} % of ${glob}`),
    ...Object.entries(sources).map(([name, percent]) => `${percent} % by ${name} alone`),
    ...(changed === undefined ? [] : [`${changed} % of what changed since ${base ?? "the base"}`]),
    ...expected.map((name) => `${name} arrives`),
  ];
}
