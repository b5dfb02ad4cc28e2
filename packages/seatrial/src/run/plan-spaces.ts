import { type Project, plainSpace, type SpaceSettings, type SuiteConfig } from "../config/index.ts";
import {
  SPACE_ISOLATIONS,
  SPACE_PARTS,
  type SpaceKind,
  type SpacePlan,
  type SpaceUse,
} from "../model/index.ts";
import type { ServicePlan } from "../services/index.ts";
import { spaceError, spaceKindOf } from "../spaces/index.ts";
import { EXIT } from "../support/error.ts";
import { suggestion } from "../support/nearest.ts";
import { runError } from "./errors.ts";

/** Kinds whose servers hold databases, vhosts or buckets that a space can be copied from. */
const COPIED: readonly SpaceKind[] = ["postgres", "mysql", "redis", "mongodb", "rabbitmq", "s3"];

/** The services of whose parts a suite's variables speak. */
export function spaceServices(suite: SuiteConfig, { config }: Project): string[] {
  return Object.values(suite.spaces).map(({ space }) => config.spaces[space]?.service ?? space);
}

/** The one-shots of the Compose file that build templates, each with the service that it works on. */
export function stepServices({ config }: Project): { service: string; worksOn: string }[] {
  return Object.values(config.spaces).flatMap(({ service: worksOn, template }) =>
    template.steps.flatMap((step) => (step.kind === "service" ? [{ service: step.service, worksOn }] : [])),
  );
}

/**
 * The definitions of spaces in a run: those of its services that the project writes down, and one for each further service of a
 * known kind. Fails with SPACE_KIND_UNKNOWN, or with SPACES_INVALID for what a kind cannot do.
 */
export function planSpaces(options: {
  project: Project;
  /** The services of the run. */
  services: readonly ServicePlan[];
  suites: readonly SuiteConfig[];
}): SpacePlan[] {
  const { project, services } = options;
  const { spaces } = project.config;
  const plans: SpacePlan[] = [];
  for (const [name, settings] of Object.entries(spaces)) {
    const service = services.find(({ spec }) => spec.name === settings.service);
    // Of a service that this run does not start.
    if (service === undefined) continue;
    const kind = settings.kind ?? kindOf(service);
    if (kind === undefined) throw kindUnknown(project, { path: ["spaces", name], service: settings.service });
    plans.push(planSpace({ project, name, settings, kind }));
  }
  for (const service of services) {
    const { name } = service.spec;
    const kind = kindOf(service);
    if (kind === undefined || spaces[name] !== undefined) continue;
    plans.push(planSpace({ project, name, settings: plainSpace(name), kind }));
  }
  for (const suite of options.suites)
    for (const [variable, use] of Object.entries(suite.spaces)) {
      const path = ["suites", suite.name, "spaces", variable];
      const plan = plans.find(({ name }) => name === use.space);
      if (plan === undefined) throw kindUnknown(project, { path, service: use.space });
      checkPart(project, { path, plan, use });
    }
  return plans;
}

/** Those that are made ready ahead of the first request: what the project wrote down, and what its suites name. */
export function earlySpaces(options: {
  project: Project;
  plans: readonly SpacePlan[];
  suites: readonly SuiteConfig[];
}): string[] {
  const named = new Set(
    options.suites.flatMap((suite) => Object.values(suite.spaces).map(({ space }) => space)),
  );
  const written = options.project.config.spaces;
  return options.plans.flatMap(({ name }) => (named.has(name) || written[name] !== undefined ? [name] : []));
}

/** The project's stages that commands of templates run in. */
export function spaceTargets(plans: readonly SpacePlan[]): string[] {
  return plans.flatMap(({ template }) =>
    template.steps.flatMap((step) => (step.kind === "command" ? [step.target] : [])),
  );
}

function kindOf({ preset, spec }: ServicePlan): SpaceKind | undefined {
  return spaceKindOf({ preset, image: spec.image.kind === "reference" ? spec.image.reference : undefined });
}

function planSpace(options: {
  project: Project;
  name: string;
  settings: SpaceSettings;
  kind: SpaceKind;
}): SpacePlan {
  const { project, name, settings, kind } = options;
  const known = SPACE_ISOLATIONS[kind];
  const isolation = settings.isolation ?? known[0];
  if (!(known as readonly string[]).includes(isolation))
    throw spacesInvalid(project, {
      path: ["spaces", name, "isolation"],
      message: `spaces of kind ${kind} are kept apart by ${known.join(" or ")}, not by ${isolation}`,
    });
  if (settings.template.from !== undefined && !COPIED.includes(kind))
    throw spacesInvalid(project, {
      path: ["spaces", name, "from"],
      message: `spaces of kind ${kind} are not copied from anything; from is for ${COPIED.join(", ")}`,
    });
  if (settings.reuse === "connected" && kind !== "postgres")
    throw spacesInvalid(project, {
      path: ["spaces", name, "reuse"],
      message: `no session stays in spaces of kind ${kind}; reuse: connected is for postgres`,
    });
  return { ...settings, name, kind, isolation };
}

/** Fails for a part that no such space has. What a server does not give (accounts, for one) shows when a space is there. */
function checkPart(project: Project, options: { path: string[]; plan: SpacePlan; use: SpaceUse }): void {
  const { path, plan, use } = options;
  const parts = SPACE_PARTS[plan.kind].filter((part) => part !== "prefix" || plan.isolation === "prefix");
  const known: string[] = [...parts, ...(plan.files.length === 0 ? [] : ["files"])];
  if (known.includes(use.part)) return;
  if (use.part === "files")
    throw spacesInvalid(project, {
      path,
      message: `spaces of ${plan.name} have no files`,
      hint: `Name their templates in seatrial.yaml: spaces.${plan.name}.files.`,
    });
  throw spacesInvalid(project, {
    path,
    message: `spaces of kind ${plan.kind} have no part "${use.part}"${suggestion(use.part, known)}`,
    hint: `Their parts: ${known.join(", ")}.`,
  });
}

interface Mistake {
  path: (string | number)[];
  message: string;
  hint?: string;
}

function spacesInvalid(project: Project, mistake: Mistake): Error {
  return runError({ code: "SPACES_INVALID", message: placed(project, mistake), hint: mistake.hint });
}

function kindUnknown(project: Project, { path, service }: { path: string[]; service: string }): Error {
  const definition = path[0] === "spaces" ? (path[1] ?? service) : service;
  return spaceError({
    code: "SPACE_KIND_UNKNOWN",
    message: placed(project, {
      path,
      message: `nothing tells what kind of server the service "${service}" is`,
    }),
    hint: `Say it in seatrial.yaml: spaces.${definition}.kind, one of ${Object.keys(SPACE_ISOLATIONS).join(", ")}.`,
    exitCode: EXIT.usage,
  });
}

function placed(project: Project, { path, message }: Mistake): string {
  const found = project.locate(path);
  return found === undefined ? `${path.join(".")}: ${message}` : `${found.place}: ${message}\n${found.frame}`;
}
