import type { Digest, ImageConfig, ImageDetails } from "../../model/index.ts";

/** What `GET /images/{name}/json` answers, as far as we read it. */
export interface ImageAnswer {
  Id: Digest;
  RepoDigests?: string[] | null;
  Created?: string;
  Os?: string;
  Architecture?: string;
  Variant?: string;
  Size?: number;
  Config?: ImageConfigAnswer | null;
  RootFS?: { Layers?: Digest[] | null };
}

interface ImageConfigAnswer {
  User?: string;
  Env?: string[] | null;
  Entrypoint?: string[] | null;
  Cmd?: string[] | null;
  WorkingDir?: string;
  Volumes?: Record<string, unknown> | null;
  ExposedPorts?: Record<string, unknown> | null;
  StopSignal?: string;
  Labels?: Record<string, string> | null;
  Healthcheck?: { Test?: string[] | null; Timeout?: number; StartPeriod?: number; Retries?: number } | null;
}

export function toImageDetails(answer: ImageAnswer): ImageDetails {
  const variant = answer.Variant ? `/${answer.Variant}` : "";
  return {
    id: answer.Id,
    layers: answer.RootFS?.Layers ?? [],
    repoDigests: answer.RepoDigests ?? [],
    config: toImageConfig(answer.Config ?? {}),
    platform: `${answer.Os ?? "linux"}/${answer.Architecture ?? "unknown"}${variant}`,
    size: answer.Size ?? 0,
    createdAt: answer.Created ?? "",
  };
}

function toImageConfig(config: ImageConfigAnswer): ImageConfig {
  const check = config.Healthcheck;
  return {
    user: config.User ?? "",
    env: Object.fromEntries((config.Env ?? []).map(splitVariable)),
    entrypoint: config.Entrypoint ?? [],
    command: config.Cmd ?? [],
    workingDir: config.WorkingDir ?? "",
    volumes: Object.keys(config.Volumes ?? {}),
    ports: Object.keys(config.ExposedPorts ?? {})
      .flatMap(tcpPort)
      .sort((a, b) => a - b),
    exposed: Object.keys(config.ExposedPorts ?? {}),
    stopSignal: config.StopSignal || undefined,
    labels: config.Labels ?? {},
    healthcheck:
      check?.Test && check.Test.length > 0
        ? {
            test: check.Test,
            timeoutMs: fromNanoseconds(check.Timeout),
            startPeriodMs: fromNanoseconds(check.StartPeriod),
            retries: check.Retries || undefined,
          }
        : undefined,
  };
}

function splitVariable(text: string): [string, string] {
  const equals = text.indexOf("=");
  return equals < 0 ? [text, ""] : [text.slice(0, equals), text.slice(equals + 1)];
}

/** `8080/tcp`, and `8000-8002/tcp` from old builders. */
function tcpPort(exposed: string): number[] {
  const match = /^(\d+)(?:-(\d+))?(?:\/tcp)?$/.exec(exposed);
  if (match === null) return [];
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

/** 0 means the engine's default. */
function fromNanoseconds(value: number | undefined): number | undefined {
  return value ? value / 1e6 : undefined;
}
