import type { NetworkSettings, ReleaseSettings, ServiceSettings } from "./project.ts";
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

/** The release section; `resolve` makes a path of a file absolute. */
export function releaseSettings(
  input: ConfigInput["release"],
  resolve: (file: string) => string,
): ReleaseSettings | undefined {
  if (input === undefined) return undefined;
  return {
    repository: input.repository === "" ? undefined : input.repository,
    tags: input.tags ?? [],
    floating: input.floating ?? [],
    candidate: input.candidate === "" ? undefined : input.candidate,
    key: keySettings(input.key, resolve),
    insecure: insecureHosts(input.insecure),
    cache: input.cache === "" ? false : (input.cache ?? false),
    allowSibling: input["allow-sibling"] ?? false,
    allowDirty: input["allow-dirty"] ?? false,
    allowBackwards: input["allow-backwards"] ?? false,
  };
}

/** Without those whose variable was not set. */
function insecureHosts(input: NonNullable<ConfigInput["release"]>["insecure"]): ReleaseSettings["insecure"] {
  return Array.isArray(input) ? input.filter((host) => host !== "") : (input ?? false);
}

function keySettings(
  input: NonNullable<ConfigInput["release"]>["key"],
  resolve: (file: string) => string,
): ReleaseSettings["key"] {
  if (input?.file !== undefined) return { kind: "file", path: resolve(input.file) };
  return input?.env === undefined ? undefined : { kind: "env", variable: input.env };
}
