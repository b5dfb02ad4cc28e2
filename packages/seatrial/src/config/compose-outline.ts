import { dirname, resolve } from "node:path";
import { parseDocument } from "yaml";
import { buildContexts } from "./build-contexts.ts";
import type { Environment } from "./environment.ts";
import { interpolate, type Lookup } from "./interpolate.ts";
import { absolutePath, readText } from "./read-text.ts";
import { splitWords } from "./words.ts";
import { tooDeep } from "./yaml/document.ts";

/** The little of a Compose file that defaults and early checks need. The Compose command line gives the real model. */
export interface ComposeOutline {
  name?: string | undefined;
  services: OutlineService[];
  /** The variable that each secret comes from, if one. Left out are those whose source cannot be told. */
  secrets: Record<string, { variable?: string | undefined }>;
  /** Every service is in it: nothing is included from elsewhere, and each file could be read. */
  complete: boolean;
}

export interface OutlineService {
  name: string;
  image?: string | undefined;
  build?:
    | {
        context: string;
        dockerfile: string;
        target?: string | undefined;
        /** Further ones by name: absolute folders, and addresses as written. */
        contexts: Record<string, string>;
      }
    | undefined;
  /** The secrets that its build is given, in any of the files: under which id, and which. */
  buildSecrets: { id: string; source: string }[];
  command?: string[] | undefined;
  dependsOn: string[];
  /** It takes from other services what is not in the outline. */
  borrows: boolean;
  /** It extends a service of another file, or of this one. */
  extends?: "file" | "service" | undefined;
  profiles: string[];
  /** As written, variables and all; null: the value comes from the environment. */
  environment: Record<string, string | null>;
  /** Absolute paths. */
  envFiles: { path: string; required: boolean }[];
}

export interface OutlineOptions {
  files: readonly string[];
  lookup: Lookup;
  environment: Environment;
}

/** Compose makes dependencies of them, or reads more of the service elsewhere. */
const BORROWING = ["extends", "links", "volumes_from", "network_mode", "ipc", "pid"];

