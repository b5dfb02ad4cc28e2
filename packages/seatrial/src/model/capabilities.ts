import type { SecuritySpec } from "./service.ts";

/** For files of any owner and mode, for becoming any user and ending its processes, and for giving all this up before a process starts. */
const AGENT_NEEDS = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID", "SETPCAP"];

/** Capabilities that a container has only for the agent in it, which keeps them from every process that it starts. Mostly none. */
export function lentCapabilities(security: SecuritySpec): string[] {
  if (security.privileged) return [];
  const added = security.capAdd.map(plainCapability);
  const dropped = security.capDrop.map(plainCapability);
  const everyOther = dropped.includes("ALL") && !added.includes("ALL");
  return AGENT_NEEDS.filter((name) => !added.includes(name) && (everyOther || dropped.includes(name)));
}

/** `SETUID` for `cap_setuid`: engines take either. */
export function plainCapability(name: string): string {
  return name.toUpperCase().replace(/^CAP_/, "");
}
