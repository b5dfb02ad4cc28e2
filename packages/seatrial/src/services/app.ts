import { type AppSpec, PLAIN_SECURITY, type ServiceSpec } from "../model/index.ts";
import type { ServicePlan } from "./plan.ts";

const STOP_GRACE_MS = 10_000;

/** The image under test as a service beside its suite; it starts when everything that the suite needs is ready. */
export function appService(app: AppSpec, needs: readonly string[]): ServicePlan {
  const spec: ServiceSpec = {
    name: app.name,
    image: { kind: "target", target: app.target },
    command: app.command,
    env: app.env,
    aliases: [],
    files: [],
    mounts: [],
    dependsOn: needs.map((service) => ({ service, condition: "healthy", required: true })),
    readiness: app.readiness,
    oneShot: false,
    stopGrace: STOP_GRACE_MS,
    limits: {},
    security: PLAIN_SECURITY,
    extraHosts: [],
    labels: {},
    durable: true,
    snapshots: false,
  };
  return { spec, confirmations: 1, asksImage: false };
}
