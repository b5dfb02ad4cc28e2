import type { ImageConfig, ProbeSpec, ReadinessSpec } from "../model/index.ts";
import type { ServicePlan } from "./plan.ts";

const HEALTHCHECK_TIMEOUT_MS = 30_000;

/** How a service is asked, once its image is known: where nothing else says it, by the image's health check or first port. */
export function readinessOf(plan: ServicePlan, image: ImageConfig): ReadinessSpec {
  const { readiness } = plan.spec;
  return plan.asksImage ? { ...readiness, probes: imageProbes(image) } : readiness;
}

function imageProbes({ healthcheck, ports }: ImageConfig): ProbeSpec[] {
  const [kind, ...rest] = healthcheck?.test ?? [];
  const argv = kind === "CMD" ? rest : kind === "CMD-SHELL" ? ["/bin/sh", "-c", rest.join(" ")] : undefined;
  if (argv !== undefined) {
    return [{ kind: "command", argv, timeout: healthcheck?.timeoutMs || HEALTHCHECK_TIMEOUT_MS }];
  }
  return ports.slice(0, 1).map((port) => ({ kind: "tcp", port }));
}
