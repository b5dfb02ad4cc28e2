import { randomBytes } from "node:crypto";
import path from "node:path";
import { docker } from "./engine.ts";

/** The two ways in which registries list attestations. */
export const REGISTRY_KINDS = [
  "a registry without the referrers API",
  "a registry with the referrers API",
] as const;
export type RegistryKind = (typeof REGISTRY_KINDS)[number];

const FIXTURE = path.join(import.meta.dirname, "../../fixtures/registries/referrers");

/** The image of such a registry, which listens at port 5000: docker's own, or one that is built here and removed again. */
export async function registryProgram(
  kind: RegistryKind,
): Promise<{ image: string; remove: () => Promise<void> }> {
  if (kind === "a registry without the referrers API")
    return { image: "registry:2", remove: async () => undefined };
  const image = `seatrial-e2e-referrers:${randomBytes(6).toString("hex")}`;
  await docker("buildx", "build", "--quiet", "--load", "--tag", image, FIXTURE);
  return { image, remove: async () => void (await docker("image", "rm", image)) };
}
