import type { ResolvedCompose } from "./document.ts";
import { activeServices } from "./profiles.ts";
import { selectServices } from "./selection.ts";
import { asList, asRecord, asText } from "./value.ts";

/**
 * The services that are active, and these with what they depend on: their builds count, whether they are started or not. The order is
 * the file's, whatever is asked for. Names that are not there are left out.
 */
export function builders(compose: ResolvedCompose, further: readonly string[]): string[] {
  const named = further.filter((name) => name in compose.services);
  const all = new Set(selectServices(compose, [...activeServices(compose), ...named]));
  return Object.keys(compose.services).filter((name) => all.has(name));
}

/** The variables that secrets of their builds come from. */
export function builderVariables(compose: ResolvedCompose, further: readonly string[]): string[] {
  const variables = builders(compose, further).flatMap((name) =>
    asList(asRecord(compose.services[name]?.["build"])["secrets"]).flatMap((grant) => {
      const source = asText(grant) ?? asText(asRecord(grant)["source"]) ?? "";
      return asText(compose.secrets[source]?.["environment"]) ?? [];
    }),
  );
  return [...new Set(variables)];
}
