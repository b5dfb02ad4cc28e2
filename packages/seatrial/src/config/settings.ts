import type {
  CheckSettings,
  CoverageSettings,
  NetworkSettings,
  ReleaseSettings,
  ServiceSettings,
} from "./project.ts";
import type { ConfigInput } from "./schema/config.ts";

const DEFAULT_POOL = "10.213.0.0/16";
const DEFAULT_SIZE = 26;

/** The services section with its defaults. */
export function serviceSettings(input: ConfigInput["services"]): Record<string, ServiceSettings> {
  return Object.fromEntries(
    Object.entries(input ?? {}).map(([name, service]) => [
      name,
      {
        ready: service.ready,
        preset: service.preset,
        durable: service.durable ?? false,
        snapshot: service.snapshot ?? true,
        deadline: service.deadline,
      },
    ]),
  );
}

export function networkSettings(input: ConfigInput["network"]): NetworkSettings {
  return { pool: input?.pool ?? DEFAULT_POOL, size: input?.size ?? DEFAULT_SIZE };
}

export function coverageSettings(input: ConfigInput["coverage"]): CoverageSettings | undefined {
  if (input === undefined) return undefined;
  return {
    minimum: input.minimum,
    formats: input.formats ?? ["text"],
    include: input.include ?? [],
    exclude: input.exclude ?? [],
  };
}

export function checkSettings(input: ConfigInput["check"]): CheckSettings | undefined {
  if (input === undefined) return undefined;
  return { absent: input.absent ?? [], user: input.user, maxSizeBytes: input["max-size"] };
}

export function releaseSettings(input: ConfigInput["release"]): ReleaseSettings | undefined {
  if (input === undefined) return undefined;
  return {
    repository: input.repository,
    tags: input.tags ?? [],
    floating: input.floating ?? [],
    allowSibling: input["allow-sibling"] ?? false,
  };
}
