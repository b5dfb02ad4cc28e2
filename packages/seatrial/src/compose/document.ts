import path from "node:path";
import { asRecord } from "./value.ts";

/** A section of the resolved Compose file: entries by name, as Compose prints them. */
export type Section = Record<string, Record<string, unknown>>;

/** The Compose file as the reference implementation resolved it: every file merged, every variable filled in, every path absolute. */
export interface ResolvedCompose {
  /** Absolute. */
  files: string[];
  /** Absolute. */
  projectFolder: string;
  name: string;
  services: Section;
  networks: Section;
  volumes: Section;
  configs: Section;
  secrets: Section;
  /** Those that are active, `*` for all. It may have services of others too. */
  profiles: string[];
  /** Values from `.env` of variables that configs and secrets refer to and the environment lacks. */
  dotenv: Record<string, string>;
  /** What Compose itself warned of. */
  warnings: string[];
}

/** Takes what Compose printed, parsed. Undefined when it is no Compose model. */
export function toSections(
  printed: unknown,
): Pick<ResolvedCompose, "name" | "services" | "networks" | "volumes" | "configs" | "secrets"> | undefined {
  const model = asRecord(printed);
  if (typeof model["name"] !== "string" || typeof model["services"] !== "object") return undefined;
  const section = (key: string): Section =>
    Object.fromEntries(Object.entries(asRecord(model[key])).map(([name, entry]) => [name, asRecord(entry)]));
  return {
    name: model["name"],
    services: section("services"),
    networks: section("networks"),
    volumes: section("volumes"),
    configs: section("configs"),
    secrets: section("secrets"),
  };
}

/** The Compose files for people, relative to the project. */
export function nameFiles(options: { files: readonly string[]; projectFolder: string }): string {
  return options.files.map((file) => path.relative(options.projectFolder, file) || file).join(", ");
}
