import type { ImageConfig, ProbeSpec, ReadinessSpec } from "../model/index.ts";
import type { ServicePlan } from "./plan.ts";

const HEALTHCHECK_TIMEOUT_MS = 30_000;

/**
 * How a service is asked, once its image is known. Where nothing else says it: by the image's health check, else by the service's
 * own first port, else by the image's.
 */
export function readinessOf(plan: ServicePlan, image: ImageConfig): ReadinessSpec {
  const { readiness } = plan.spec;
  if (!plan.asksImage) return readiness;
  const probes = [healthProbe(image), readiness.probes[0], portProbe(image)];
  return { ...readiness, probes: probes.filter((probe) => probe !== undefined).slice(0, 1) };
}

function healthProbe({ healthcheck }: ImageConfig): ProbeSpec | undefined {
  const [kind, ...rest] = healthcheck?.test ?? [];
  const argv = kind === "CMD-SHELL" ? ["/bin/sh", "-c", rest.join(" ")] : kind === "CMD" ? rest : [];
  if (argv.length === 0) return undefined;
  return { kind: "command", argv, timeout: healthcheck?.timeoutMs || HEALTHCHECK_TIMEOUT_MS };
}

function portProbe({ ports: [port] }: ImageConfig): ProbeSpec | undefined {
  return port === undefined ? undefined : { kind: "tcp", port };
}
