import type { Problem } from "../../model/index.ts";
import { noExport } from "./read-source.ts";
import { unended } from "./unended.ts";
import { exportedLanguages, profilesOf } from "./unit-exports.ts";
import type { VerifiedUnit } from "./verify-unit.ts";

/** A service that should have left profiles, and of which no unit has one that can be read. */
export interface SilentService {
  /** As its units name it: `api`, `api.app`. */
  service: string;
  reason: Problem;
}

/** Those among units. One that was free to leave nothing has no reason to tell, and is not among them. */
export function silentServices(units: readonly VerifiedUnit[]): SilentService[] {
  const services = new Map<string, VerifiedUnit[]>();
  for (const unit of units) {
    const { service } = unit.manifest;
    services.set(service, [...(services.get(service) ?? []), unit]);
  }
  return [...services].flatMap(([service, all]) => {
    const [reason] = all.some(hasProfile) ? [] : all.flatMap(reasonsOf);
    return reason === undefined ? [] : [{ service, reason }];
  });
}

/** Go's meta data only says which code there is. */
const PROFILE = /^(?:go\/covcounters\.|node\/|reports\/)/;

function hasProfile({ files, exports }: VerifiedUnit): boolean {
  return exports.size > 0 || files.some((file) => PROFILE.test(file.path));
}

function reasonsOf(unit: VerifiedUnit): Problem[] {
  const unread = exportedLanguages().filter((language) => profilesOf(unit, language).length > 0);
  return [
    ...unit.manifest.problems,
    ...unended(unit),
    ...unit.problems,
    ...unread.map((language) => noExport(unit, language)),
  ];
}
