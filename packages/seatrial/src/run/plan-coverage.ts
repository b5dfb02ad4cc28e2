import type { CoverageSettings } from "../config/index.ts";
import { type ContainerCoverage, type CoveragePlan, planContainer } from "../coverage/index.ts";
import type { CoverageRules, SuiteSpec } from "../model/index.ts";
import type { ServicePlan } from "../services/index.ts";

/** What a run collects of coverage. Which parts of the rules it judges depends on how much of the project's tests it runs. */
export function planCoverage(options: {
  settings: CoverageSettings;
  /** Those that run. */
  suites: readonly SuiteSpec[];
  /** Apps under test included. */
  services: readonly ServicePlan[];
  /** Names of all of the project's suites. */
  allSuites: readonly string[];
}): CoveragePlan {
  const { settings } = options;
  const services = serviceContainers(options);
  const containers = [...suiteContainers(options, services), ...services];
  const { formats, include, exclude, paths } = settings;
  return { ...rulesOfRun({ ...options, containers }), formats, include, exclude, paths, containers };
}

type Options = Parameters<typeof planCoverage>[0];

const fromSettings = ({ languages, reports, llvm, java }: CoverageSettings) => ({
  languages,
  reports,
  llvm,
  java,
});

function suiteContainers(
  { suites, settings }: Options,
  services: readonly ContainerCoverage[],
): ContainerCoverage[] {
  return suites
    .filter(({ image }) => image.kind === "target")
    .map(({ name, needs }) => {
      const asked = services.filter((service) => needs.includes(service.name));
      // Tests that only ask a program which is measured need not be measured themselves.
      const asksOnly =
        asked.length > 0 &&
        (!settings.rules.expected.includes(name) || asked.some(({ source }) => source === name));
      return planContainer({
        kind: "suite",
        name,
        service: name,
        source: name,
        mayBeEmpty: asksOnly || isOptional(settings, name),
        ...fromSettings(settings),
      });
    });
}

/** Where the project says whose coverage must arrive, the others may leave nothing; so may what runs elsewhere, and those who ask it. */
function isOptional({ rules: { expected }, elsewhere }: CoverageSettings, source: string): boolean {
  return elsewhere.includes(source) || (expected.length > 0 && !expected.includes(source));
}

/** Own images only: nobody builds a database with coverage, even where the project adds something to its image. */
function serviceContainers({ services, suites, settings }: Options): ContainerCoverage[] {
  return services
    .filter(({ spec, preset }) => spec.image.kind === "target" && preset === undefined)
    .map(({ spec: { name } }) => {
      const [user, ...others] = suites.filter(({ app }) => app?.name === name);
      const whose =
        user === undefined || others.length > 0
          ? // An app that several suites ask is no single one's.
            { service: name, source: name }
          : { service: `${user.name}.app`, source: user.name };
      const mayBeEmpty = isOptional(settings, whose.source);
      return planContainer({ kind: "service", name, ...whose, mayBeEmpty, ...fromSettings(settings) });
    });
}

/** What only other runs have is not asked of this one, and percentages of the whole are not judged by a part of it. */
function rulesOfRun(
  options: Options & { containers: readonly ContainerCoverage[] },
): Pick<CoveragePlan, "rules" | "unjudged"> {
  const { settings, suites, allSuites, containers } = options;
  const { rules } = settings;
  const here = new Set([...containers.map(({ source }) => source), ...suites.map(({ name }) => name)]);
  const absent = allSuites.filter((name) => suites.every((suite) => suite.name !== name));
  const filtered = suites.some(
    ({ grep, shard, shards }) => grep !== undefined || (shard !== undefined && shards > 1),
  );
  if (absent.length === 0 && !filtered) return rulesOfAllSuites(settings);
  const asked = rulesOf(settings, (name) => here.has(name));
  const judged: CoverageRules = {
    ...NOTHING,
    expected: asked.expected,
    sources: filtered ? {} : asked.sources,
  };
  const { total, changed, files } = rules;
  const drops =
    total !== undefined ||
    changed !== undefined ||
    Object.keys(files).length > 0 ||
    Object.keys(judged.sources).length < Object.keys(asked.sources).length;
  const why = filtered ? "only a part of their tests runs" : `${absent.join(", ")} is not among them`;
  const sentence = `coverage of all sources together is not judged: ${why}; a release judges what all of them reach`;
  return { rules: judged, unjudged: drops ? [sentence] : [] };
}

/** What is asked of all suites together, whether one run has them or several. A source that is in no container has not arrived. */
export function rulesOfAllSuites(settings: CoverageSettings): Pick<CoveragePlan, "rules" | "unjudged"> {
  return withBase(rulesOf(settings, () => true));
}

function rulesOf({ rules, elsewhere }: CoverageSettings, isHere: (name: string) => boolean): CoverageRules {
  const isAsked = (name: string) => !elsewhere.includes(name) && isHere(name);
  return { ...rules, expected: rules.expected.filter(isAsked), sources: pick(rules.sources, isAsked) };
}

const NOTHING: CoverageRules = { files: {}, sources: {}, expected: [] };

/** A pipeline may have a base for merge requests only. */
function withBase(rules: CoverageRules): Pick<CoveragePlan, "rules" | "unjudged"> {
  if (rules.changed === undefined || rules.base !== undefined) return { rules, unjudged: [] };
  const sentence = "coverage of changed lines is not judged: coverage.diff is empty here";
  return { rules: { ...rules, changed: undefined }, unjudged: [sentence] };
}

/** The same for a run whose services are somebody else's: those give nothing, and nothing is asked of them. */
export function withoutServices(plan: CoveragePlan, names: ReadonlySet<string>): CoveragePlan {
  const isTheirs = ({ kind, name }: ContainerCoverage) => kind === "service" && names.has(name);
  const theirs = plan.containers.filter(isTheirs).map(({ source }) => source);
  if (theirs.length === 0) return plan;
  const { rules } = plan;
  return {
    ...plan,
    containers: plan.containers.filter((container) => !isTheirs(container)),
    rules: {
      ...NOTHING,
      expected: rules.expected.filter((name) => !theirs.includes(name)),
      sources: pick(rules.sources, (name) => !theirs.includes(name)),
    },
    unjudged: [
      ...plan.unjudged,
      `coverage of all sources together is not judged: ${theirs.join(", ")} ran before this run and goes on after it`,
    ],
  };
}

function pick(values: Record<string, number>, isWanted: (name: string) => boolean): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => isWanted(name)));
}
