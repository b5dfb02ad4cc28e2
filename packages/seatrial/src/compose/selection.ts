import { distance } from "fastest-levenshtein";
import { findCycle } from "../support/graph.ts";
import { type Dependency, dependenciesOf } from "./dependencies.ts";
import { cycleError } from "./diagnosis.ts";
import { nameFiles, type ResolvedCompose } from "./document.ts";
import { composeError } from "./errors.ts";
import { isActive } from "./profiles.ts";

/** The named services with everything they depend on, dependencies first. Fails with COMPOSE_UNKNOWN_SERVICE or COMPOSE_CYCLE. */
export function selectServices(compose: ResolvedCompose, roots: readonly string[]): string[] {
  for (const name of roots) {
    if (compose.services[name] === undefined) throw unknownService(compose, name);
  }
  const nodes = Object.entries(compose.services).map(([id, service]) => ({
    id,
    needs: dependenciesOf(service).map((dependency) => dependency.service),
  }));
  const cycle = findCycle(nodes);
  if (cycle !== undefined) throw cycleError({ cycle, file: nameFiles(compose) });
  const selected = new Set<string>();
  const visit = (name: string) => {
    const service = compose.services[name];
    if (service === undefined || selected.has(name)) return;
    for (const dependency of dependenciesOf(service)) {
      if (counts(compose, dependency)) visit(dependency.service);
    }
    selected.add(name);
  };
  for (const name of roots) visit(name);
  return [...selected];
}

/** An optional dependency comes along when Compose would start it anyway. */
function counts(compose: ResolvedCompose, dependency: Dependency): boolean {
  return dependency.required || isActive(compose, dependency.service);
}

function unknownService(compose: ResolvedCompose, name: string): Error {
  const known = Object.keys(compose.services).sort();
  const nearest = known.toSorted((a, b) => distance(a, name) - distance(b, name))[0];
  const isNear = nearest !== undefined && distance(nearest, name) <= Math.max(2, name.length / 3);
  return composeError({
    code: "COMPOSE_UNKNOWN_SERVICE",
    message: `${nameFiles(compose)} has no service ${name}.`,
    hint: isNear
      ? `Did you mean ${nearest}?`
      : `Its services: ${known.length === 0 ? "none" : known.join(", ")}.`,
  });
}
