import type { ResolvedCompose } from "./document.ts";
import { asTexts } from "./value.ts";

/** The services that Compose would start by itself: those without a profile, and those of active ones. */
export function activeServices(compose: ResolvedCompose): string[] {
  return Object.keys(compose.services).filter((name) => isActive(compose, name));
}

/** Whether Compose would start a service although nobody names it. */
export function isActive({ services, profiles }: ResolvedCompose, name: string): boolean {
  const own = asTexts(services[name]?.["profiles"]);
  return own.length === 0 || profiles.includes("*") || own.some((profile) => profiles.includes(profile));
}
