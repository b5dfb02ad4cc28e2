import type { ResolvedCompose } from "./document.ts";
import { nameFiles } from "./document.ts";
import { unsupported } from "./errors.ts";
import { asRecord, asText, asTexts } from "./value.ts";

/**
 * The further names of each service in the run's network: container names, network aliases and link aliases. All services
 * share one network, so a name that two of them claim is refused.
 */
export function aliasesOf(compose: ResolvedCompose, planned: readonly string[]): Map<string, string[]> {
  const owners = new Map(planned.map((name) => [name, { service: name, key: "its name" }]));
  const aliases = new Map<string, string[]>(planned.map((name) => [name, []]));
  const claim = (service: string, alias: string, key: string) => {
    const owner = owners.get(alias);
    if (owner?.service === service) return;
    if (owner !== undefined) {
      throw unsupported({
        file: nameFiles(compose),
        service,
        key: `${key}: ${alias}`,
        why: `service ${owner.service} answers under the name ${alias} too (${owner.key}), and all services of a run share one network`,
        hint: "Give one of them another name.",
      });
    }
    owners.set(alias, { service, key });
    aliases.get(service)?.push(alias);
  };
  for (const name of planned) {
    const service = compose.services[name] ?? {};
    const containerName = asText(service["container_name"]);
    if (containerName !== undefined) claim(name, containerName, "container_name");
    for (const network of Object.values(asRecord(service["networks"]))) {
      for (const alias of asTexts(asRecord(network)["aliases"])) claim(name, alias, "networks.aliases");
    }
    for (const link of asTexts(service["links"])) {
      const [target = "", alias = target] = link.split(":");
      if (aliases.has(target)) claim(target, alias, `links of ${name}`);
    }
  }
  return aliases;
}
