import { relative } from "node:path";
import type { ConfigTemplate, TemplateStep } from "../model/index.ts";
import type { Environment } from "./environment.ts";
import { environmentValues } from "./environment-values.ts";
import { type FoundFile, findFiles } from "./find-files.ts";
import type { Lookup } from "./interpolate.ts";
import type { SpaceSettings } from "./project.ts";
import { absolutePath, readText } from "./read-text.ts";
import type { ConfigInput, SpaceInput } from "./schema/config.ts";
import type { Targets } from "./targets.ts";
import type { Complaint } from "./written.ts";
import type { Path } from "./yaml/tree.ts";

const DEFAULTS = { limit: 64, ttl: 10 * 60_000, keep: { count: 10, time: 30 * 60_000, bytes: 1e9 } };
const DEFAULT_VARIABLE = "DATABASE_URL";

interface SpaceSettingsOptions {
  input: ConfigInput["spaces"];
  targets: Targets;
  root: string;
  lookup: Lookup;
  environment: Environment;
  /** Called for each file that is not there. */
  complain: (complaint: Complaint) => void;
}

/** The spaces section with its defaults, its files found, and its configuration templates read. */
export async function spaceSettings(options: SpaceSettingsOptions): Promise<Record<string, SpaceSettings>> {
  const settings: Record<string, SpaceSettings> = {};
  for (const [name, input] of Object.entries(options.input ?? {}))
    settings[name] = await settingsOf(input, { ...options, name });
  return settings;
}

type OneOptions = SpaceSettingsOptions & { name: string };

async function settingsOf(input: SpaceInput, options: OneOptions): Promise<SpaceSettings> {
  const { keep = {} } = input;
  return {
    service: input.service ?? options.name,
    kind: input.kind,
    isolation: input.isolation,
    template: { from: input.from, steps: await stepsOf(input, options) },
    reuse: input.reuse ?? "auto",
    warm: input.warm,
    limit: input.limit ?? Math.max(DEFAULTS.limit, input.warm ?? 0),
    ttl: input.ttl ?? DEFAULTS.ttl,
    keep: {
      count: keep.count ?? DEFAULTS.keep.count,
      time: keep.time ?? DEFAULTS.keep.time,
      bytes: keep.size ?? DEFAULTS.keep.bytes,
    },
    files: await templatesOf(input, options),
  };
}

/** A definition of spaces that nothing is written of. */
export function plainSpace(service: string): SpaceSettings {
  return { service, template: { steps: [] }, reuse: "auto", ...DEFAULTS, files: [] };
}

async function stepsOf(input: SpaceInput, options: OneOptions): Promise<TemplateStep[]> {
  const { targets, name, lookup } = options;
  const steps: TemplateStep[] = [];
  for (const [index, migration] of (input.migrations ?? []).entries()) {
    if (typeof migration === "string") {
      const found = await filesOf(migration, { ...options, path: ["spaces", name, "migrations", index] });
      const last = steps.at(-1);
      const files = found.map(({ path }) => path);
      if (last?.kind === "files") last.files.push(...files);
      else steps.push({ kind: "files", files });
      continue;
    }
    const { command, service, env, variable = DEFAULT_VARIABLE } = migration;
    if (service !== undefined) steps.push({ kind: "service", service, variable });
    else if (command !== undefined)
      steps.push({
        kind: "command",
        target: targets.migrations[name]?.[index] ?? targets.test,
        argv: command,
        env: environmentValues(env, lookup),
        variable,
      });
  }
  return steps;
}

async function templatesOf(input: SpaceInput, options: OneOptions): Promise<ConfigTemplate[]> {
  const templates: ConfigTemplate[] = [];
  for (const [index, wanted] of (input.files ?? []).entries()) {
    const path: Path = ["spaces", options.name, "files", index];
    for (const found of await filesOf(wanted, { ...options, path })) {
      const name = found.name.replace(/\.tmpl$/, "");
      const file = relative(options.root, found.path);
      const other = templates.find((each) => each.name === name);
      if (other?.path === file) continue;
      if (other !== undefined) {
        const message = `two templates would be rendered as "${name}": ${other.path} and ${file}`;
        options.complain({ path, message });
      }
      const codes = { missing: "SPACE_FILE_UNREADABLE", unreadable: "SPACE_FILE_UNREADABLE" } as const;
      const { text } = await readText({ path: found.path, environment: options.environment, ...codes });
      templates.push({ name, path: file, text });
    }
  }
  return templates;
}

async function filesOf(wanted: string, options: OneOptions & { path: Path }): Promise<FoundFile[]> {
  const { root, environment, path, complain } = options;
  const found = await findFiles(absolutePath(wanted, root, environment));
  if (found === undefined)
    complain({ path, message: `"${wanted}" is a folder; say which of its files, such as "${wanted}/*"` });
  else if (found.length === 0) complain({ path, message: `no file matches "${wanted}"` });
  return found ?? [];
}
