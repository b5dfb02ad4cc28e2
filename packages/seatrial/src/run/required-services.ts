import type { ServiceDependency, SpacePlan, SuiteSpec } from "../model/index.ts";
import type { RunPlan } from "./run-plan.ts";

/**
 * The names of the services that a run cannot do without: what its suites need, what is there for its own sake, and what those
 * require. The others may fail.
 */
export function requiredServices({ services, suites }: Pick<RunPlan, "services" | "suites">): Set<string> {
  const wanted = new Set(services.flatMap(({ spec }) => spec.dependsOn.map(({ service }) => service)));
  const ownSake = services.map(({ spec }) => spec.name).filter((name) => !wanted.has(name));
  const roots = [...suites.flatMap((suite) => suite.needs), ...ownSake];
  return reached({ services, roots, follow: (dependency) => dependency.required });
}

/** A plan of one of its suites alone, with the services that come along. */
export function planOfSuite(plan: RunPlan, suite: SuiteSpec): RunPlan {
  const names = reached({ ...plan, roots: suite.needs, follow: () => true });
  const services = plan.services.filter(({ spec }) => names.has(spec.name));
  const spaces = plan.spaces.filter(({ service }) => names.has(service));
  const earlySpaces = plan.earlySpaces.filter((name) => spaces.some((space) => space.name === name));
  return { ...plan, suites: [suite], services, spaces, earlySpaces };
}

/** The names of services, with those that they depend on, sorted. */
export function withDependencies(plan: Pick<RunPlan, "services">, names: readonly string[]): string[] {
  return [...reached({ ...plan, roots: names, follow: () => true })].sort();
}

/** The definitions of spaces that a suite's tests can ask for: those of the services that are there when it runs. */
export function spacesOf(plan: Pick<RunPlan, "services" | "spaces">, suite: SuiteSpec): SpacePlan[] {
  const names = reached({ ...plan, roots: suite.needs, follow: () => true });
  return plan.spaces.filter(({ service }) => names.has(service));
}

function reached(options: {
  services: RunPlan["services"];
  roots: readonly string[];
  follow: (dependency: ServiceDependency) => boolean;
}): Set<string> {
  const names = new Set<string>();
  const visit = (name: string) => {
    if (names.has(name)) return;
    names.add(name);
    const found = options.services.find((each) => each.spec.name === name);
    for (const dependency of found?.spec.dependsOn ?? [])
      if (options.follow(dependency)) visit(dependency.service);
  };
  options.roots.forEach(visit);
  return names;
}
