import { lentCapabilities, type SecuritySpec } from "../model/index.ts";
import type { ServiceContext } from "./context.ts";
import { asFlag, asList, asPairs, asRecord, asText, asTexts } from "./value.ts";

/** Rights and confinement of a service. */
export function securityOf({ service, note }: ServiceContext): SecuritySpec {
  const privileged = asFlag(service["privileged"]);
  if (privileged) {
    note({
      key: "privileged",
      becomes: "kept",
      why: "note that many CI engines forbid privileged containers",
    });
  }
  const security: SecuritySpec = {
    privileged,
    readOnlyRoot: asFlag(service["read_only"]),
    capAdd: asTexts(service["cap_add"]),
    capDrop: asTexts(service["cap_drop"]),
    options: asTexts(service["security_opt"]),
    groupAdd: asTexts(service["group_add"]),
    sysctls: asPairs(service["sysctls"]),
    devices: asList(service["devices"]).flatMap((device) => deviceOf(device) ?? []),
  };
  const lent = lentCapabilities(security);
  if (lent.length > 0) {
    note({
      key: "cap_drop",
      becomes: `kept for the service; its container has ${lent.join(", ")}`,
      why: "the agent beside it places files and becomes the service's user, and gives them up for what it starts",
    });
  }
  return security;
}

/** `source:target:permissions`, as the docker command line writes it. */
function deviceOf(written: unknown): string | undefined {
  const text = asText(written);
  if (text !== undefined) return text;
  const { source, target, permissions } = asRecord(written);
  const from = asText(source);
  return from && [from, asText(target) ?? from, asText(permissions) ?? "rwm"].join(":");
}

/** `name:address`; Compose prints `name=address`. */
export function extraHostsOf(written: unknown): string[] {
  if (!Array.isArray(written)) {
    return Object.entries(asRecord(written)).flatMap(([name, address]) =>
      asTexts(address).map((text) => `${name}:${text}`),
    );
  }
  return asTexts(written).map((entry) => entry.replace(/^([^:=]+)=/, "$1:"));
}
