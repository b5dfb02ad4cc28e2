import { parse } from "yaml";
import { type PipelineJob, type Ref, type Settings, TRUNK } from "./job.ts";

interface Step {
  uses?: string;
  run?: string;
  env?: Record<string, string>;
  with?: Record<string, string>;
}

interface Job {
  needs?: string;
  if?: string;
  env?: Record<string, string>;
  strategy?: { matrix: { command: string[] } };
  steps: Step[];
}

/** The jobs of a workflow of GitHub Actions, after a push to the default branch or what else is said. */
export function githubJobs(text: string, settings: Settings, ref: Ref = TRUNK): PipelineJob[] {
  const file = parse(text) as { env?: Record<string, string>; jobs: Record<string, Job> };
  const depth = (name: string): number => {
    const { needs } = file.jobs[name] ?? {};
    return needs === undefined ? 0 : 1 + depth(needs);
  };
  const wanted = Object.entries(file.jobs).filter(([, job]) => job.if === undefined || holds(job.if, ref));
  return wanted.flatMap(([name, job]) =>
    (job.strategy?.matrix.command ?? [""]).map((command, index): PipelineJob => {
      const known: Record<string, string> = {
        "matrix.command": command,
        "strategy.job-index": `${index}`,
        "vars.REGISTRY": settings.registry,
        "secrets.REGISTRY_USER": settings.user,
        "secrets.REGISTRY_PASSWORD": settings.password,
        "secrets.SEATRIAL_KEY": settings.key,
        "github.actor": "nobody",
        "github.token": "none",
      };
      const fill = (value: string) => filled(value, known);
      const fillAll = (values: Record<string, string> = {}) =>
        Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fill(value)]));
      const using = (action: string) =>
        job.steps
          .filter(({ uses }) => uses?.startsWith(`actions/${action}@`))
          .map((step) => fillAll(step.with));
      return {
        name: command === "" ? name : `${name} (${command})`,
        stage: depth(name),
        script: job.steps.flatMap(({ run, env }) =>
          run === undefined ? [] : [withEnv(fill(run), fillAll(env))],
        ),
        env: {
          GITHUB_REF_TYPE: ref.type,
          GITHUB_REF_NAME: ref.name,
          ...fillAll(file.env),
          ...fillAll(job.env),
        },
        takes: using("download-artifact").map((step) => ({
          artifact: new RegExp(`^${(step["name"] ?? step["pattern"] ?? "").replace("*", ".*")}$`),
          into: step["path"] ?? ".",
        })),
        keeps: using("upload-artifact").map((step) => {
          const paths = (step["path"] ?? "").trim().split("\n");
          return { artifact: step["name"] ?? "", base: commonFolder(paths), paths };
        }),
      };
    }),
  );
}

/** Comparisons of a condition, of which one must hold. Fails for all else. */
function holds(condition: string, ref: Ref): boolean {
  const known: Record<string, string> = {
    "github.ref_name": ref.name,
    "github.ref_type": ref.type,
    "github.event.repository.default_branch": TRUNK.name,
  };
  const read = (word = "") => {
    const value = /^'(.*)'$/.exec(word)?.[1] ?? known[word];
    if (value === undefined) throw new Error(`nobody knows ${word} in: ${condition}`);
    return value;
  };
  const compared = condition.split(" || ").map((each) => each.split(" == ").map(read));
  return compared.some(([left, right]) => left === right);
}

/** A step's variables are its own. */
function withEnv(run: string, env: Record<string, string>): string {
  const settings = Object.entries(env).map(([name, value]) => `export ${name}='${value}'`);
  return settings.length === 0 ? run : `(${[...settings, run].join("\n")})`;
}

function filled(text: string, known: Record<string, string>): string {
  return String(text).replace(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => {
    const values = expression.split(" || ").map((name) => known[name] ?? "");
    return values.find((value) => value !== "") ?? "";
  });
}

/** An upload keeps what lies below the folder that its paths have in common, up to their first wildcard. */
function commonFolder(paths: string[]): string {
  const [first = [], ...others] = paths.map((each) =>
    each.replace(/\*.*$/, "").replace(/\/$/, "").split("/"),
  );
  const folder = first.filter((part, index) => others.every((other) => other[index] === part));
  return folder.join("/");
}
