import { suggestion } from "../support/nearest.ts";
import type { ComposeOutline } from "./compose-outline.ts";
import type { ConfigInput } from "./schema/config.ts";
import { readSpaceUse } from "./space-use.ts";
import type { Complaint } from "./written.ts";
import type { Path } from "./yaml/tree.ts";

/** What the configuration says about services that the Compose files do not have. Says nothing when they include further files. */
export function checkServiceNames(
  input: ConfigInput,
  outline: ComposeOutline,
  label: string | undefined,
): Complaint[] {
  if (!outline.complete) return [];
  const names = outline.services.map((service) => service.name);
  const definitions = Object.keys(input.spaces ?? {});
  const complaints: Complaint[] = [];
  const check = (name: string, path: Path, further: readonly string[] = []) => {
    if (names.includes(name) || further.includes(name)) return;
    const message =
      label === undefined
        ? `"${name}" is a service of a Compose file, and the project has none`
        : `no service "${name}" in ${label}${suggestion(name, [...names, ...further])}`;
    complaints.push({ path, message });
  };
  for (const [name, suite] of Object.entries(input.suites ?? {})) {
    const path = ["suites", name];
    suite.needs?.forEach((service, index) => {
      check(service, [...path, "needs", index]);
    });
    if (suite.service !== undefined) check(suite.service, [...path, "service"]);
    for (const [variable, written] of Object.entries(suite.spaces ?? {})) {
      const { space } = readSpaceUse(written, [...names, ...definitions]);
      check(space, [...path, "spaces", variable], definitions);
    }
  }
  for (const [name, space] of Object.entries(input.spaces ?? {})) {
    const path = ["spaces", name];
    if (space.service === undefined) check(name, path);
    else check(space.service, [...path, "service"]);
    space.migrations?.forEach((migration, index) => {
      if (typeof migration === "string" || migration.service === undefined) return;
      check(migration.service, [...path, "migrations", index, "service"]);
    });
  }
  input.check?.entrypoint?.needs?.forEach((service, index) => {
    check(service, ["check", "entrypoint", "needs", index]);
  });
  for (const name of Object.keys(input.services ?? {})) check(name, ["services", name]);
  return complaints;
}
