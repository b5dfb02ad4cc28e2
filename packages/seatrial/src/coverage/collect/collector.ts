import path from "node:path";
import type { Agent } from "../../agent/index.ts";
import type { MountSpec, Problem } from "../../model/index.ts";
import { messageOf } from "../../support/error.ts";
import { coverageProblem } from "../errors.ts";
import type { ContainerCoverage, CoveragePlan } from "../plan.ts";
import type { UnitManifest } from "../units/manifest.ts";
import { unitName } from "../units/unit-name.ts";
import { type CoverageEnvironment, coverageEnvironment } from "./environment.ts";
import { exportProfiles } from "./export-profiles.ts";
import { prepareFolder } from "./prepare.ts";
import type { ProgramEnd } from "./program-end.ts";
import { takeUnit } from "./take-unit.ts";
import type { ToolAgents } from "./tool-agents.ts";

/** Collects the coverage of one container, from its start to its end. */
export interface ContainerCollector {
  /** What the container needs to be created with. */
  readonly mounts: MountSpec[];
  /** The processes' own variables with those of coverage. `image` is what the image sets. */
  environment(
    image: Readonly<Record<string, string>>,
    own: Readonly<Record<string, string>>,
  ): CoverageEnvironment;
  /** Makes the container ready, before its programs start. Fails with the signal's reason only: what went wrong is told at the end. */
  prepare(agent: Agent, signal: AbortSignal): Promise<void>;
  /** Takes what its programs left, once they have ended. Fails as `takeUnit` does. */
  take(options: { agent: Agent; end: ProgramEnd; signal: AbortSignal }): Promise<UnitManifest>;
}

/** Collects the coverage of a run's containers into units. */
export interface Collector {
  /** Where units are, absolute. */
  readonly units: string;
  /** The same one each time; undefined for a container that gives none. `instance` tells those of one name apart. */
  container(options: {
    kind: ContainerCoverage["kind"];
    name: string;
    instance: string;
  }): ContainerCollector | undefined;
}

export interface CollectorOptions {
  plan: Pick<CoveragePlan, "containers">;
  run: string;
  /** The run's folder. */
  folder: string;
  commit: () => Promise<string | undefined>;
  /** Hides secrets of command lines. */
  redact: (text: string) => string;
  /** Containers that have tools. */
  tools: ToolAgents;
}

/** A collector that writes below `coverage/units` of a run's folder. */
export function createCollector(options: CollectorOptions): Collector {
  const { plan, run, folder } = options;
  const units = path.join(folder, "coverage", "units");
  const known = new Map<string, ContainerCollector>();
  return {
    units,
    container({ kind, name, instance }) {
      const key = [kind, name, instance].join("\n");
      const found = known.get(key);
      const coverage = plan.containers.find((each) => each.kind === kind && each.name === name);
      if (found !== undefined || coverage === undefined) return found;
      const unit = {
        run: unitName(run),
        service: unitName(coverage.service),
        instance: unitName(instance),
        boot: "1",
        source: coverage.source,
      };
      const place = path.join(units, unit.service, unit.instance, unit.boot);
      const made = containerCollector({ ...options, coverage, unit, folder: place });
      known.set(key, made);
      return made;
    },
  };
}

function containerCollector(
  options: CollectorOptions & {
    coverage: ContainerCoverage;
    unit: Omit<Parameters<typeof takeUnit>[0]["unit"], "commit">;
  },
): ContainerCollector {
  const { coverage, tools } = options;
  const problems: Problem[] = [];
  return {
    mounts: [{ kind: "anonymous", target: coverage.folder }],
    environment(image, own) {
      const found = coverageEnvironment({ coverage, image, own });
      if (problems.every(({ code }) => code !== "COVERAGE_VARIABLE_TAKEN"))
        problems.push(...found.taken.map((name) => taken(name, coverage)));
      return found;
    },
    async prepare(agent, signal) {
      try {
        await prepareFolder({ agent, coverage, signal });
      } catch (error) {
        signal.throwIfAborted();
        problems.push(
          coverageProblem({
            code: "COVERAGE_FOLDER_CLOSED",
            message: `The folder ${coverage.folder} of ${coverage.service} could not be made ready: ${messageOf(error)}`,
            subject: coverage.service,
          }),
        );
      }
    },
    async take({ agent, end, signal }) {
      return await takeUnit({
        agent,
        coverage,
        unit: { ...options.unit, commit: await options.commit() },
        folder: options.folder,
        end,
        problems,
        exportProfiles: (files, limit) =>
          exportProfiles({ ...options, agent, coverage, files, end, tools, signal: limit }),
        redact: options.redact,
        signal,
      });
    },
  };
}

function taken(name: string, { service, folder }: ContainerCoverage): Problem {
  return coverageProblem({
    code: "COVERAGE_VARIABLE_TAKEN",
    message: `The project sets ${name} for ${service} itself: what goes there is not collected.`,
    hint: `Leave ${name} out, and it is set to a place below ${folder}.`,
    subject: service,
  });
}
