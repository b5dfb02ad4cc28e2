import type { ConfigTemplate, SpaceValues } from "../../model/index.ts";
import { suggestion } from "../../support/nearest.ts";
import type { Reach } from "../broker.ts";
import { invalid, parseTemplate, type Template, type TemplateName } from "./template.ts";

/** What templates can name. */
export interface TemplateContext {
  /** This space's: `{{host}}`. */
  values: SpaceValues;
  /** Further spaces of the same test, by definition: `{{spaces.redis.url}}`. */
  spaces: Readonly<Record<string, SpaceValues>>;
  /** Where services listen, by name: `{{services.mail.host}}` and `{{services.mail.port}}`, as the test reaches them. */
  services: Readonly<Record<string, number>>;
  /** The suite's environment: `{{env.LOG_LEVEL}}`. */
  env: Readonly<Record<string, string>>;
  reach: Reach;
  signal: AbortSignal;
}

export interface RenderedFile {
  /** Below the space's folder. */
  name: string;
  text: string;
}

const MOST_LISTED = 24;

/** The files of one space, from templates that have been read. Fails with CONFIG_TEMPLATE_INVALID. */
export async function renderFiles(
  templates: readonly ReadTemplate[],
  context: TemplateContext,
): Promise<RenderedFile[]> {
  return await Promise.all(
    templates.map(async ({ name, template }) => ({ name, text: await render(template, context) })),
  );
}

export interface ReadTemplate {
  name: string;
  template: Template;
}

/** Reads the templates of a definition. Fails with CONFIG_TEMPLATE_INVALID. */
export function readTemplates(files: readonly ConfigTemplate[]): ReadTemplate[] {
  return files.map((file) => ({ name: file.name, template: parseTemplate(file) }));
}

async function render(template: Template, context: TemplateContext): Promise<string> {
  const texts: string[] = [];
  for (const part of template.parts)
    texts.push(typeof part === "string" ? part : await textOf(template.path, part, context));
  return texts.join("");
}

async function textOf(path: string, part: TemplateName, context: TemplateContext): Promise<string> {
  const value = lookUp(part.name, context) ?? (await serviceValue(part.name, context));
  if (value !== undefined) return value;
  const known = knownNames(context);
  throw invalid({
    path,
    place: part,
    what: `{{${part.name}}} is not defined${suggestion(part.name, known)}`,
    hint: part.name.startsWith("spaces.")
      ? "The request has to name the other space in `with`, and the definition has to have this part."
      : `Known here: ${known.slice(0, MOST_LISTED).join(", ")}${known.length > MOST_LISTED ? " …" : ""}`,
  });
}

function lookUp(name: string, context: TemplateContext): string | undefined {
  const own = ownValue(context.values, name);
  if (own !== undefined) return own;
  const [group, ...rest] = name.split(".");
  if (group === "env") return ownValue(context.env, rest.join("."));
  // Names of definitions may have dots in them, names of parts have none.
  if (group === "spaces") return ownValue(ownValue(context.spaces, rest.slice(0, -1).join(".")), rest.at(-1));
  return undefined;
}

async function serviceValue(name: string, context: TemplateContext): Promise<string | undefined> {
  const [, service, part] = /^services\.(.+)\.(host|port)$/.exec(name) ?? [];
  const port = ownValue(context.services, service);
  if (service === undefined || port === undefined) return undefined;
  const address = await context.reach.address(service, port, context.signal);
  return part === "host" ? address.host : String(address.port);
}

function knownNames({ values, spaces, services, env }: TemplateContext): string[] {
  return [
    ...Object.keys(values),
    ...Object.entries(spaces).flatMap(([space, parts]) =>
      Object.keys(parts).map((part) => `spaces.${space}.${part}`),
    ),
    ...Object.keys(services).flatMap((service) => [`services.${service}.host`, `services.${service}.port`]),
    ...Object.keys(env).map((variable) => `env.${variable}`),
  ];
}

function ownValue<T>(
  record: Readonly<Record<string, T>> | undefined,
  key: string | undefined,
): T | undefined {
  return record !== undefined && key !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}