/** Reads service names, images and builds. Never fails: what it cannot read is left out, for Compose itself to complain about. */
export async function outlineCompose(options: OutlineOptions): Promise<ComposeOutline> {
  const services = new Map<string, OutlineService>();
  const outline: ComposeOutline = { services: [], secrets: {}, complete: true };
  const fill = (value: unknown) => {
    if (typeof value !== "string") return undefined;
    const result = interpolate(value, options.lookup);
    return result.ok ? result.text : undefined;
  };
  const folder = dirname(options.files[0] ?? "/");
  for (const file of options.files) {
    const model = await readModel(file, options.environment);
    if (model === undefined || "include" in model) outline.complete = false;
    outline.name = fill(model?.["name"]) ?? outline.name;
    Object.assign(outline.secrets, secretsIn(model?.["secrets"]));
    for (const [name, value] of Object.entries(asRecord(model?.["services"]))) {
      const known = services.get(name) ?? {
        name,
        buildSecrets: [],
        dependsOn: [],
        borrows: false,
        profiles: [],
        environment: {},
        envFiles: [],
      };
      const service = asRecord(value);
      services.set(name, {
        name,
        image: fill(service["image"]) ?? known.image,
        build: buildOf(service["build"], folder) ?? known.build,
        buildSecrets: [...known.buildSecrets, ...grantsIn(asRecord(service["build"])["secrets"])],
        command: commandOf(service["command"]) ?? known.command,
        profiles: [
          ...known.profiles,
          ...namesIn(service["profiles"]).flatMap((profile) => fill(profile) ?? []),
        ],
        dependsOn: [...known.dependsOn, ...namesIn(service["depends_on"])],
        borrows: known.borrows || BORROWING.some((key) => key in service),
        extends: known.extends === "file" ? "file" : (extensionIn(service["extends"]) ?? known.extends),
        environment: { ...known.environment, ...environmentIn(service["environment"]) },
        envFiles: [...known.envFiles, ...envFilesIn(service["env_file"])],
      });
    }
  }
  outline.services = [...services.values()];
  return outline;

  function buildOf(value: unknown, base: string): OutlineService["build"] {
    const build = typeof value === "string" ? { context: value } : asRecord(value);
    const context = fill("context" in build ? build["context"] : undefined);
    if (context === undefined && Object.keys(build).length === 0) return undefined;
    const at = absolutePath(context ?? ".", base, options.environment);
    return {
      context: at,
      dockerfile: resolve(at, fill("dockerfile" in build ? build["dockerfile"] : undefined) ?? "Dockerfile"),
      target: fill("target" in build ? build["target"] : undefined),
      contexts: contextsOf("additional_contexts" in build ? build["additional_contexts"] : undefined, base),
    };
  }

  function contextsOf(value: unknown, base: string): Record<string, string> {
    const written = Object.entries(environmentIn(value)).flatMap(([name, place]): [string, string][] => {
      const filled = fill(place);
      return filled === undefined ? [] : [[name, filled]];
    });
    return buildContexts(Object.fromEntries(written), (path) =>
      absolutePath(path, base, options.environment),
    );
  }

  function secretsIn(value: unknown): ComposeOutline["secrets"] {
    const entries = Object.entries(asRecord(value)).flatMap(([name, entry]) => {
      const written = asRecord(entry)["environment"];
      const variable = fill(written);
      return written !== undefined && variable === undefined ? [] : [[name, { variable }] as const];
    });
    return Object.fromEntries(entries);
  }

  function grantsIn(value: unknown): OutlineService["buildSecrets"] {
    if (!Array.isArray(value)) return [];
    return value.map((grant: unknown) => {
      const source = fill(typeof grant === "string" ? grant : asRecord(grant)["source"]) ?? "";
      return { id: fill(asRecord(grant)["target"]) || source, source };
    });
  }

  function envFilesIn(value: unknown): OutlineService["envFiles"] {
    return (Array.isArray(value) ? value : [value]).flatMap((entry: unknown) => {
      const file = typeof entry === "string" ? { path: entry } : asRecord(entry);
      const path = fill("path" in file ? file["path"] : undefined);
      if (path === undefined) return [];
      const required = !("required" in file) || String(file["required"]) !== "false";
      return [{ path: absolutePath(path, folder, options.environment), required }];
    });
  }

  function commandOf(value: unknown): string[] | undefined {
    if (Array.isArray(value)) return value.flatMap((word) => fill(word) ?? []);
    const words = splitWords(fill(value) ?? "");
    return "words" in words ? words.words : undefined;
  }
}

async function readModel(
  path: string,
  environment: Environment,
): Promise<Record<string, unknown> | undefined> {
  try {
    const { text } = await readText({
      path,
      environment,
      missing: "COMPOSE_FILE_NOT_FOUND",
      unreadable: "COMPOSE_FILE_NOT_FOUND",
    });
    if (tooDeep(text) !== undefined) return undefined;
    const document = parseDocument(text, { merge: true, uniqueKeys: false, prettyErrors: false });
    return document.errors.length > 0 ? undefined : asRecord(document.toJS());
  } catch (error) {
    // Unreadable, no YAML, or aliases without end: Compose says so in its own words.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function extensionIn(value: unknown): OutlineService["extends"] {
  if (value === undefined) return undefined;
  return "file" in asRecord(value) ? "file" : "service";
}

function namesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.filter((name) => typeof name === "string");
  return Object.keys(asRecord(value));
}

function environmentIn(value: unknown): Record<string, string | null> {
  const entries = Array.isArray(value)
    ? value.flatMap((entry): [string, unknown][] => {
        if (typeof entry !== "string") return [];
        const equals = entry.indexOf("=");
        return [equals < 0 ? [entry, null] : [entry.slice(0, equals), entry.slice(equals + 1)]];
      })
    : Object.entries(asRecord(value));
  return Object.fromEntries(
    entries.flatMap(([name, given]): [string, string | null][] => {
      if (given === null) return [[name, null]];
      return ["string", "number", "boolean"].includes(typeof given) ? [[name, String(given)]] : [];
    }),
  );
}
