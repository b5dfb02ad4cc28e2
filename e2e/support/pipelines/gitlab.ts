import { parse, stringify } from "yaml";
import type { PipelineJob, Settings } from "./job.ts";

interface Entry {
  extends?: string;
  stage: string;
  parallel?: number;
  before_script?: string[];
  script: string[];
  artifacts?: { paths: string[] };
}

/** The jobs of a `.gitlab-ci.yml`, with the variables that GitLab sets for the default branch. */
export function gitlabJobs(text: string, settings: Settings): PipelineJob[] {
  const file = parse(text) as Record<string, unknown> & {
    stages: string[];
    default: { before_script: string[] };
    variables: Record<string, string>;
  };
  const names = Object.keys(file).filter((name) => !/^(\.|stages$|default$|variables$)/.test(name));
  return names.flatMap((name) => {
    const own = file[name] as Entry;
    const entry: Entry = { ...(own.extends === undefined ? {} : (file[own.extends] as Entry)), ...own };
    const total = entry.parallel ?? 1;
    return Array.from({ length: total }, (_, index): PipelineJob => {
      const job = total === 1 ? name : `${name} ${index + 1}/${total}`;
      return {
        name: job,
        stage: file.stages.indexOf(entry.stage),
        script: [...(entry.before_script ?? file.default.before_script), ...entry.script],
        env: expanded(file.variables, {
          CI_REGISTRY: settings.registry.replace(/\/.*/, ""),
          CI_REGISTRY_IMAGE: settings.registry,
          CI_REGISTRY_USER: settings.user,
          CI_REGISTRY_PASSWORD: settings.password,
          CI_COMMIT_BRANCH: "trunk",
          CI_JOB_ID: "7",
          CI_NODE_INDEX: `${index + 1}`,
          CI_NODE_TOTAL: `${total}`,
          SEATRIAL_KEY: settings.key,
        }),
        // Without `dependencies`, the artifacts of all earlier stages.
        takes: file.stages
          .slice(0, file.stages.indexOf(entry.stage))
          .map((stage) => ({ artifact: new RegExp(`^${stage} `), into: "." })),
        keeps: [
          {
            artifact: `${entry.stage} ${job.replace("/", " of ")}`,
            base: ".",
            paths: entry.artifacts?.paths ?? [],
          },
        ],
      };
    });
  });
}

/**
 * The jobs of several files as one, each with what its own file says for all jobs, as GitLab gives it to them: who reads it reads all of
 * them at once.
 */
export function inOneFile(texts: Iterable<[name: string, text: string]>): string {
  const named = (name: string, job: string) => job.replace(/^\.?/, (dot) => `${dot}${name}: `);
  const stages = new Set<string>();
  const all = [...texts].flatMap(([name, text]) => {
    const { stages: own, default: common, variables, ...jobs } = parse(text) as WholeFile;
    for (const stage of own) stages.add(stage);
    return Object.entries(jobs).map(([job, entry]) => {
      const base = entry.extends === undefined ? {} : { extends: named(name, entry.extends) };
      const settings = { ...common, ...entry, variables: { ...variables, ...entry.variables } };
      return [named(name, job), { ...settings, ...base }];
    });
  });
  return stringify({ stages: [...stages], ...Object.fromEntries(all) });
}

/** Of several files one of each kind, as it is written. Kinds are told by what a file says for all jobs, whatever the words in it. */
export function oneOfEachKind(texts: Iterable<[name: string, text: string]>): string[] {
  const kinds = new Map<string, string>();
  for (const [, text] of texts) {
    const { default: common, variables } = parse(text) as WholeFile;
    const wordless = (_: string, value: unknown) => (typeof value === "string" ? "" : value);
    kinds.set(JSON.stringify([common, Object.values(variables)], wordless), text);
  }
  return [...kinds.values()];
}

type WholeFile = { stages: string[]; default: object; variables: object } & Record<
  string,
  { extends?: string; variables?: object }
>;

function expanded(
  variables: Record<string, string>,
  predefined: Record<string, string>,
): Record<string, string> {
  const fill = (value: string) => value.replace(/\$(\w+)/g, (_, name: string) => predefined[name] ?? "");
  const own = Object.entries(variables).map(([name, value]) => [name, fill(value)]);
  return { ...predefined, ...Object.fromEntries(own) };
}
