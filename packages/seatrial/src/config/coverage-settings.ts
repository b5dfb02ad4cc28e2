import { COVERAGE_LANGUAGES, type CoverageLanguage, type CoverageRules } from "../model/index.ts";
import { nearest } from "../support/nearest.ts";
import type { ComposeOutline } from "./compose-outline.ts";
import type { CoverageSettings, JavaSettings, SuiteConfig } from "./project.ts";
import type { ConfigInput } from "./schema/config.ts";
import type { Targets } from "./targets.ts";
import type { Complaint } from "./written.ts";

type CoverageInput = NonNullable<ConfigInput["coverage"]>;

interface CoverageSettingsOptions {
  input: ConfigInput["coverage"];
  targets: Targets;
  suites: readonly SuiteConfig[];
  services: ComposeOutline;
  /** Called for each source that the project does not have. */
  complain: (complaint: Complaint) => void;
}

/** The coverage section with its defaults; undefined without one. */
export function coverageSettings(options: CoverageSettingsOptions): CoverageSettings | undefined {
  const { input, targets } = options;
  if (input === undefined) return undefined;
  checkSources(input, options);
  const java = javaSettings(input.java, targets);
  return {
    rules: rulesOf(input),
    elsewhere: input.elsewhere ?? [],
    languages: input.languages ?? defaultLanguages(java),
    formats: [...new Set(input.formats ?? ["text" as const])],
    include: input.include ?? [],
    exclude: input.exclude ?? [],
    paths: input.paths ?? {},
    reports: [...new Set(input.reports ?? [])],
    llvm: input.llvm && { binaries: input.llvm.binaries ?? [], target: targets.coverage.llvm },
    java,
  };
}

function rulesOf({ minimum, sources, diff }: CoverageInput): CoverageRules {
  const asked = typeof minimum === "object" ? minimum : { total: minimum };
  return {
    total: asked.total,
    files: asked.files ?? {},
    sources: asked.sources ?? {},
    changed: asked.changed,
    // A variable that a pipeline sets for merge requests only: there is nothing to compare with then.
    base: diff === "" ? undefined : diff,
    expected: [...new Set(sources ?? [])],
  };
}

/** JaCoCo has to be told where it is; the others cost nothing where they are not used. */
function defaultLanguages(java: JavaSettings | undefined): CoverageLanguage[] {
  return COVERAGE_LANGUAGES.filter((language) => language !== "java" || java !== undefined);
}

function javaSettings(input: CoverageInput["java"], { coverage }: Targets): JavaSettings | undefined {
  if (input === undefined) return undefined;
  const { agent = "", cli = "", classes = [], sources = [] } = input;
  return { agent, cli, classes, sources, target: coverage.java };
}

function checkSources(input: CoverageInput, { suites, services, complain }: CoverageSettingsOptions): void {
  // Files that it includes may have further services.
  if (!services.complete) return;
  const apps = suites.flatMap(({ app }) => app?.name ?? []);
  const own = [...suites.map(({ name }) => name), ...services.services.map(({ name }) => name), ...apps];
  const known = [...new Set([...own, ...(input.elsewhere ?? [])])];
  const check = (name: string, path: Complaint["path"]) => {
    if (known.includes(name)) return;
    const near = nearest(name, known);
    const help =
      near === undefined
        ? `; expected ${known.length === 0 ? "a suite" : `one of ${known.join(", ")}`}, or a name of coverage.elsewhere for a program that runs elsewhere`
        : `; did you mean "${near}"?`;
    complain({ path, message: `no suite or service "${name}"${help}` });
  };
  input.sources?.forEach((name, index) => {
    check(name, ["coverage", "sources", index]);
  });
  const { minimum } = input;
  for (const name of Object.keys((typeof minimum === "object" ? minimum.sources : undefined) ?? {}))
    check(name, ["coverage", "minimum", "sources", name]);
}
