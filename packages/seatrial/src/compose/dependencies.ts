import type { ServiceDependency } from "../model/index.ts";
import { asRecord, asText } from "./value.ts";

export type Dependency = ServiceDependency;

const CONDITIONS: Record<string, Dependency["condition"]> = {
  service_started: "started",
  service_healthy: "healthy",
  service_completed_successfully: "completed",
};

/** What a service waits for, by its `depends_on` (of which `links` are already a part). */
export function dependenciesOf(service: Record<string, unknown>): Dependency[] {
  const written = service["depends_on"];
  if (Array.isArray(written)) {
    return written.flatMap((item) => {
      const name = asText(item);
      return name === undefined ? [] : [{ service: name, condition: "started", required: true }];
    });
  }
  return Object.entries(asRecord(written)).map(([name, settings]) => {
    const { condition, required } = asRecord(settings);
    return {
      service: name,
      condition: CONDITIONS[asText(condition) ?? ""] ?? "started",
      required: required !== false && required !== "false",
    };
  });
}

/** Services that others await with `service_completed_successfully`: they are expected to end. */
export function oneShots(services: Record<string, Record<string, unknown>>): Set<string> {
  const all = Object.values(services).flatMap(dependenciesOf);
  return new Set(all.filter(({ condition }) => condition === "completed").map(({ service }) => service));
}
